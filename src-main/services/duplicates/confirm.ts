import { FailureError } from '../../../src-shared/domain/failure.ts';
import { mapInOrder } from '../images/parallel.ts';
import { correlation, greyVector } from '../images/likeness.ts';
import type { Fingerprint, Store } from '../store/interface.ts';

/** Correlation of two pictures from which on they are taken for the same: measured in docs/import.md. */
export const ALIKE = 0.975;
const AT_ONCE = 8;
/** Pictures kept in memory, 4 KiB each. */
const KEPT = 8_192;
/** Correlations kept for each project: asking again after an exclusion or an undo reads no file twice. */
const KNOWN = 200_000;

/** Told how far a comparison has come; stopped by its signal. */
export interface Watch {
  readonly signal: AbortSignal;
  progress(done: number, total: number, text?: string): void;
}

/** @throws FailureError 'cancelled'. */
export function stopWhenCancelled(watch: Watch | undefined): void {
  if (watch?.signal.aborted === true) throw new FailureError({ kind: 'cancelled', message: 'Cancelled.', remedy: '' });
}

const known = new WeakMap<Store, Map<string, number>>();

/**
 * Looks at the pictures of candidate pairs: a hash of 64 bits is the same for many different faces that look straight
 * ahead, the pictures are not.
 * @returns for each pair the correlation of its pictures, -1 to 1; 0 where a file cannot be read.
 * @throws FailureError 'cancelled'.
 */
export async function correlate(
  store: Store,
  pairs: readonly (readonly [one: Fingerprint, other: Fingerprint])[],
  watch?: Watch,
): Promise<number[]> {
  const kept = known.get(store) ?? new Map<string, number>();
  known.set(store, kept);
  const vectors = new Map<number, Promise<Float32Array | null>>();
  const vectorOf = ({ image }: Fingerprint): Promise<Float32Array | null> => {
    const made = vectors.get(image);
    if (made !== undefined) return made;
    const found = store.images.file(image);
    const making = found === null ? Promise.resolve(null) : greyVector(found.file, found.box).catch(() => null);
    if (vectors.size >= KEPT) vectors.clear();
    vectors.set(image, making);
    return making;
  };
  const look = async ([one, other]: readonly [Fingerprint, Fingerprint]): Promise<number> => {
    const key = `${one.content} ${other.content}`;
    const before = kept.get(key);
    if (before !== undefined) return before;
    const [a, b] = await Promise.all([vectorOf(one), vectorOf(other)]);
    if (a === null || b === null) return 0;
    const found = correlation(a, b);
    if (kept.size >= KNOWN) kept.clear();
    kept.set(key, found);
    return found;
  };
  const correlations: number[] = [];
  for await (const found of mapInOrder(pairs, AT_ONCE, look)) {
    stopWhenCancelled(watch);
    correlations.push(found);
    watch?.progress(correlations.length, pairs.length, 'Comparing the pictures of like hashes');
  }
  return correlations;
}
