import { describe, expect, it } from 'vitest';
import { calibrationBins, expectedCalibrationError } from '../../../src-shared/metrics/calibration.ts';
import { casesOf } from '../../../src-shared/metrics/cases.ts';
import { scoresOf } from '../../../src-shared/metrics/scores.ts';
import { madeCases } from './cases.ts';

describe('scores', () => {
  it('are scikit-learn’s on the same 200 cases', () => {
    // accuracy_score, balanced_accuracy_score, f1_score(average="macro"), log_loss, brier_score_loss(scale_by_half=False) of
    // scikit-learn 1.9; ECE by numpy over sorted(confidence)[n k // 15 : n (k + 1) // 15].
    const scores = scoresOf(madeCases());
    expect(scores.accuracy).toBeCloseTo(0.51, 12);
    expect(scores.balancedAccuracy).toBeCloseTo(0.5114083139083139, 12);
    expect(scores.macroF1).toBeCloseTo(0.5094773282850494, 12);
    expect(scores.nll).toBeCloseTo(1.0829836092250569, 12);
    expect(scores.brier).toBeCloseTo(0.5979252970010809, 12);
    expect(scores.ece).toBeCloseTo(0.11197820125211788, 12);
  });

  it('of weighted cases are those of the cases repeated', () => {
    const outputs = [
      [2, 0],
      [0.5, 0],
      [0, 1],
      [0, 3],
    ];
    const labels = [0, 1, 1, 0];
    const weights = [3, 0, 1, 2];
    const repeated = weights.flatMap((times, index) => new Array<number>(times).fill(index));
    const once = scoresOf(
      casesOf(
        repeated.map((index) => outputs[index] ?? []),
        repeated.map((index) => labels[index] ?? 0),
        2,
      ),
    );
    expect(scoresOf(casesOf(outputs, labels, 2), weights)).toEqual(once);
  });

  it('without cases are zero', () => {
    expect(scoresOf(casesOf([], [], 3))).toMatchObject({ accuracy: 0, nll: 0, brier: 0, ece: 0 });
  });
});

describe('calibration', () => {
  it('puts the same number of cases into each bin, in order of confidence', () => {
    const bins = calibrationBins(madeCases());
    expect(bins.map((bin) => bin.count)).toEqual([13, 13, 14, 13, 13, 14, 13, 13, 14, 13, 13, 14, 13, 13, 14]);
    expect(bins.every((bin, index) => bin.low >= (bins[index - 1]?.high ?? 0) && bin.high >= bin.low)).toBe(true);
  });

  it('has fewer bins than asked for where there are fewer cases', () => {
    expect(calibrationBins(madeCases(7, 1, 4))).toHaveLength(4);
  });

  it('finds no error where confidence and accuracy agree', () => {
    // Two classes, confidence 0.75, three of four right.
    const mu = [Math.log(3), 0];
    const cases = casesOf([mu, mu, mu, mu], [0, 0, 0, 1], 2);
    expect(expectedCalibrationError(calibrationBins(cases, 1))).toBeCloseTo(0, 12);
    expect(expectedCalibrationError(calibrationBins(casesOf([mu, mu], [0, 0], 2), 1))).toBeCloseTo(0.25, 12);
  });
});
