import { describe, expect, it } from 'vitest';
import { classThresholds, labelQuality } from '../../../src-shared/metrics/confident-learning.ts';
import { auroc, precisionAt } from '../../../src-shared/metrics/ranking.ts';

describe('confident learning', () => {
  const probabilities = [
    [0.9, 0.1],
    [0.7, 0.3],
    [0.2, 0.8],
    [0.4, 0.6],
    [0.1, 0.9],
  ];
  const labels = [0, 0, 0, 1, 1];

  it('takes the mean self-confidence of a class as its threshold (eq. 2)', () => {
    const [first, second] = classThresholds(probabilities, labels, 2);
    expect(first).toBeCloseTo(0.6, 12);
    expect(second).toBeCloseTo(0.75, 12);
    expect(classThresholds(probabilities, labels, 3)[2]).toBe(Infinity);
  });

  it('counts an example off the diagonal when it reaches another class’s threshold and not its own better', () => {
    // Only the third reaches class 1 (0.8 >= 0.75) while it is labelled 0.
    expect(labelQuality(probabilities, labels, 2).map((one) => one?.issue)).toEqual([false, false, true, false, false]);
  });

  it('scores by the normalised margin: above one half another class fits better', () => {
    const quality = labelQuality(probabilities, labels, 2);
    expect(quality[2]?.score).toBeCloseTo((0.8 - 0.2 + 1) / 2, 12);
    expect(quality[2]?.instead).toBe(1);
    expect(quality.filter((one) => (one?.score ?? 0) > 0.5)).toHaveLength(1);
    expect(labelQuality(probabilities, [-1, 0, 0, 1, 1], 2)[0]).toBeNull();
  });
});

describe('ranking', () => {
  it('gives the area under the ROC curve with ties half, as sklearn.metrics.roc_auc_score', () => {
    expect(auroc([0.1, 0.4, 0.35, 0.8], [false, false, true, true])).toBeCloseTo(0.75, 12);
    expect(auroc([1, 1, 1, 2], [true, false, false, true])).toBeCloseTo(0.75, 12);
    expect(auroc([1, 2], [true, true])).toBeNaN();
  });

  it('counts the wanted among the first', () => {
    expect(precisionAt(2, [3, 1, 2], [true, true, false])).toBe(0.5);
  });
});
