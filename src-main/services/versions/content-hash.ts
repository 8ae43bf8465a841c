import { createHash } from 'node:crypto';
import type { ImageAsOf, Store } from '../store/interface.ts';

/** Images hashed between two yields to the event loop. */
const PAGE = 250;

/** What a version holds, counted and hashed. */
export interface Contents {
  readonly contentHash: string;
  readonly images: number;
  readonly labelled: number;
  readonly excluded: number;
}

interface ContentsOptions {
  /** Called for each image, in order. */
  readonly each?: (image: ImageAsOf) => void;
  readonly signal?: AbortSignal;
}

/**
 * Hashes what a model would learn from, as it stood at a point of the log: SHA-256 over a JSON line for each image in the dataset's
 * order, [path, content hash, split, status, label, soft target, box]. Two versions with the same hash train the same model.
 */
export async function contentsAt(store: Store, dataset: number, point: number): Promise<Contents>;
/** The same; null where `signal` ended it. */
export async function contentsAt(
  store: Store,
  dataset: number,
  point: number,
  options: ContentsOptions,
): Promise<Contents | null>;
export async function contentsAt(
  store: Store,
  dataset: number,
  point: number,
  { each, signal }: ContentsOptions = {},
): Promise<Contents | null> {
  const ids = store.images.ids({ dataset, run: null, q: '', sort: 'id', descending: false });
  const sha = createHash('sha256');
  let labelled = 0;
  let excluded = 0;
  for (let from = 0; from < ids.length; from += PAGE) {
    for (const image of store.history.images([...ids.subarray(from, from + PAGE)], point)) {
      const { path, contentHash, split, status, label, soft, box } = image;
      sha.update(`${JSON.stringify([path, contentHash, split, status, label, inOrder(soft), inOrder(box)])}\n`);
      each?.(image);
      if (status === 'ok' && label !== null) labelled++;
      if (status === 'excluded') excluded++;
    }
    await new Promise(setImmediate);
    if (signal?.aborted) return null;
  }
  return { contentHash: sha.digest('hex'), images: ids.length, labelled, excluded };
}

/** Entries in the order of their keys: the same object hashes the same, however it was written. */
export function inOrder(value: object | null): unknown {
  return value === null ? null : Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
