/** Lips, teeth, tongue and the skin about the mouth. */
import { BLACK, hex, mix, WHITE } from '../colour.ts';
import type { Spot } from '../head.ts';
import { clamp, lerp, type Scene, SIDES } from '../scene.ts';
import type { MouthShape } from './mouth-shape.ts';
import { jawShift } from './skull.ts';

const TEETH = hex('#F3EEE4');
const GUM = hex('#3A1210');

/** Gaps narrower than this, in units of the face, are closed lips. */
const CLOSED = 0.5;

export function drawMouth(scene: Scene, mouth: MouthShape): void {
  const { sheet, head, identity, form, capture } = scene;
  const { skin } = identity;
  const { lines } = mouth;
  drawSurround(scene, mouth);
  const upperLip = head.path([lines.top, [...lines.upper].reverse()], true);
  const lowerLip = head.path([lines.lower, [...lines.bottom].reverse()], true);
  const dark = mix(skin.lip, skin.deep, 0.32);
  const lips = head.path([lines.top, [...lines.bottom].reverse()], true);
  sheet.fill(lips, skin.lip, { opacity: 0.5, blur: 0.6 });
  if (mouth.gap >= CLOSED) drawInside(scene, mouth);
  sheet.fill(
    upperLip,
    sheet.linear([
      [0, mix(dark, skin.lip, 0.6)],
      [1, dark],
    ]),
  );
  sheet.fill(
    lowerLip,
    sheet.linear([
      [0, mix(skin.lip, dark, 0.25)],
      [0.4, mix(skin.lip, skin.light, 0.14)],
      [1, skin.lip],
    ]),
  );
  const shine = head.at([capture.light.side * 1.5, lerp(mouth.lower, mouth.bottom, 0.45)]);
  sheet.glow(shine, [mouth.half * 0.42, (mouth.bottom - mouth.lower) * 0.42], mix(skin.lip, WHITE, 0.6), 0.55);
  if (mouth.gap < CLOSED) {
    sheet.stroke(head.line(lines.upper), skin.deep, 1.9, { opacity: 0.3, blur: 0.5 });
    sheet.stroke(head.line(lines.upper), mix(skin.deep, hex('#2A0B0B'), 0.5), 0.95 + clamp(form.thin, 0, 1) * 0.3);
  }
  for (const side of SIDES) {
    const [x, y] = mouth.corners[side];
    const turn = side === 1 ? form.cornerUp + form.cornerUpRight : form.cornerUp;
    const tail: Spot[] = [
      [x - side * 0.6, y],
      [x + side * 0.9, y - clamp(turn * 0.2, -0.9, 1)],
    ];
    sheet.glow(head.at([x + side * 0.8, y]), [1.9, 1.7], skin.deep, 0.5);
    sheet.stroke(head.line(tail), skin.deep, 0.9, { opacity: 0.75 });
  }
}

/** The open mouth: depth, teeth above and below, tongue. */
function drawInside({ sheet, head, form }: Scene, mouth: MouthShape): void {
  const { lines, gap, half } = mouth;
  const cavity = head.path([lines.upper, [...lines.lower].reverse()], true);
  sheet.fill(
    cavity,
    sheet.linear([
      [0, hex('#1C0707')],
      [0.6, hex('#2C0D0C')],
      [1, GUM],
    ]),
    {},
  );
  sheet.within(cavity, () => {
    const smile = Math.max(0, form.cornerUp, form.cornerUpRight * 0.6);
    const below = (line: readonly Spot[], by: number) => line.map(([x, y]): Spot => [x * 0.97, y + by]);
    if (gap > 4.5) {
      const tongue = head.at([0, mouth.lower + 0.4]);
      sheet.ellipse(
        tongue,
        [half * 0.62, Math.min(4.4, gap * 0.36)],
        sheet.radial(
          [
            [0, hex('#B65C58')],
            [0.7, hex('#8E3E3C')],
            [1, hex('#5A2220')],
          ],
          [0.5, 0.35],
          0.65,
        ),
      );
    }
    const shownAbove = clamp(1 + smile * 0.75 + Math.max(0, form.upperLip) * 0.75, 0, Math.max(1.3, gap * 0.74));
    const above = head.path(
      [lines.upper.map(([x, y]): Spot => [x, y - 3]), below(lines.upper, shownAbove).reverse()],
      true,
    );
    sheet.fill(
      above,
      sheet.linear([
        [0, mix(TEETH, BLACK, 0.3)],
        [0.5, TEETH],
        [1, mix(TEETH, BLACK, 0.05)],
      ]),
    );
    const bared = clamp(form.lowerLip * 1.5 + form.square * 0.7, 0, gap * 0.42);
    if (bared > 0.3) {
      const lower = head.path(
        [below(lines.lower, -bared), lines.lower.map(([x, y]): Spot => [x, y + 3]).reverse()],
        true,
      );
      sheet.fill(lower, mix(TEETH, BLACK, 0.12));
    }
    for (let tooth = -4; tooth <= 4; tooth += 1) {
      const x = (tooth + 0.0) * 2.1;
      if (Math.abs(x) > half) continue;
      const from = mouth.upper - 4;
      sheet.stroke(
        head.line([
          [x, from],
          [x, mouth.upper + shownAbove * 0.92],
        ]),
        hex('#6B5148'),
        0.28,
        { opacity: 0.3 },
      );
    }
    // Shadow of the upper lip, and darkness toward the corners.
    sheet.stroke(head.line(lines.upper), hex('#2A0A0A'), 1.3, { opacity: 0.5, blur: 0.5 });
    for (const side of SIDES) {
      const [x, y] = mouth.corners[side];
      sheet.glow(head.at([x, y]), [half * 0.36, Math.max(2.5, gap * 0.6)], hex('#1C0707'), 0.8);
    }
  });
}

/** Philtrum, the hollow under the lower lip, the chin's boss (17) and the lines at the corners (15, 20). */
function drawSurround({ sheet, head, identity, form }: Scene, mouth: MouthShape): void {
  const { skin, age } = identity;
  const philtrum = mouth.top - 2.4;
  sheet.glow(head.at([0, philtrum]), [1.7, 2.6], skin.shade, 0.35);
  for (const side of SIDES) sheet.glow(head.at([side * 2.2, philtrum]), [1.2, 2.6], skin.light, 0.3);
  sheet.glow(
    head.at([0, mouth.bottom + 1.9]),
    [mouth.half * 0.75, 2.3],
    skin.deep,
    0.36 + 0.2 * clamp(form.pout, 0, 1),
  );
  const drop = jawShift(36, form.jaw);
  const boss = clamp(form.chin, 0, 1.1);
  if (boss > 0.1) {
    const y = Math.max(34.5 + drop, mouth.bottom + 2.4);
    const arc: Spot[] = [
      [-5.6, y + 2.6],
      [-3.6, y + 0.4],
      [0, y - 0.5],
      [3.6, y + 0.4],
      [5.6, y + 2.6],
    ];
    sheet.stroke(head.line(arc), skin.deep, 1.2, { opacity: 0.5 * boss, blur: 0.5 });
    for (const [x, down] of [
      [-2.4, 3.4],
      [1.9, 4],
      [-0.4, 5.2],
      [3.2, 2.9],
      [-3.6, 5],
    ] as const)
      sheet.glow(head.at([x, y + down]), [0.9, 0.8], skin.deep, 0.4 * boss);
  }
  const lines = clamp(form.marionette + Math.max(0, age - 0.7) * 0.9, 0, 1.1);
  for (const side of SIDES) {
    const [x, y] = mouth.corners[side];
    const crease: Spot[] = [
      [x + side * 1.2, y + 0.4],
      [x + side * 2, y + 2.8],
      [x + side * 1.6, y + 5.6],
    ];
    sheet.stroke(head.line(crease), skin.deep, 1, { opacity: 0.5 * lines, blur: 0.4 });
  }
}
