/** Eyes and lids (units 5, 6, 7 and what 1, 4, 9 and 12 do to them). */
import { type Colour, hex, mix, WHITE } from '../colour.ts';
import type { Spot } from '../head.ts';
import { clamp, type Scene, SIDES } from '../scene.ts';

const IRIS_RADIUS = 3.4;
const LASH: Colour = hex('#1A110E');

/** The opening of one eye, in units of the face. */
interface Opening {
  readonly inner: Spot;
  readonly outer: Spot;
  /** From the inner to the outer corner. */
  readonly upper: readonly Spot[];
  readonly lower: readonly Spot[];
  readonly centre: readonly [number, number];
  readonly rise: number;
  readonly fall: number;
}

function opening({ identity, form }: Scene, side: -1 | 1): Opening {
  const { apart, width, upper, lower, tilt } = identity.eye;
  const rise = clamp(upper + form.lidUpper - identity.eye.hooded * 0.3, 0.9, 6.6);
  const fall = clamp(lower - form.lidLower, -0.35, 3);
  const open = Math.max(rise + fall, 1);
  const top = open - fall;
  const slant = clamp(form.lidSlant, -0.6, 1) * 1.5;
  const spot = (along: number, y: number): Spot => [side * (apart + along * width), y];
  const innerY = 0.9 - Math.max(0, slant) * 0.25;
  const outerY = -tilt + Math.max(0, slant) * 0.7;
  const inner = spot(-1, innerY);
  const outer = spot(1, outerY);
  return {
    inner,
    outer,
    upper: [inner, spot(-0.5, -top * 0.8 - slant * 0.28), spot(0, -top), spot(0.52, -top * 0.78 + slant * 0.5), outer],
    lower: [
      inner,
      spot(-0.45, fall * 0.86 + innerY * 0.3),
      spot(0.1, fall),
      spot(0.58, fall * 0.82 + outerY * 0.3),
      outer,
    ],
    centre: [side * apart, (fall - top) / 2],
    rise: top,
    fall,
  };
}

/** Both eyes with lids, lashes and the shade about them. */
export function drawEyes(scene: Scene): void {
  const { sheet, head, identity } = scene;
  const { skin } = identity;
  for (const side of SIDES) {
    const { apart } = identity.eye;
    sheet.glow(head.at([side * apart, -3.5]), [11, 6.5], skin.shade, 0.42);
    sheet.glow(head.at([side * 6, -1]), [3.6, 6], skin.shade, 0.4);
    drawEye(scene, opening(scene, side), side);
  }
}

function drawEye(scene: Scene, eye: Opening, side: -1 | 1): void {
  const { sheet, head, identity, form, capture } = scene;
  const { skin, feminine, age } = identity;
  const shape = head.path([eye.upper, [...eye.lower].reverse()], true);
  const lid = head.line(eye.upper);
  drawLids(scene, eye, side);

  const white = mix(hex('#F3EEEA'), skin.base, 0.1);
  sheet.fill(
    shape,
    sheet.linear([
      [0, mix(white, hex('#6C5A58'), 0.35)],
      [0.4, white],
      [1, mix(white, skin.blush, 0.12)],
    ]),
  );
  sheet.within(shape, () => {
    const [gazeX, gazeY] = capture.gaze;
    // The eye stays where it is when the lids move: wide eyes show white above the iris, narrow ones cut it.
    const iris: Spot = [
      side * identity.eye.apart + gazeX * 1.5,
      -0.6 + gazeY - form.gaze * 1.2,
      head.depth(13, 0) + 0.6,
    ];
    const [x, y] = head.at(iris);
    const narrow = 1 - Math.abs(capture.yaw) / 150;
    const rim = mix(identity.eye.iris, hex('#0B0807'), 0.65);
    const paint = sheet.radial(
      [
        [0, mix(identity.eye.iris, WHITE, 0.22)],
        [0.55, identity.eye.iris],
        [0.86, mix(identity.eye.iris, rim, 0.4)],
        [1, rim],
      ],
      [0.5, 0.62],
      0.56,
    );
    sheet.ellipse([x, y], [IRIS_RADIUS * narrow, IRIS_RADIUS], paint);
    sheet.ellipse([x, y], [1.5 * narrow, 1.5], hex('#080606'));
    sheet.stroke(lid, hex('#1C0F0C'), 2.6, { opacity: 0.38, blur: 0.6 });
    const glint = capture.light.side < 0 ? -1 : 1;
    sheet.ellipse([x + glint * 1.15, y - 1.25], [0.85, 0.8], WHITE, 0.95);
    sheet.ellipse([x - glint * 1, y + 1.3], [0.5, 0.4], WHITE, 0.35);
    sheet.ellipse(head.at([eye.inner[0] + side * 0.5, eye.inner[1]]), [0.9, 0.8], mix(skin.blush, skin.lip, 0.4), 0.8);
  });

  sheet.stroke(head.line(eye.lower), mix(skin.deep, LASH, 0.3), 0.5, { opacity: 0.55 });
  sheet.stroke(lid, LASH, 0.95 + feminine * 0.55, { opacity: 0.95 });
  if (feminine > 0.5 && age < 0.85) {
    const outer = eye.outer;
    const lashes: Spot[] = [
      [outer[0] - side * 1.6, outer[1] - eye.rise * 0.32],
      [outer[0], outer[1] - 0.3],
      [outer[0] + side * 1.6, outer[1] - 1.3],
    ];
    sheet.stroke(head.line(lashes), LASH, 0.8, { opacity: 0.9 });
  }
}

/** The fold above, the rim and bag below, and crow's feet (unit 6). */
function drawLids({ sheet, head, identity, form }: Scene, eye: Opening, side: -1 | 1): void {
  const { skin, age } = identity;
  const gap = clamp(1.9 + form.browInner * 0.12 - identity.eye.hooded, 0.7, 2.6);
  const fold = eye.upper.map(([x, y], index): Spot => [x, y - (index === 0 ? 0.8 : index === 4 ? 1.2 : gap)]);
  sheet.fill(head.path([eye.upper, [...fold].reverse()], true), mix(skin.base, skin.shade, 0.55), {
    opacity: 0.6,
    blur: 0.3,
  });
  sheet.stroke(head.line(fold), skin.deep, 0.75, { opacity: 0.6, blur: 0.2 });
  // Raised lower lids bulge: a lit rim over a dark line.
  const tight = clamp(form.lidLower / 1.6, 0, 1.2);
  const under = eye.lower.map(([x, y], index): Spot => [x, y + (index === 0 || index === 4 ? 1.2 : 2.6)]);
  sheet.stroke(head.line(eye.lower.map(([x, y]): Spot => [x, y + 1.1])), skin.light, 1.1, {
    opacity: 0.3 + 0.25 * tight,
    blur: 0.4,
  });
  const bag = clamp(0.15 + 0.3 * tight + 0.3 * Math.max(0, age - 0.4), 0, 0.6);
  sheet.stroke(head.line(under.slice(0, 4)), skin.deep, 0.8 + 0.4 * tight, { opacity: bag, blur: 0.4 });
  const feet = clamp(form.crowsFeet + Math.max(0, age - 0.6), 0, 1);
  const [x, y] = eye.outer;
  for (const slope of [-1.7, 0, 1.7]) {
    const foot: Spot[] = [
      [x + side * 2, y + slope * 0.6],
      [x + side * 3.8, y + slope * 1.1 + 0.1],
      [x + side * 5.8, y + slope * 1.9 - 0.2],
    ];
    sheet.stroke(head.line(foot), skin.deep, 0.7, { opacity: 0.5 * feet, blur: 0.2 });
  }
}
