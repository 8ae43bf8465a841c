/** Ways through a dataset, worked down by people: orders, places and progress. */
import type {
  OpenedQueue,
  QueueEntry,
  QueueName,
  QueueProgress,
  QueueRequest,
} from '../../../src-shared/domain/queue.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Gallery } from '../images/gallery.ts';
import type { Workspace } from '../projects/workspace.ts';
import type { Queries } from '../queries/queries.ts';
import type { RunContext } from '../runs/context.ts';
import type { Store } from '../store/interface.ts';
import { duplicates } from './duplicates.ts';
import { startHeldOut } from './held-out.ts';
import { allowedBy, packed, reasonAt, type PackedRanking, type QueueState } from './rank.ts';

/** Decisions before which a rate says nothing. */
const ENOUGH_DECISIONS = 10;

/** What a snapshot was opened as. */
interface Opened {
  readonly queue: QueueName;
  readonly dataset: number;
  readonly run: number | null;
  /** Scores and reasons, place for place; null for `view`, which has neither. */
  readonly ranking: PackedRanking | null;
}

/** Queues kept: as many as the gallery keeps snapshots. */
const KEPT = 8;

/** What queues need of their surroundings. */
export type QueueTools = Pick<RunContext, 'engine' | 'emit'> & { readonly queries: Pick<Queries, 'ask'> };

/** Ways through a dataset, in an order computed once, with a reason for each image. */
export class Queues {
  readonly #workspace: Pick<Workspace, 'require'>;
  readonly #gallery: Pick<Gallery, 'open' | 'keep' | 'rows' | 'idsOf'>;
  readonly #tools: QueueTools;
  readonly #opened = new Map<string, Opened>();

  constructor(
    workspace: Pick<Workspace, 'require'>,
    gallery: Pick<Gallery, 'open' | 'keep' | 'rows' | 'idsOf'>,
    tools: QueueTools,
  ) {
    this.#workspace = workspace;
    this.#gallery = gallery;
    this.#tools = tools;
  }

  /** Queues the judging of every label by heads that had not seen it. @throws FailureError 'not-found', 'conflict', 'invalid'. */
  judge({ run, dataset }: { run: number; dataset: number }): { job: number } {
    const { store, jobs } = this.#workspace.require();
    const { engine, emit } = this.#tools;
    return { job: startHeldOut({ store, jobs, engine, emit }, run, dataset) };
  }

  /** @throws FailureError 'invalid' for a filter that cannot be read, 'not-found' for an unknown dataset, 'gone' where the project was closed. */
  async open(request: QueueRequest): Promise<OpenedQueue> {
    const { queue, dataset, run, q, sort, descending } = request;
    const { store } = this.#workspace.require();
    if (queue === 'view') {
      const view = await this.#gallery.open({ dataset, run, q, sort, descending });
      this.#keep(view.snapshot, { queue, dataset, run, ranking: null });
      const measure = 'The gallery’s filter and order.';
      return { ...view, scored: view.total, threshold: null, measure, caveat: null, evidence: null };
    }
    const ranking =
      queue === 'duplicates'
        ? await this.#duplicates(store, request)
        : await this.#tools.queries.ask('rankQueue', store.folder, { ...request, queue });
    if (this.#workspace.require().store !== store) throw gone();
    const { snapshot, total } = this.#gallery.keep(ranking.ids, run);
    this.#keep(snapshot, { queue, dataset, run, ranking });
    const { scored, threshold, measure, caveat, evidence } = ranking;
    return { snapshot, total, scored, threshold, measure, caveat, evidence };
  }

  /** @throws FailureError 'gone' for a queue that is no longer kept. */
  page(request: { snapshot: string; annotator: string; offset: number; limit: number }): QueueEntry[] {
    const { snapshot, annotator, offset, limit } = request;
    const { run, ranking } = this.#require(snapshot);
    const images = [...this.#ids(snapshot).subarray(offset, offset + limit)];
    const mine = this.#workspace.require().store.opinions.by(annotator, images);
    const rows = new Map(this.#gallery.rows({ images, run }).map((row) => [row.id, row]));
    return images.flatMap((image, at): QueueEntry[] => {
      const row = rows.get(image);
      if (row === undefined) return [];
      const score = ranking?.scores[offset + at] ?? NaN;
      const reason = ranking === null ? '' : reasonAt(ranking, offset + at);
      return [{ row, score: Number.isNaN(score) ? null : score, reason, mine: mine.get(image) ?? null }];
    });
  }

  async progress({ snapshot, annotator }: { snapshot: string; annotator: string }): Promise<QueueProgress> {
    const { done, decisions, changed } = await this.#state(snapshot, annotator);
    const ids = this.#ids(snapshot);
    const isDone = new Set(done);
    const decided = ids.reduce((count, id) => count + Number(isDone.has(id)), 0);
    const rate = decisions < ENOUGH_DECISIONS ? null : changed / decisions;
    const expected = rate === null ? null : Math.round((ids.length - decided) * rate);
    return { decided, decisions, changed, expected };
  }

  /** Goes round: after the last image the search goes on at the first. */
  async next(request: { snapshot: string; annotator: string; from: number; backwards: boolean }): Promise<number> {
    const { snapshot, annotator, from, backwards } = request;
    const { done } = await this.#state(snapshot, annotator);
    const ids = this.#ids(snapshot);
    const isDone = new Set(done);
    const count = ids.length;
    for (let step = 1; step <= count; step++) {
      const at = (((backwards ? from - step : from + step) % count) + count) % count;
      if (!isDone.has(ids[at] ?? -1)) return at;
    }
    return -1;
  }

  async #duplicates(store: Store, request: QueueRequest): Promise<PackedRanking> {
    const { dataset, run, annotator, threshold, q } = request;
    const found = await duplicates.rank({ store, dataset, run, annotator });
    if (this.#workspace.require().store !== store) throw gone();
    return packed(duplicates, found, allowedBy(store, { dataset, run, q }), threshold);
  }

  #state(snapshot: string, annotator: string): Promise<QueueState> {
    const { queue, dataset } = this.#require(snapshot);
    const { folder } = this.#workspace.require().store;
    return this.#tools.queries.ask('queueState', folder, { dataset, annotator, queue });
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
