/** The order of a queue, computed beside the services: a million images take seconds, in which nothing else may wait. */
import type { QueueEvidence, QueueName, QueueRequest } from '../../../src-shared/domain/queue.ts';
import { requireDataset } from '../runs/context.ts';
import type { Store } from '../store/interface.ts';
import { ambiguous } from './ambiguous.ts';
import { hard } from './hard.ts';
import { mislabelled } from './mislabelled.ts';
import { adjudicate, second } from './people.ts';
import type { QueueKind, QueueRule, Ranking } from './ranking.ts';

/** Queues whose order the query thread makes; duplicates look at pictures, and the gallery's view has an order already. */
export type RankedName = Exclude<QueueName, 'view' | 'duplicates'>;

const KINDS: Readonly<Record<RankedName, QueueKind>> = { mislabelled, ambiguous, hard, second, adjudicate };

export interface RankOrder extends Pick<QueueRequest, 'dataset' | 'run' | 'annotator' | 'threshold' | 'round' | 'q'> {
  readonly queue: RankedName;
}

/** A queue's images, the highest score first, as arrays that cross to another thread in one piece. */
export interface PackedRanking {
  readonly ids: Int32Array;
  readonly scores: Float64Array;
  /** UTF-8, one reason after the other; `ends`: where each of them ends. */
  readonly reasons: Uint8Array;
  readonly ends: Uint32Array;
  /** Images that have a score at all. */
  readonly scored: number;
  /** Null where images stand in an order of their own, without scores. */
  readonly threshold: number | null;
  readonly measure: string;
  readonly caveat: string | null;
  readonly evidence: QueueEvidence | null;
}

/** Images that a filter leaves; null: all. @throws FailureError 'invalid' for a filter that cannot be read. */
export function allowedBy(
  store: Store,
  { dataset, run, q }: Pick<RankOrder, 'dataset' | 'run' | 'q'>,
): Set<number> | null {
  return q.trim() === '' ? null : new Set(store.images.ids({ dataset, run, q, sort: 'id', descending: false }));
}

/** @throws FailureError 'invalid' for a filter that cannot be read, 'not-found' for an unknown dataset. */
export function rankIn(store: Store, order: RankOrder): PackedRanking {
  requireDataset({ store }, order.dataset);
  if (order.queue === 'second' && order.round !== undefined) return roundIn(store, order.round, order.annotator);
  const kind = KINDS[order.queue];
  return packed(kind, kind.rank({ ...order, store }), allowedBy(store, order), order.threshold);
}

/** A list that was dealt: no scores, and the same reason throughout, which tells nothing of the image. */
function roundIn(store: Store, round: number, annotator: string): PackedRanking {
  const ids = store.rounds.images(round, annotator);
  return {
    ids,
    scores: new Float64Array(ids.length).fill(NaN),
    reasons: new Uint8Array(),
    ends: new Uint32Array(ids.length),
    scored: ids.length,
    threshold: null,
    measure: 'The images of a round that were dealt to this annotator, in a shuffled order.',
    ...{ caveat: null, evidence: null },
  };
}

export function packed(
  { measure, threshold: own }: QueueRule,
  { images, caveat, evidence }: Ranking,
  allowed: ReadonlySet<number> | null,
  threshold = own,
): PackedRanking {
  const candidates = allowed === null ? images : images.filter(({ image }) => allowed.has(image));
  const taken = candidates
    .filter(({ score }) => score >= threshold)
    .sort((a, b) => b.score - a.score || a.image - b.image);
  const reasons = Buffer.from(taken.map(({ reason }) => reason).join(''));
  const ends = new Uint32Array(taken.length);
  let end = 0;
  for (const [at, { reason }] of taken.entries()) ends[at] = end += Buffer.byteLength(reason);
  return {
    ids: Int32Array.from(taken, ({ image }) => image),
    scores: Float64Array.from(taken, ({ score }) => score),
    reasons: new Uint8Array(reasons),
    ends,
    scored: candidates.length,
    ...{ threshold, measure, caveat, evidence: evidence ?? null },
  };
}

/** Why the image at a place stands there. */
export function reasonAt({ reasons, ends }: Pick<PackedRanking, 'reasons' | 'ends'>, place: number): string {
  const start = place === 0 ? 0 : (ends[place - 1] ?? 0);
  return new TextDecoder().decode(reasons.subarray(start, ends[place] ?? start));
}

/** What an annotator is done with in a dataset, and what was decided in a queue so far. */
export interface QueueState {
  /** Images that have this annotator's opinion (of those that people differ on: a decision), and images that are out: excluded or broken. */
  readonly done: Int32Array;
  readonly decisions: number;
  readonly changed: number;
}

export function queueStateIn(
  store: Store,
  { dataset, annotator, queue }: { dataset: number; annotator: string; queue: QueueName },
): QueueState {
  const out = store.images.ids({ dataset, run: null, q: 'status:excluded,broken', sort: 'id', descending: false });
  // A judge may be one of those who voted: their vote decides nothing.
  const judged =
    queue === 'adjudicate' ? store.opinions.decidedIn(dataset, queue) : store.opinions.imagesOf(dataset, annotator);
  const done = new Set([...judged, ...out]);
  return { done: Int32Array.from(done), ...store.opinions.decisions(dataset, queue) };
}
