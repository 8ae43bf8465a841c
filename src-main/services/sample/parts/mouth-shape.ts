/** Where lips, corners and the opening of the mouth lie (units 10, 12, 15, 17, 20, 23, 25, 26). */
import type { Spot } from '../head.ts';
import { clamp, lerp, type Scene } from '../scene.ts';

/** Height of the resting mouth's line. */
const REST = 26.6;

export interface MouthShape {
  readonly corners: Readonly<Record<-1 | 1, Spot>>;
  /** Heights in the middle: upper edge of the upper lip, both edges of the opening, lower edge of the lower lip. */
  readonly top: number;
  readonly upper: number;
  readonly lower: number;
  readonly bottom: number;
  readonly gap: number;
  /** Half the width, mean of both sides. */
  readonly half: number;
  /** Left to right. */
  readonly lines: Readonly<Record<'top' | 'upper' | 'lower' | 'bottom', readonly Spot[]>>;
}

export function mouthShape({ identity, form }: Scene): MouthShape {
  const { mouth } = identity;
  const rest = REST + mouth.drop;
  const thin = 1 - clamp(form.thin, 0, 1) * 0.62;
  const half = Math.max(5.6, mouth.width + form.cornerOut);
  const jaw = Math.max(0, form.jaw);
  const upTurn = Math.max(0, form.cornerUp);
  const gap =
    Math.max(0, form.part) * (1 + 0.16 * upTurn) + jaw * 0.78 + Math.max(0, form.lowerLip) * Math.min(1, form.part);
  const raise = form.upperLip * 0.62;
  const middle = rest - form.mouthUp + jaw * 0.06 - raise * 0.55 + upTurn * 0.12;
  const upper = middle - gap * 0.24 - raise * 0.35 * Math.min(1, gap);
  const lower = upper + gap;
  const top = upper - mouth.upper * thin - raise * 0.18;
  const bottom = lower + mouth.lower * thin + Math.max(0, form.pout) * 0.7;
  const turn = rest + jaw * 0.26 - form.mouthUp * 0.3;
  const left: Spot = [-half, turn - form.cornerUp];
  const right: Spot = [half + Math.max(0, form.cornerUpRight) * 0.35, turn - form.cornerUp - form.cornerUpRight];

  // `full` says how square a line is: at 1 its middle height reaches out to the quarters.
  const line = (height: number, full: number, bow = 0): Spot[] => {
    const at = (share: number, [x, y]: Spot, amount: number): Spot => [x * share, lerp(y, height, amount)];
    return [
      left,
      at(0.78, left, full * 0.6),
      at(0.46, left, full * 0.93),
      [-1.7, height - bow],
      [0, height + bow * 0.9],
      [1.7, height - bow],
      at(0.46, right, full * 0.93),
      at(0.78, right, full * 0.6),
      right,
    ];
  };
  const square = clamp(form.square, 0, 1.2) * 0.3;
  const wide = jaw > 0 ? 0.12 * Math.min(1, jaw / 6) : 0;
  return {
    corners: { [-1]: left, 1: right },
    top,
    upper,
    lower,
    bottom,
    gap,
    half: (right[0] - left[0]) / 2,
    lines: {
      top: line(top, Math.min(1.06, 0.84 + square * 0.6 + wide), 0.55 * thin),
      upper: line(upper, Math.min(1.08, 0.78 + square + wide), gap < 0.4 ? 0.2 * thin : 0),
      lower: line(lower, Math.min(1.08, 0.8 + square * 0.9 + wide)),
      bottom: line(bottom, Math.min(1.08, 0.88 + square * 0.7 + wide)),
    },
  };
}
