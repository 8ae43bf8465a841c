import type { FacialState } from './action-units.ts';
import type { Identity } from './identity.ts';
import type { Scene } from './scene.ts';
import type { Point } from './svg.ts';

/** One eye with its brow. `side` is -1 on the picture's left. */
export interface EyeShape {
  readonly side: -1 | 1;
  readonly centre: Point;
  readonly inner: Point;
  readonly outer: Point;
  /** How far the lids stand from the line between the corners. */
  readonly upper: number;
  readonly lower: number;
  readonly brow: { readonly inner: Point; readonly arch: Point; readonly tail: Point };
}

export interface MouthShape {
  readonly left: Point;
  readonly right: Point;
  /** Where upper and lower lip would meet at the centre. */
  readonly centre: Point;
  /** Edges of the opening at the centre; equal when the lips are closed. */
  readonly innerTop: number;
  readonly innerBottom: number;
  /** Visible thickness of the lips at the centre. */
  readonly upperLip: number;
  readonly lowerLip: number;
}

/** Where everything is, in pixels of the 224 picture; the action units act here and nowhere else. */
export interface Geometry {
  /** Midline of the features, moved by yaw. */
  readonly midX: number;
  readonly headX: number;
  readonly eyeY: number;
  readonly crownY: number;
  readonly chinY: number;
  readonly halfWidth: number;
  readonly jawHalf: number;
  readonly chinHalf: number;
  readonly eyes: readonly [EyeShape, EyeShape];
  readonly nose: { readonly tip: Point; readonly half: number; readonly lift: number };
  readonly mouth: MouthShape;
  /** 0-1: lines that units press into the skin. */
  readonly creases: {
    readonly frown: number;
    readonly forehead: number;
    readonly noseWrinkle: number;
    readonly nasolabial: number;
    readonly crowsFeet: number;
    readonly chin: number;
    readonly cheek: number;
  };
}

const HEAD_X = 112;
const EYE_Y = 105;

/** Horizontal foreshortening of a turned head: the far side is narrower. */
function turned(scene: Scene, side: -1 | 1, distance: number): number {
  return side * distance * (1 - 0.09 * scene.yaw * side);
}

export function shapeFace(identity: Identity, scene: Scene, { units, asymmetry }: FacialState): Geometry {
  const headX = HEAD_X;
  const midX = headX + scene.yaw * 7;
  const eyeY = EYE_Y - scene.pitch * 3;
  const jawDrop = 13 * units[26];
  return {
    headX,
    midX,
    eyeY,
    crownY: 26 - identity.headLength / 2,
    chinY: 196 + identity.headLength + jawDrop - 1.5 * units[17],
    halfWidth: identity.headWidth,
    jawHalf: identity.jawWidth - 1.5 * units[26],
    chinHalf: identity.chinWidth,
    eyes: [shapeEye(-1, midX, eyeY, identity, scene, units), shapeEye(1, midX, eyeY, identity, scene, units)],
    nose: {
      tip: { x: midX + scene.yaw * 4.5, y: 138 + identity.noseLength - scene.pitch * 3.5 - 2.5 * units[9] },
      half: identity.noseWidth + 1.6 * units[9] + 1.2 * units[12],
      lift: 4 * units[9] + 2 * units[10],
    },
    mouth: shapeMouth(midX, identity, scene, units, asymmetry),
    creases: {
      frown: units[4],
      forehead: Math.max(units[1], units[2]) * (1 - 0.3 * units[4]),
      noseWrinkle: units[9],
      nasolabial: Math.min(1, 0.75 * units[12] + 0.8 * units[10] + 0.5 * units[9] + 0.25 * units[20]),
      crowsFeet: units[6],
      chin: units[17],
      cheek: units[6],
    },
  };
}

function shapeEye(
  side: -1 | 1,
  midX: number,
  eyeY: number,
  identity: Identity,
  scene: Scene,
  units: FacialState['units'],
): EyeShape {
  const at = (distance: number): number => midX + turned(scene, side, distance);
  const half = 14.2 * identity.eyeSize;
  const x = identity.eyeSpacing;
  // Grief lifts the inner brow and lets the outer lid sink: 1 with 4, unless 5 holds the lid.
  const grief = units[1] * units[4] * (1 - units[5]);
  const innerLift = 11 * units[1] + 2 * units[2] - 11 * units[4] * (1 - 0.8 * units[1]) - 2.5 * units[9];
  const archLift =
    7 * units[1] * (1 - 0.5 * units[4]) + 8 * units[2] - 7 * units[4] * (1 - 0.6 * units[1]) - 1.5 * units[9];
  const tailLift = 8.5 * units[2] + 1.5 * units[5] - 1.5 * units[4] - 3.5 * grief;
  const browY = eyeY - 22.5 + identity.browHeight;
  return {
    side,
    centre: { x: at(x), y: eyeY },
    inner: { x: at(x - half), y: eyeY + 1.6 },
    outer: { x: at(x + half), y: eyeY - identity.eyeTilt + 2.6 * grief },
    upper: Math.max(
      1.4,
      8.2 * identity.eyeSize +
        4.6 * units[5] -
        3 * units[7] -
        2.4 * units[6] -
        3.2 * units[9] -
        2.6 * grief -
        1.5 * units[4] * (1 - units[5]),
    ),
    lower: Math.max(0.6, 6.2 * identity.eyeSize + 0.8 * units[5] - 3.6 * units[6] - 2.6 * units[7] - 2.8 * units[9]),
    brow: {
      inner: { x: at(13.5 - 4.5 * units[4] - 1.5 * units[9]), y: browY - innerLift + 2 },
      arch: { x: at(33 - 1.5 * units[4]), y: browY - archLift - 3.2 },
      tail: { x: at(47), y: browY - tailLift + 4 },
    },
  };
}

function shapeMouth(
  midX: number,
  identity: Identity,
  scene: Scene,
  units: FacialState['units'],
  asymmetry: number,
): MouthShape {
  const x = midX + scene.yaw * 2.5;
  const y = 163 + identity.noseLength * 0.5 - scene.pitch * 2 - 3 * units[17] - 1.2 * units[9];
  const half =
    identity.mouthWidth +
    8 * units[12] +
    8.5 * units[20] -
    3 * units[23] -
    1.5 * units[15] -
    4.5 * units[26] * (1 - units[20]) -
    2 * units[17];
  const pull = (side: -1 | 1): number => (side > 0 ? 1 : 1 - asymmetry);
  const corner = (side: -1 | 1): Point => ({
    x: x + turned(scene, side, half - 8 * units[12] * (1 - pull(side))),
    y:
      y -
      11 * units[12] * pull(side) +
      8.5 * units[15] +
      3.5 * units[20] +
      3 * units[10] +
      3.5 * units[26] +
      1.2 * units[23],
  });
  const symmetric = 1 - asymmetry;
  const parted = units[25] * symmetric;
  // 12 draws the upper lip up over the teeth, 10 lifts its middle, 26 lowers the jaw.
  const top = y - 5 * units[10] - 3 * units[12] * parted - 1.5 * units[9] - 2 * units[26];
  const bottom =
    top + 4.5 * parted + 6.5 * parted * units[12] + 4.5 * parted * units[20] + 24 * units[26] + 3.2 * units[10];
  const thin = (1 - 0.72 * units[23]) * (1 - 0.22 * units[12]) * (1 - 0.25 * units[20]);
  return {
    left: corner(-1),
    right: corner(1),
    centre: { x, y: (top + bottom) / 2 },
    innerTop: top,
    innerBottom: bottom - top < 1.2 ? top : bottom,
    upperLip: 5 * identity.lipFullness * thin * (1 - 0.25 * units[10]),
    lowerLip: 7 * identity.lipFullness * thin + 2 * units[17] * (1 - units[23]),
  };
}
