/** How well each uncertainty finds a run's errors, with bootstrap intervals. */
import type { Interval } from '../../../src-shared/domain/evaluation.ts';
import type { ScoreWorth, UncertaintyScore, UncertaintyWorth } from '../../../src-shared/domain/uncertainty.ts';
import { VICH_SCORES } from '../../../src-shared/domain/uncertainty.ts';
import {
  aurc,
  bestAurc,
  correlation,
  errorAuroc,
  meanRanks,
  rankingOf,
  riskCoverage,
} from '../../../src-shared/metrics/selective.ts';
import { draws, percentileInterval, RESAMPLES } from './bootstrap.ts';

/** One number an image and score, larger = less certain. */
export interface UncertaintyCases {
  readonly scores: Readonly<Partial<Record<UncertaintyScore, Float64Array>>>;
  /** [n] 1 for an error. */
  readonly wrong: Uint8Array;
  /** [n] entropy of people's votes, nats; NaN with fewer than two votes. */
  readonly votes: Float64Array;
}

/** Fewer images with votes than this say nothing of a correlation. */
export const FEWEST_VOTED = 10;
/** Cases looked at in all resamples together: a few seconds. */
const MOST_WORK = 60_000_000;
const FEWEST_RESAMPLES = 200;

export function resamplesFor(cases: number): number {
  return Math.min(RESAMPLES, Math.max(FEWEST_RESAMPLES, Math.floor(MOST_WORK / Math.max(1, cases))));
}

const isVich = (score: UncertaintyScore): boolean => VICH_SCORES.some((one) => one === score);

/** @param seed equal seeds give equal intervals. Scores without a defined AUROC (no error, or nothing right) are left out. */
export function worthOf(
  { scores, wrong, votes }: UncertaintyCases,
  seed: number,
): Pick<UncertaintyWorth, 'images' | 'errors' | 'voted' | 'bestAurc' | 'resamples' | 'scores'> {
  const n = wrong.length;
  const resamples = resamplesFor(n);
  const names = Object.keys(scores) as UncertaintyScore[];
  const voted = Array.from({ length: n }, (_, at) => at).filter((at) => !Number.isNaN(votes[at] ?? NaN));
  const correlates = voted.length >= FEWEST_VOTED;
  const voteRanks = meanRanks(voted.map((at) => votes[at] ?? 0));
  const measured = names.flatMap((score) => {
    const values = scores[score] ?? new Float64Array(n);
    const ranking = rankingOf(values);
    const auroc = errorAuroc(ranking, wrong);
    if (auroc === null) return [];
    const ranks = meanRanks(voted.map((at) => values[at] ?? 0));
    return [
      {
        score,
        values,
        ranking,
        auroc,
        aurc: aurc(ranking, wrong) ?? 0,
        ranks,
        rho: correlates ? correlation(ranks, voteRanks) : null,
        drawn: { auroc: [] as (number | null)[], aurc: [] as (number | null)[], rho: [] as (number | null)[] },
      },
    ];
  });
  const votedWeights = new Uint32Array(voted.length);
  for (const weights of draws(n, seed, resamples)) {
    voted.forEach((at, index) => (votedWeights[index] = weights[at] ?? 0));
    for (const one of measured) {
      one.drawn.auroc.push(errorAuroc(one.ranking, wrong, weights));
      one.drawn.aurc.push(aurc(one.ranking, wrong, weights));
      if (one.rho !== null) one.drawn.rho.push(correlation(one.ranks, voteRanks, votedWeights));
    }
  }
  const rival = measured.filter(({ score }) => !isVich(score)).toSorted((a, b) => b.auroc - a.auroc)[0];
  const gainOver = (one: (typeof measured)[number]): ScoreWorth['gain'] => {
    if (rival === undefined || !isVich(one.score)) return null;
    const differences = one.drawn.auroc.map((value, at) => {
      const other = rival.drawn.auroc[at] ?? null;
      return value === null || other === null ? null : value - other;
    });
    const interval: Interval | null = percentileInterval(differences);
    return { over: rival.score, difference: one.auroc - rival.auroc, interval };
  };
  const errors = wrong.reduce((sum, one) => sum + one, 0);
  return {
    ...{ images: n, errors, voted: voted.length, bestAurc: bestAurc(n, errors) },
    resamples,
    scores: measured.map((one) => ({
      score: one.score,
      auroc: one.auroc,
      aurocInterval: percentileInterval(one.drawn.auroc),
      aurc: one.aurc,
      aurcInterval: percentileInterval(one.drawn.aurc),
      gain: gainOver(one),
      spearman: one.rho === null ? null : { rho: one.rho, interval: percentileInterval(one.drawn.rho) },
      curve: riskCoverage(one.ranking, one.values, wrong),
    })),
  };
}
