import { BLACK, mix } from '../colour.ts';
import type { Spot } from '../head.ts';
import { mirror, type Scene, SIDES } from '../scene.ts';
import { curls, gloss, ring, tones } from './hair-cut.ts';

/** Hair that hangs behind the neck and shoulders. */
export function drawHairBehind(scene: Scene): void {
  const { sheet, head, identity } = scene;
  const { dark, base } = tones(scene);
  const { width } = identity.head;
  const { volume } = identity.hair;
  const shadow = mix(base, dark, 0.75);
  const curtain = (foot: number, flare: number, wave = 0) => {
    const half: Spot[] = [
      [width + 3 * volume, -10, 0],
      [width + 5 * volume + wave, 12, 0],
      [width + 4 * volume + flare - wave, 32, 0],
      [width + 4 * volume + flare + wave, foot, 0],
    ];
    const top: Spot[] = [
      [-width - 3 * volume, -10, 0],
      [-width * 0.7, -38, 0],
      [0, -43, 0],
      [width * 0.7, -38, 0],
      [width + 3 * volume, -10, 0],
    ];
    return head.path([mirror(half).reverse(), top, half], true);
  };
  switch (identity.hair.style) {
    case 'bob':
    case 'fringe':
      sheet.fill(curtain(38, -3), shadow);
      return;
    case 'long':
      sheet.fill(curtain(80, 3), shadow);
      return;
    case 'wavy':
      sheet.fill(curtain(80, 5, 1.5), shadow);
      return;
    case 'bun': {
      const centre = head.at([identity.hair.side * 3, -47, -4]);
      sheet.ellipse(centre, [10, 9], gloss(scene));
      sheet.stroke(
        head.line([
          [-4, -50, -4],
          [1, -53, -4],
          [7, -49, -4],
        ]),
        tones(scene).light,
        0.8,
        { opacity: 0.4 },
      );
      return;
    }
    case 'afro':
      curls(scene, ring(width + 7 * volume, 30 + 6 * volume, 26, -14, 1.14), 7.5);
      return;
    case 'locs':
      for (const side of SIDES) {
        for (const [index, x] of [0.7, 3.2, 5.6].entries()) {
          const rope: Spot[] = [
            [side * (width - 3), -22, 0],
            [side * (width + x), 0, 0],
            [side * (width + x * 1.2 + 1), 24, 0],
            [side * (width + x * 0.9), 48 - index * 4, 0],
          ];
          sheet.stroke(head.line(rope), mix(base, dark, index === 1 ? 0.2 : 0.7), 4.4);
        }
      }
      return;
    case 'headscarf': {
      const cloth = mix(identity.clothes.scarf, BLACK, 0.35);
      sheet.fill(curtain(70, 9), cloth);
      return;
    }
    default:
  }
}
