import { describe, expect, it } from 'vitest';
import {
  bootstrapDifferences,
  bootstrapScores,
  percentileInterval,
  quantile,
} from '../../../src-main/services/statistics/bootstrap.ts';
import type { Interval } from '../../../src-shared/domain/evaluation.ts';
import { scoresOf } from '../../../src-shared/metrics/scores.ts';
import { wilsonInterval } from '../../../src-shared/metrics/wilson.ts';
import { madeCases } from '../metrics/cases.ts';

const width = (interval: Interval | null | undefined): number => (interval ? interval[1] - interval[0] : NaN);

describe('bootstrap intervals', () => {
  it('quantiles are numpy’s', () => {
    // numpy.quantile([1, 2, 4, 8], [0.025, 0.5, 0.975])
    expect(quantile([1, 2, 4, 8], 0.025)).toBeCloseTo(1.075, 12);
    expect(quantile([1, 2, 4, 8], 0.5)).toBe(3);
    expect(quantile([1, 2, 4, 8], 0.975)).toBeCloseTo(7.7, 12);
  });

  it('leave out draws that say nothing, unless they are most', () => {
    expect(percentileInterval([null, 1, 1])).toEqual([1, 1]);
    expect(percentileInterval([null, null, 1])).toBeNull();
  });

  it('of an accuracy lie where Wilson’s lies', () => {
    const { metrics } = bootstrapScores(madeCases(), 1);
    const [low, high] = wilsonInterval(102, 200);
    expect(Math.abs((metrics.accuracy?.[0] ?? 0) - low)).toBeLessThan(0.01);
    expect(Math.abs((metrics.accuracy?.[1] ?? 0) - high)).toBeLessThan(0.01);
  });

  it('hold every figure, are the same for the same seed, and others for another', () => {
    const cases = madeCases();
    const scores = scoresOf(cases);
    const found = bootstrapScores(cases, 1, 500);
    for (const metric of ['balancedAccuracy', 'macroF1', 'nll', 'brier'] as const) {
      expect(found.metrics[metric]?.[0]).toBeLessThan(scores[metric]);
      expect(found.metrics[metric]?.[1]).toBeGreaterThan(scores[metric]);
    }
    expect(found.perClass).toHaveLength(4);
    expect(bootstrapScores(cases, 1, 500)).toEqual(found);
    expect(bootstrapScores(cases, 2, 500)).not.toEqual(found);
  });

  it('of balanced accuracy and macro F1 are scipy’s, alone and as paired differences', () => {
    // scipy 1.17: stats.bootstrap(paired=True, method='percentile', n_resamples=20000) of scikit-learn's balanced_accuracy_score and
    // f1_score(average='macro').
    const alone = bootstrapScores(madeCases(), 2026).metrics;
    const paired = bootstrapDifferences(madeCases(7, 1.2), madeCases(7, 1.6), 2026).metrics;
    const pairs = [
      [alone.balancedAccuracy, [0.44168, 0.58188]],
      [alone.macroF1, [0.43769, 0.57686]],
      [paired.balancedAccuracy, [0.05601, 0.13747]],
      [paired.macroF1, [0.0555, 0.13634]],
    ] as const;
    for (const [found, [low, high]] of pairs) {
      const near = 0.08 * (high - low);
      expect(Math.abs((found?.[0] ?? NaN) - low)).toBeLessThan(near);
      expect(Math.abs((found?.[1] ?? NaN) - high)).toBeLessThan(near);
    }
  });

  it('of paired differences are scipy’s', () => {
    // scipy 1.17: stats.bootstrap of the differences' mean, percentile, 50,000 resamples; these 2,000 may lie a little beside them.
    const { metrics } = bootstrapDifferences(madeCases(7, 1.2), madeCases(7, 1.6), 2026);
    const scipy = { accuracy: [0.055, 0.135], nll: [-0.22679, -0.19724], brier: [-0.12076, -0.10533] } as const;
    for (const metric of ['accuracy', 'nll', 'brier'] as const) {
      const [low, high] = scipy[metric];
      // An accuracy of 200 images has steps of 0.005.
      const near = 0.08 * (high - low);
      expect(Math.abs((metrics[metric]?.[0] ?? 0) - low), metric).toBeLessThan(near);
      expect(Math.abs((metrics[metric]?.[1] ?? 0) - high), metric).toBeLessThan(near);
    }
  });

  it('of paired differences are narrower than two intervals would be, and 0 for a run against itself', () => {
    const [weak, strong] = [madeCases(7, 1.2), madeCases(7, 1.6)];
    const paired = bootstrapDifferences(weak, strong, 1, 500);
    const difference = scoresOf(strong).accuracy - scoresOf(weak).accuracy;
    expect(paired.metrics.accuracy?.[0]).toBeLessThan(difference);
    expect(paired.metrics.accuracy?.[1]).toBeGreaterThan(difference);
    expect(width(paired.metrics.accuracy)).toBeLessThan(width(bootstrapScores(weak, 1, 500).metrics.accuracy));
    expect(bootstrapDifferences(weak, weak, 1, 50).metrics.nll).toEqual([0, 0]);
    expect(() => bootstrapDifferences(weak, madeCases(8), 1, 5)).toThrow(RangeError);
  });
});
