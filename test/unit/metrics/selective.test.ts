import { describe, expect, it } from 'vitest';
import {
  aurc,
  bestAurc,
  correlation,
  errorAuroc,
  meanRanks,
  rankingOf,
  riskCoverage,
  spearman,
} from '../../../src-shared/metrics/selective.ts';

/** Park and Miller's generator from 11; the same numbers were made in Python for scikit-learn and scipy. */
let state = 11;
const next = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
const N = 60;
const uncertainty = Array.from({ length: N }, () => Math.round(next() * 12) / 12);
const wrong = uncertainty.map((value) => Number(next() < 0.15 + 0.5 * value));
const other = uncertainty.map((value) => Math.round((value + next()) * 5) / 5);
const ranking = rankingOf(uncertainty);

describe('an uncertainty with ties', () => {
  it('finds errors as scikit-learn’s roc_auc_score says', () => {
    expect(wrong.filter((one) => one === 1)).toHaveLength(23);
    expect(errorAuroc(ranking, wrong)).toBeCloseTo(0.6862514688601646, 12);
  });

  it('weighs cases like repeating them', () => {
    const weights = Uint32Array.from({ length: N }, (_, index) => index % 3);
    expect(errorAuroc(ranking, wrong, weights)).toBeCloseTo(0.6489234449760766, 12);
    const repeated = Array.from(weights).flatMap((weight, index) => new Array<number>(weight).fill(index));
    const again = rankingOf(repeated.map((index) => uncertainty[index] ?? 0));
    const wrongAgain = repeated.map((index) => wrong[index] ?? 0);
    expect(aurc(ranking, wrong, weights)).toBeCloseTo(aurc(again, wrongAgain) ?? NaN, 12);
  });

  // numpy: the mean of cumsum(wrong) / arange(1, n + 1), ties' errors spread evenly; 20,000 random orders of the ties give 0.24838.
  it('has the area under its risk-coverage curve', () => {
    expect(aurc(ranking, wrong)).toBeCloseTo(0.24837861922027696, 12);
    expect(bestAurc(N, 23)).toBeCloseTo(0.08839141670312248, 12);
    expect(aurc(rankingOf(wrong), wrong)).toBeCloseTo(bestAurc(N, 23), 12);
    const constant = rankingOf(new Float64Array(N));
    expect(aurc(constant, wrong)).toBeCloseTo(23 / N, 12);
    expect(errorAuroc(constant, wrong)).toBe(0.5);
  });

  it('gives the curve itself, which ends at the error rate', () => {
    const curve = riskCoverage(ranking, uncertainty, wrong, 60);
    expect(curve).toHaveLength(60);
    expect(curve.at(-1)).toEqual({ coverage: 1, risk: expect.closeTo(23 / N, 12) as number, threshold: 1 });
    expect(curve.reduce((sum, { risk }) => sum + risk, 0) / N).toBeCloseTo(aurc(ranking, wrong) ?? NaN, 12);
    expect(
      riskCoverage(ranking, uncertainty, wrong, 7)
        .map(({ coverage }) => coverage)
        .at(-1),
    ).toBe(1);
  });

  it('correlates by rank as scipy’s spearmanr', () => {
    expect(spearman(uncertainty, other)).toBeCloseTo(0.7188565411527513, 12);
    const weights = new Uint32Array(N).fill(2);
    expect(correlation(meanRanks(uncertainty), meanRanks(other), weights)).toBeCloseTo(0.7188565411527513, 12);
  });
});

it('says nothing where nothing can be said', () => {
  expect(errorAuroc(rankingOf([1, 2]), [0, 0])).toBeNull();
  expect(errorAuroc(rankingOf([1, 2]), [1, 1])).toBeNull();
  expect(aurc(rankingOf([]), [])).toBeNull();
  expect(spearman([1, 1, 1], [1, 2, 3])).toBeNull();
  expect(riskCoverage(rankingOf([]), [], [])).toEqual([]);
});
