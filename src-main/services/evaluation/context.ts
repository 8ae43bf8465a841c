/** What is measured: a run on the images of a dataset. */
export interface Measure {
  readonly run: number;
  readonly dataset: number;
  /** Null = all splits. */
  readonly split: string | null;
}

/** Resampling is seeded, so that the same question has the same answer on every day. */
export const SEED = 2026;
