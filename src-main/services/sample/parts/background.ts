import { BLACK, mix, WHITE } from '../colour.ts';
import type { Scene } from '../scene.ts';
import { smooth } from '../sheet.ts';

/** What lies behind the person, out of focus. */
export function drawBackground({ sheet, capture, detail }: Scene): void {
  const [one, other] = capture.background.colours;
  const bright: [number, number] = [0.5 + capture.light.side * 0.35, 0.25];
  const paint = sheet.radial(
    [
      [0, mix(one, WHITE, 0.18)],
      [0.55, one],
      [1, mix(one, BLACK, 0.35)],
    ],
    bright,
    0.95,
  );
  sheet.rectangle(paint, 1, [0, 0, 100, 100]);
  switch (capture.background.kind) {
    case 'plain':
      return;
    case 'split': {
      const edge = detail.between(15, 85);
      const lean = detail.between(-8, 8);
      const half = smooth([[[edge + lean, -20]], [[edge - lean, 120]], [[130, 120]], [[130, -20]]], true);
      sheet.fill(half, other, { opacity: 0.65, blur: detail.between(1, 4) });
      return;
    }
    case 'bokeh':
      for (let spot = 0; spot < 9; spot += 1) {
        const radius = detail.between(6, 16);
        const colour = mix(other, WHITE, detail.between(0, 0.4));
        sheet.glow(
          [detail.between(0, 100), detail.between(0, 90)],
          [radius, radius],
          colour,
          detail.between(0.25, 0.6),
        );
      }
      return;
    case 'stripes':
      for (let at = detail.between(-6, 4); at < 104; at += detail.between(10, 18)) {
        const bar = smooth([[[at, -10]], [[at + 5, -10]], [[at + 5, 110]], [[at, 110]]], true);
        sheet.fill(bar, other, { opacity: 0.4, blur: 1.6 });
      }
  }
}
