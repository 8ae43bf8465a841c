/** The learning-rate range test (Smith 2017, "Cyclical learning rates for training neural networks"). */

/** Share of the past in the smoothed loss. */
const BETA = 0.9;
/** A test ends where the smoothed loss is this many times its lowest. */
export const DIVERGED = 4;

/** The rate of a step, from 0: equal factors from `from` to `to`. */
export function rateOfStep(step: number, { from, to, steps }: { from: number; to: number; steps: number }): number {
  return from * (to / from) ** (step / Math.max(1, steps - 1));
}

/** Exponential mean of the losses, corrected for its start at zero as Adam's moments are. */
export function smoothedLoss(loss: readonly number[]): number[] {
  let mean = 0;
  return loss.map((value, index) => {
    mean = BETA * mean + (1 - BETA) * value;
    return mean / (1 - BETA ** (index + 1));
  });
}

/**
 * A tenth of the rate at which the smoothed loss is lowest: at that rate itself it is about to rise. Null where it never fell
 * below its start by a hundredth.
 */
export function suggestedRate(rates: readonly number[], smoothed: readonly number[]): number | null {
  let lowest = 0;
  smoothed.forEach((value, index) => {
    if (value < (smoothed[lowest] ?? Infinity)) lowest = index;
  });
  const [start = NaN] = smoothed;
  const rate = rates[lowest];
  if (rate === undefined || !((smoothed[lowest] ?? NaN) < 0.99 * start)) return null;
  return Number((rate / 10).toPrecision(2));
}
