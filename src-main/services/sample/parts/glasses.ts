import { mix, WHITE } from '../colour.ts';
import type { Spot } from '../head.ts';
import { type Scene, SIDES } from '../scene.ts';

/** Frames about the eyes: clear lenses, the rims outside what lids and brows show. */
export function drawGlasses({ sheet, head, identity, capture }: Scene): void {
  const { glasses, eye, head: shape, skin } = identity;
  if (!glasses) return;
  const { colour, thick } = glasses;
  const tall = glasses.shape === 'round' ? 8 : glasses.shape === 'square' ? 6.8 : 6.2;
  const wide = glasses.shape === 'wide' ? 10 : glasses.shape === 'square' ? 9.4 : 8.8;
  const power = glasses.shape === 'round' ? 2 : 3.4;
  const before = 5;
  for (const side of SIDES) {
    const rim = Array.from({ length: 16 }, (_, index): Spot => {
      const angle = (index / 16) * 2 * Math.PI;
      const bend = (value: number) => Math.sign(value) * Math.abs(value) ** (2 / power);
      const x = side * (eye.apart + 0.4) + bend(Math.cos(angle)) * wide;
      return [x, 0.6 + bend(Math.sin(angle)) * tall, head.depth(side * eye.apart, 0) + before];
    });
    const lens = head.loop(rim);
    sheet.stroke(head.loop(rim.map(([x, y, z]): Spot => [x, y + 1, z])), skin.deep, thick + 0.4, {
      opacity: 0.3,
      blur: 0.7,
    });
    sheet.fill(lens, WHITE, { opacity: 0.05 });
    sheet.within(lens, () => {
      const glare: Spot[] = [
        [side * eye.apart + capture.light.side * 6 + 4, -8],
        [side * eye.apart + capture.light.side * 6 - 3, 8],
      ];
      sheet.stroke(head.line(glare), WHITE, 2.6, { opacity: 0.1, blur: 0.4 });
    });
    sheet.stroke(lens, colour, thick, {});
    sheet.stroke(lens, mix(colour, WHITE, 0.5), thick * 0.25, { opacity: 0.35 });
    const hinge: Spot = [side * (eye.apart + 0.4 + wide), -1.5, head.depth(side * eye.apart, 0) + before];
    sheet.stroke(head.line([hinge, [side * (shape.width - 0.5), -2.5, 0]]), colour, thick * 1.1);
  }
  const z = head.depth(0, 0) + before;
  const inner = eye.apart + 0.4 - wide;
  sheet.stroke(
    head.line([
      [-inner, -1, z],
      [0, -2.4, z + 1],
      [inner, -1, z],
    ]),
    colour,
    thick,
  );
}
