/** Beards and moustaches, which move with the mouth and the jaw. */
import { BLACK, type Colour, mix, WHITE } from '../colour.ts';
import type { Spot } from '../head.ts';
import { bothSides, type Scene } from '../scene.ts';
import type { Path } from '../sheet.ts';
import type { MouthShape } from './mouth-shape.ts';
import { noseFoot } from './nose.ts';
import { headOutline, jawShift } from './skull.ts';

export function drawBeard(scene: Scene, mouth: MouthShape): void {
  const { sheet, identity } = scene;
  const { beard, hair, skin } = identity;
  if (beard === 'none') return;
  const colour = mix(hair.colour, identity.brow.colour, 0.5);
  const outline = headOutline(scene);
  switch (beard) {
    case 'stubble':
      sheet.within(outline, () => {
        sheet.fill(cheeks(scene, mouth, 1), mix(skin.deep, colour, 0.6), { opacity: 0.24, blur: 1.4 });
        sheet.fill(moustache(scene, mouth), mix(skin.deep, colour, 0.6), { opacity: 0.15, blur: 1.2 });
      });
      return;
    case 'full':
      sheet.within(outline, () => {
        sheet.fill(cheeks(scene, mouth, 0), colour, { opacity: 0.9, blur: 0.8 });
        bristles(scene, colour);
      });
      sheet.fill(moustache(scene, mouth), colour, { opacity: 0.92, blur: 0.4 });
      return;
    case 'goatee':
      sheet.within(outline, () => sheet.fill(chinPatch(scene, mouth), colour, { opacity: 0.85, blur: 0.6 }));
      sheet.fill(moustache(scene, mouth), colour, { opacity: 0.85, blur: 0.4 });
      return;
    case 'moustache':
      sheet.fill(moustache(scene, mouth), colour, { opacity: 0.9, blur: 0.35 });
  }
}

/** From the sideburns down the cheeks and round the mouth, leaving the lips free. */
function cheeks({ head, identity, form }: Scene, mouth: MouthShape, wide: number): Path {
  const { width } = identity.head;
  const half: Spot[] = [
    [0, mouth.bottom + 3.2],
    [mouth.half * 0.62, mouth.bottom + 2.6],
    [mouth.half + 2.6, mouth.corners[1][1] + 2.5],
    [mouth.half + 5.4, mouth.corners[1][1] - 3.5 - wide],
    [width * 0.78, 15],
    [width * 0.92, 2],
    [width * 1.1, -2, 0],
    [width * 1.1, 30, 0],
    [0, 58 + jawShift(40, form.jaw), 10],
  ];
  return head.loop(bothSides(half));
}

function moustache(scene: Scene, mouth: MouthShape): Path {
  const { head } = scene;
  const foot = noseFoot(scene) + 2.4;
  const [left, right] = [mouth.corners[-1], mouth.corners[1]];
  const rise = Math.min(foot, mouth.top - 1.8);
  const upper: Spot[] = [
    [left[0] - 1.8, left[1] + 1.4],
    [left[0] * 0.62, (rise + mouth.top) / 2 - 0.5],
    [-1.5, rise],
    [0, rise + 0.5],
    [1.5, rise],
    [right[0] * 0.62, (rise + mouth.top) / 2 - 0.5],
    [right[0] + 1.8, right[1] + 1.4],
  ];
  const lower = mouth.lines.top.map(([x, y]): Spot => [x, y + 0.5]).reverse();
  return head.path([upper, lower], true);
}

function chinPatch({ head, form, identity }: Scene, mouth: MouthShape): Path {
  const end = identity.head.length + jawShift(42, form.jaw) + 3;
  const half: Spot[] = [
    [0, mouth.bottom + 2],
    [mouth.half * 0.6, mouth.bottom + 3],
    [mouth.half + 1.4, mouth.corners[1][1] + 2],
    [mouth.half + 1.6, mouth.bottom + 3],
    [8.6, end - 2],
    [0, end],
  ];
  return head.loop(bothSides(half));
}

/** Hairs that catch the light. */
function bristles({ sheet, head, detail, form }: Scene, colour: Colour): void {
  const shift = jawShift(36, form.jaw);
  for (let hair = 0; hair < 46; hair += 1) {
    const x = detail.between(-23, 23);
    const y = detail.between(30, 43) + shift - Math.abs(x) * 0.35;
    const tone = mix(colour, detail.chance(0.6) ? WHITE : BLACK, detail.between(0.1, 0.3));
    sheet.stroke(
      head.line([
        [x, y],
        [x * 1.02, y + detail.between(1.5, 3)],
      ]),
      tone,
      0.4,
      { opacity: 0.4 },
    );
  }
}
