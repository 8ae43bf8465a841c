import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { JobContext } from '../jobs/interface.ts';
import type { ImageAsOf, Store } from '../store/interface.ts';

/** What of a dataset is written, and the labels of which time. */
export interface Scope {
  readonly dataset: Dataset;
  readonly ids: Int32Array;
  /** Last line of the log that counts; null: all of them. */
  readonly point: number | null;
  readonly versionName: string | null;
}

/** Images read and written at a time: a few milliseconds. */
const PAGE = 250;

/** Counts what passes by, for the job, and stops it when it is cancelled. */
export class Tally {
  readonly #job: Pick<JobContext, 'signal' | 'progress'> | null;
  readonly #total: number;
  #seen = 0;

  constructor(job: Pick<JobContext, 'signal' | 'progress'> | null, total: number) {
    this.#job = job;
    this.#total = total;
  }

  add(count: number): void {
    if (this.#job === null) return;
    if (this.#job.signal.aborted)
      throw new FailureError({ kind: 'cancelled', message: 'The export was cancelled.', remedy: '' });
    this.#seen += count;
    this.#job.progress(Math.min(this.#seen, this.#total), this.#total);
  }
}

/** Ids a page at a time, with a pause for others after each. */
export async function* pages(ids: Int32Array, tally: Tally): AsyncGenerator<number[]> {
  for (let from = 0; from < ids.length; from += PAGE) {
    const page = [...ids.subarray(from, from + PAGE)];
    yield page;
    tally.add(page.length);
    await new Promise(setImmediate);
  }
}

/** The images of a scope as they stood, page by page: memory does not grow with their number. */
export async function* imagesOf(store: Store, scope: Scope, tally: Tally): AsyncGenerator<ImageAsOf> {
  for await (const page of pages(scope.ids, tally)) yield* store.history.images(page, scope.point);
}
