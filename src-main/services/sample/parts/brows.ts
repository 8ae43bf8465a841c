/** Brows, and the creases of forehead and nose root that come with them (units 1, 2, 4, 9). */
import { mix } from '../colour.ts';
import type { Spot } from '../head.ts';
import { clamp, lerp, type Scene, SIDES } from '../scene.ts';

/** Height of the brow's middle line at a share of its length, from the inner end. */
function browLine({ identity, form }: Scene, side: -1 | 1): (along: number) => Spot {
  const { height, arch } = identity.brow;
  const inner = 5.2 - form.browTogether;
  const outer = 21.6;
  return (along) => {
    // The inner unit pulls the inner half, the outer unit the outer half; the tail is held by the temple.
    const pull =
      form.browInner * clamp(1 - along * 1.55, 0, 1) +
      form.browOuter * Math.sin(Math.PI * clamp(along * 0.86 + 0.04, 0, 1)) ** 1.2;
    const curve = arch * 4 * along * (1 - along) * lerp(0.7, 1.15, along) - 1.8 * along ** 3 + 0.9 * along;
    return [side * lerp(inner, outer, along), -height - curve - pull];
  };
}

export function drawBrows(scene: Scene): void {
  const { sheet, head, identity, detail } = scene;
  const { thickness, colour } = identity.brow;
  for (const side of SIDES) {
    const at = browLine(scene, side);
    const half = (along: number) =>
      (thickness / 2) * Math.min(1, 0.72 + along * 1.4) * (1 - Math.max(0, along - 0.45) * 1.45);
    const shares = [0, 0.12, 0.32, 0.55, 0.78, 1];
    const edge = (way: number) =>
      shares.map((along): Spot => {
        const [x, y] = at(along);
        return [x, y + way * half(along)];
      });
    const shape = head.path([edge(-1), edge(1).reverse()], true);
    sheet.fill(shape, mix(identity.skin.shade, colour, 0.5), { opacity: 0.5, blur: 0.7 });
    sheet.fill(shape, colour, { opacity: 0.78, blur: 0.22 });
    for (let hair = 0; hair < 16; hair += 1) {
      const along = detail.uniform() * 0.93;
      const [x, y] = at(along);
      const [toX, toY] = at(Math.min(1, along + 0.1));
      const foot = y + half(along) * detail.between(-0.3, 1);
      const tip = lerp(toY, y, 0.4) - half(along) * detail.between(0.5, 1.2) * (1 - along * 0.7);
      sheet.stroke(
        head.line([
          [x, foot],
          [toX, tip],
        ]),
        colour,
        0.4,
        { opacity: 0.55 },
      );
    }
  }
  drawForehead(scene);
}

function drawForehead(scene: Scene): void {
  const { sheet, head, identity, form } = scene;
  const { skin, age, brow } = identity;
  const old = Math.max(0, age - 0.6) * 0.9;
  const middle = clamp(form.foreheadMiddle + old, 0, 1.1);
  const sides = clamp(form.foreheadSides + old, 0, 1.1);
  const rise = Math.max(0, form.browInner) * 0.5;
  for (const row of [0, 1, 2]) {
    const y = -brow.height - 6.4 - row * 3.6 - rise;
    const reach = lerp(7, 17, Math.min(1, sides)) - row * 1.4;
    const strength = Math.max(middle, sides) * (1 - row * 0.22);
    const bow = lerp(1.1, -0.9, Math.min(1, sides));
    const crease: Spot[] = [
      [-reach, y + 0.6],
      [-reach * 0.5, y + bow * 0.3],
      [0, y + bow],
      [reach * 0.5, y + bow * 0.3],
      [reach, y + 0.6],
    ];
    sheet.stroke(head.line(crease), skin.deep, 0.85, { opacity: 0.32 * strength, blur: 0.3 });
    sheet.stroke(head.line(crease.map(([x, at]): Spot => [x, at + 1.1])), skin.light, 0.9, {
      opacity: 0.3 * strength,
      blur: 0.4,
    });
  }
  const frown = clamp(form.glabella + Math.max(0, age - 0.75) * 0.6, 0, 1.1);
  const between = Math.max(1.3, 5.2 - form.browTogether - 1.6);
  sheet.glow(head.at([0, -brow.height + 1]), [5, 5], skin.shade, 0.45 * frown);
  for (const side of SIDES) {
    const furrow: Spot[] = [
      [side * between * 0.9, -brow.height - 3.4],
      [side * between * 0.62, -brow.height],
      [side * between * 0.8, -brow.height + 3.4 - Math.min(0, form.browInner) * 0.3],
    ];
    sheet.stroke(head.line(furrow), skin.deep, 0.9, { opacity: 0.55 * frown, blur: 0.25 });
  }
}
