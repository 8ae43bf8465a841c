import type {
  OpenedQueue,
  QueueEntry,
  QueueName,
  QueueProgress,
  QueueRequest,
} from '../../../src-shared/domain/queue.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Opinion } from '../../../src-shared/domain/label.ts';
import type { Gallery } from '../images/gallery.ts';
import type { Workspace } from '../projects/workspace.ts';
import { ambiguous } from './ambiguous.ts';
import { duplicates } from './duplicates.ts';
import { hard } from './hard.ts';
import { mislabelled } from './mislabelled.ts';
import { adjudicate, second } from './people.ts';
import type { QueueKind, Ranked } from './ranking.ts';

const KINDS: Readonly<Record<Exclude<QueueName, 'view'>, QueueKind>> = {
  mislabelled,
  ambiguous,
  hard,
  duplicates,
  second,
  adjudicate,
};

/** Decisions before which a rate says nothing. */
const ENOUGH_DECISIONS = 10;

/** What a snapshot was opened as. */
interface Opened {
  readonly queue: QueueName;
  readonly dataset: number;
  readonly run: number | null;
  /** Scores and reasons by image; empty for `view`, which has neither. */
  readonly ranked: ReadonlyMap<number, Ranked>;
}

/** Queues kept: as many as the gallery keeps snapshots. */
const KEPT = 8;

/** Ways through a dataset, in an order computed once, with a reason for each image. */
export class Queues {
  readonly #workspace: Pick<Workspace, 'require'>;
  readonly #gallery: Pick<Gallery, 'open' | 'keep' | 'rows' | 'idsOf'>;
  readonly #opened = new Map<string, Opened>();

  constructor(workspace: Pick<Workspace, 'require'>, gallery: Pick<Gallery, 'open' | 'keep' | 'rows' | 'idsOf'>) {
    this.#workspace = workspace;
    this.#gallery = gallery;
  }

  /** @throws FailureError 'invalid' for a filter that cannot be read, 'not-found' for an unknown dataset, 'gone' where the project was closed. */
  async open(request: QueueRequest): Promise<OpenedQueue> {
    const { queue, dataset, run, annotator, threshold: wanted, q, sort, descending } = request;
    const { store } = this.#workspace.require();
    const view = await this.#gallery.open({ dataset, run, q, sort, descending });
    if (queue === 'view') {
      this.#keep(view.snapshot, { queue, dataset, run, ranked: new Map() });
      return { ...view, scored: view.total, threshold: null, measure: 'The gallery’s filter and order.', caveat: null };
    }
    const kind = KINDS[queue];
    const allowed = q.trim() === '' ? null : new Set(this.#ids(view.snapshot));
    const { images, caveat } = await kind.rank({ store, dataset, run, annotator });
    if (this.#workspace.require().store !== store) throw gone();
    const candidates = images
      .filter(({ image }) => allowed === null || allowed.has(image))
      .toSorted((a, b) => b.score - a.score || a.image - b.image);
    const threshold = wanted ?? kind.threshold;
    const taken = candidates.filter(({ score }) => score >= threshold);
    const { snapshot, total } = this.#gallery.keep(
      Int32Array.from(taken, ({ image }) => image),
      run,
    );
    this.#keep(snapshot, { queue, dataset, run, ranked: new Map(taken.map((one) => [one.image, one])) });
    return { snapshot, total, scored: candidates.length, threshold, measure: kind.measure, caveat };
  }

  /** @throws FailureError 'gone' for a queue that is no longer kept. */
  page(request: { snapshot: string; annotator: string; offset: number; limit: number }): QueueEntry[] {
    const { snapshot, annotator, offset, limit } = request;
    const { dataset, run, ranked } = this.#require(snapshot);
    const ids = this.#ids(snapshot).subarray(offset, offset + limit);
    const mine = this.#opinions(dataset, annotator);
    return this.#gallery.rows({ images: [...ids], run }).map((row) => {
      const found = ranked.get(row.id);
      return { row, score: found?.score ?? null, reason: found?.reason ?? '', mine: mine.get(row.id) ?? null };
    });
  }

  progress({ snapshot, annotator }: { snapshot: string; annotator: string }): QueueProgress {
    const { queue, dataset } = this.#require(snapshot);
    const ids = this.#ids(snapshot);
    const isDecided = this.#decided(dataset, annotator);
    const decided = ids.reduce((count, id) => count + Number(isDecided(id)), 0);
    const made = this.#workspace.require().store.opinions.decisions(dataset, queue);
    const rate = made.decisions < ENOUGH_DECISIONS ? null : made.changed / made.decisions;
    return { decided, ...made, expected: rate === null ? null : Math.round((ids.length - decided) * rate) };
  }

  /** Goes round: after the last image the search goes on at the first. */
  next(request: { snapshot: string; annotator: string; from: number; backwards: boolean }): number {
    const { snapshot, annotator, from, backwards } = request;
    const { dataset } = this.#require(snapshot);
    const ids = this.#ids(snapshot);
    const isDecided = this.#decided(dataset, annotator);
    const count = ids.length;
    for (let step = 1; step <= count; step++) {
      const at = (((backwards ? from - step : from + step) % count) + count) % count;
      if (!isDecided(ids[at] ?? -1)) return at;
    }
    return -1;
  }

  #opinions(dataset: number, annotator: string): Map<number, Opinion> {
    const all = this.#workspace.require().store.opinions.of(dataset);
    return new Map(all.filter((one) => one.annotator === annotator).map((one) => [one.image, one.opinion]));
  }

  /** Whether an annotator is done with an image: an opinion is there, or the image is out. */
  #decided(dataset: number, annotator: string): (image: number) => boolean {
    const { store } = this.#workspace.require();
    const judged = new Set(store.opinions.imagesOf(dataset, annotator));
    const out = new Set(store.images.unusable(dataset));
    return (image) => judged.has(image) || out.has(image);
  }

  #ids(snapshot: string): Int32Array {
    return this.#gallery.idsOf({ snapshot, except: [] });
  }

  #require(snapshot: string): Opened {
    const found = this.#opened.get(snapshot);
    if (found !== undefined) return found;
    throw gone();
  }

  #keep(snapshot: string, opened: Opened): void {
    this.#opened.set(snapshot, opened);
    for (const oldest of this.#opened.keys()) {
      if (this.#opened.size <= KEPT) break;
      this.#opened.delete(oldest);
    }
  }
}

function gone(): FailureError {
  return new FailureError({ kind: 'gone', message: 'This queue is no longer kept.', remedy: 'Open it again.' });
}
