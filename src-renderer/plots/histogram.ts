import type { Histogram } from '../../src-shared/domain/image.ts';

export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly count: number;
  /** Values the bar counts, [from, to). */
  readonly from: number;
  readonly to: number;
  /** False where a brush leaves the bar out. */
  readonly inside: boolean;
}

/** Bars of a histogram in a box; heights grow with the square root, so that rare bins stay visible. */
export function bars(
  histogram: Histogram,
  box: { width: number; height: number },
  brush: readonly [number, number] | null,
): Bar[] {
  const { min, max, bins } = histogram;
  const most = Math.max(1, ...bins);
  const step = box.width / bins.length;
  const span = (max - min) / bins.length;
  return bins.flatMap((count, i) => {
    if (count === 0) return [];
    const height = Math.max(1, Math.sqrt(count / most) * (box.height - 2));
    const [from, to] = [min + i * span, min + (i + 1) * span];
    const middle = (from + to) / 2;
    const inside = brush === null || (middle >= brush[0] && middle <= brush[1]);
    const width = Math.max(1, step - 1);
    return [{ x: i * step, y: box.height - height, width, height, count, from, to, inside }];
  });
}

/** Digits that tell neighbouring bins apart. */
export function digitsFor(histogram: Histogram): number {
  const span = (histogram.max - histogram.min) / Math.max(1, histogram.bins.length);
  return span <= 0 ? 2 : Math.min(4, Math.max(0, Math.ceil(-Math.log10(span)) + 1));
}

/** A brush edge as one would write it, rounded to the bins' digits. */
export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
