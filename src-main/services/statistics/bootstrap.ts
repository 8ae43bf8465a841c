/**
 * Bootstrap intervals: the cases are drawn anew, with replacement, and each figure is computed on each draw (Efron, Tibshirani,
 * "An introduction to the bootstrap", 1993, percentile intervals).
 */
import type { EvaluationIntervals, Interval } from '../../../src-shared/domain/evaluation.ts';
import type { Cases } from '../../../src-shared/metrics/cases.ts';
import { scoresOf } from '../../../src-shared/metrics/scores.ts';
import type { Scores } from '../../../src-shared/metrics/scores.ts';
import { Random } from '../engine/random.ts';

/** Draws behind each interval. */
export const RESAMPLES = 2_000;

/** Quantile of sorted values by linear interpolation (numpy's default, Hyndman and Fan's type 7). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** The middle 95% of the values that are known; null where fewer than half are. */
export function percentileInterval(values: readonly (number | null)[]): Interval | null {
  const known = Float64Array.from(values.filter((value) => value !== null)).sort();
  if (known.length === 0 || known.length * 2 < values.length) return null;
  return [quantile(known, 0.025), quantile(known, 0.975)];
}

/**
 * 95% intervals of a run's scores.
 * @param seed equal seeds give equal intervals.
 */
export function bootstrapScores(cases: Cases, seed: number, resamples = RESAMPLES): EvaluationIntervals {
  const scores = Array.from(draws(cases.labels.length, seed, resamples), (weights) => scoresOf(cases, weights));
  return intervals(cases.classes, (read) => scores.map(read));
}

/**
 * 95% intervals of the differences `second - first` of two runs on the same images: both are measured on the same draws, so
 * that what is hard for both does not widen the interval.
 * @throws RangeError when the two do not have the same labels in the same order.
 */
export function bootstrapDifferences(
  first: Cases,
  second: Cases,
  seed: number,
  resamples = RESAMPLES,
): EvaluationIntervals {
  if (first.labels.length !== second.labels.length || first.labels.some((label, i) => label !== second.labels[i])) {
    throw new RangeError('Two runs are compared image by image: their cases must be the same.');
  }
  const scores = Array.from(draws(first.labels.length, seed, resamples), (weights) => [
    scoresOf(first, weights),
    scoresOf(second, weights),
  ]);
  return intervals(first.classes, (read) =>
    scores.map(([a, b]) => {
      const [from, to] = [a && read(a), b && read(b)];
      return typeof from === 'number' && typeof to === 'number' ? to - from : null;
    }),
  );
}

/** How often each of n cases is drawn in n draws with replacement, `resamples` times; one list, filled anew each time. */
export function* draws(n: number, seed: number, resamples: number): Generator<Uint32Array> {
  const random = Random.seeded(seed);
  const counts = new Uint32Array(n);
  for (let resample = 0; resample < resamples; resample++) {
    counts.fill(0);
    for (let draw = 0; draw < n; draw++) {
      const index = random.integer(n);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    yield counts;
  }
}

type ClassFigure = 'precision' | 'recall' | 'f1';
type Read = (scores: Scores) => number | null;

function intervals(classes: number, values: (read: Read) => readonly (number | null)[]): EvaluationIntervals {
  const of = (read: Read): Interval | null => percentileInterval(values(read));
  const ofClass = (index: number, figure: ClassFigure): Interval | null =>
    of((scores) => scores.perClass[index]?.[figure] ?? null);
  return {
    metrics: {
      accuracy: of((scores) => scores.accuracy),
      balancedAccuracy: of((scores) => scores.balancedAccuracy),
      macroF1: of((scores) => scores.macroF1),
      ece: of((scores) => scores.ece),
      nll: of((scores) => scores.nll),
      brier: of((scores) => scores.brier),
    },
    perClass: Array.from({ length: classes }, (_, index) => ({
      precision: ofClass(index, 'precision'),
      recall: ofClass(index, 'recall'),
      f1: ofClass(index, 'f1'),
    })),
  };
}
