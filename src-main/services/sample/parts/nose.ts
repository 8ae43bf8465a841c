/** The nose, its wrinkling and lift (units 9, 10), and the folds from it to the mouth. */
import { mix } from '../colour.ts';
import type { Spot } from '../head.ts';
import { clamp, type Scene, SIDES } from '../scene.ts';

/** Where the wings of the nose end below, in units of the face. */
export function noseFoot({ identity, form }: Scene): number {
  return identity.nose.length - form.noseLift * 0.6;
}

export function drawNose(scene: Scene): void {
  const { sheet, head, identity, form, capture } = scene;
  const { skin, nose } = identity;
  const foot = noseFoot(scene);
  const wide = nose.width + form.flare * 0.7;
  const { side, hard } = capture.light;
  const proud = head.depth(0, foot) + 7;
  const lift = (x: number, y: number, z: number): Spot => [x, y, head.depth(x, y) + z];
  const away = side < 0 ? 1 : -1;

  // The side in shade, from the brow along the bridge to the wing.
  for (const half of SIDES) {
    const strength = half === away ? 0.3 + 0.3 * hard : 0.2;
    const plane: Spot[] = [
      [half * 5, -8],
      lift(half * nose.bridge, -2, 3),
      lift(half * nose.bridge * 1.05, 7, 5),
      lift(half * 2.6, foot - 2, 6),
    ];
    const wing: Spot[] = [lift(half * wide, foot - 0.6, 1), lift(half * (nose.bridge + 2.6), 6, 0.5), [half * 5.5, -1]];
    sheet.fill(head.path([plane, wing], true), skin.shade, { opacity: strength, blur: 0.8 });
  }
  const ridge = head.line([lift(side * 0.7, -5, 2), lift(side * 0.9, 4, 5), lift(side * 1, foot - 5, 7)]);
  sheet.stroke(ridge, skin.light, 1.9, { opacity: 0.45, blur: 0.7 });
  // Shadow under the nose, then the ball and the wings.
  sheet.glow(head.at(lift(0, foot + 2.2, 2)), [wide + 1, 3], skin.deep, 0.42);
  const [tipX, tipY] = head.at([0, foot - 3.4, proud]);
  sheet.glow([tipX, tipY], [5, 4.6], mix(skin.base, skin.blush, 0.35), 0.8);
  sheet.glow([tipX + side * 1.1, tipY - 0.8], [2.6, 2], skin.light, 0.75);
  const nostrilY = foot + 0.2;
  for (const half of SIDES) {
    const wing: Spot[] = [
      lift(half * (wide - 1.4), foot - 5, 3),
      lift(half * (wide + 0.1), foot - 3, 2),
      lift(half * wide, foot - 0.4, 2),
      lift(half * (wide - 1.5), foot + 0.8, 3),
    ];
    sheet.stroke(head.line(wing), skin.deep, 0.9, { opacity: 0.6, blur: 0.25 });
    const hole: Spot[] = [
      lift(half * 1.2, nostrilY + 0.1, 5),
      lift(half * 2.2, nostrilY - 0.8 - form.flare * 0.3, 5),
      lift(half * (wide - 1.6), nostrilY - 0.3, 4),
      lift(half * 2.6, nostrilY + 0.6, 5),
    ];
    sheet.fill(head.loop(hole), skin.deep, { opacity: 0.9, blur: 0.2 });
  }
  const base: Spot[] = [lift(-1.4, nostrilY + 0.5, 5), lift(0, nostrilY + 1.3, 6), lift(1.4, nostrilY + 0.5, 5)];
  sheet.stroke(head.line(base), skin.deep, 0.7, { opacity: 0.5, blur: 0.2 });
  drawRoot(scene);
}

/** Unit 9: creases across the root and slanting down the sides. */
function drawRoot({ sheet, head, form, identity }: Scene): void {
  const strength = clamp(form.noseRoot, 0, 1.1);
  const { skin } = identity;
  for (const [row, y] of [-5.2, -2.8].entries()) {
    const across: Spot[] = [
      [-2.4 - row * 0.3, y + 0.4],
      [0, y - 0.5, head.depth(0, y) + 2],
      [2.4 + row * 0.3, y + 0.4],
    ];
    sheet.stroke(head.line(across), skin.deep, 0.85, { opacity: 0.65 * strength, blur: 0.2 });
  }
  for (const side of SIDES) {
    for (const [row, y] of [0.2, 2.8, 5.4].entries()) {
      const crease: Spot[] = [
        [side * 1.9, y + 0.9, head.depth(2, y) + 3],
        [side * 3.6, y - 0.6],
        [side * (5.4 + row * 0.3), y - 1.2],
      ];
      sheet.stroke(head.line(crease), skin.deep, 0.85, { opacity: 0.6 * strength, blur: 0.2 });
    }
  }
}

/** The nasolabial fold of each side, from the wing of the nose past the corner of the mouth. */
export function drawFolds(scene: Scene, corners: Readonly<Record<-1 | 1, Spot>>): void {
  const { sheet, head, identity, form } = scene;
  const { skin, age } = identity;
  const foot = noseFoot(scene);
  const wide = identity.nose.width + form.flare * 0.7;
  for (const side of SIDES) {
    const [x, y] = corners[side];
    const one = side === 1 ? clamp(form.cornerUpRight / 6, 0, 0.6) : 0;
    const strength = clamp(0.1 + form.nasolabial * 0.75 + one + Math.max(0, age - 0.5) * 0.7, 0, 1);
    const fold: Spot[] = [
      [side * (wide + 0.9), foot - 3.2],
      [side * (wide + 3), foot + 1],
      [x + side * 3.6, (foot + y) / 2 + 1.6],
      [x + side * 3.4, y + 1.2],
    ];
    sheet.stroke(head.line(fold.map(([across, down]): Spot => [across - side * 0.9, down + 0.6])), skin.shade, 3, {
      opacity: 0.35 * strength,
      blur: 1.2,
    });
    sheet.stroke(head.line(fold), skin.deep, 0.95, { opacity: 0.55 * strength, blur: 0.35 });
    sheet.stroke(head.line(fold.map(([across, down]): Spot => [across + side * 1.4, down - 0.3])), skin.light, 1.5, {
      opacity: 0.35 * strength,
      blur: 0.7,
    });
  }
}
