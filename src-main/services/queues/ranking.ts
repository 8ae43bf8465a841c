/** What each queue is made of: a score for every image, and words for why. */
import type { QueueEvidence } from '../../../src-shared/domain/queue.ts';
import type { Store, StoredPrediction } from '../store/interface.ts';

/** One image's place: scores are compared within a queue only, the highest first. */
export interface Ranked {
  readonly image: number;
  readonly score: number;
  readonly reason: string;
}

/** What a queue is computed from. */
export interface RankingInput {
  readonly store: Store;
  readonly dataset: number;
  readonly run: number | null;
  readonly annotator: string;
}

export interface Ranking {
  readonly images: readonly Ranked[];
  readonly caveat: string | null;
  readonly evidence?: QueueEvidence;
}

export interface QueueRule {
  /** What the score is, and who says so. */
  readonly measure: string;
  readonly threshold: number;
}

export interface QueueKind extends QueueRule {
  readonly rank: (input: RankingInput) => Ranking;
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Predictions of the images that can be judged: neither broken nor excluded. */
export function usablePredictions({ store, dataset, run }: RankingInput): StoredPrediction[] {
  return run === null ? [] : store.runs.predictions(run, dataset, null).filter(({ status }) => status === 'ok');
}
