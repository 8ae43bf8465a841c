import { mapInOrder } from '../images/parallel.ts';
import { correlation, greyVector } from '../images/likeness.ts';
import type { Store } from '../store/interface.ts';

/** Correlation of two pictures from which on they are taken for the same: measured in docs/import.md. */
export const ALIKE = 0.975;
const AT_ONCE = 8;
/** Pictures kept in memory, 4 KiB each. */
const KEPT = 8_192;

/**
 * Looks at the pictures of candidate pairs: a hash of 64 bits is the same for many different faces that look straight
 * ahead, the pictures are not.
 * @param pairs ids of images.
 * @returns for each pair whether its pictures are alike; a pair with a file that cannot be read is not.
 */
export async function confirmAlike(
  store: Store,
  pairs: readonly (readonly [one: number, other: number])[],
): Promise<boolean[]> {
  const vectors = new Map<number, Promise<Float32Array | null>>();
  const vectorOf = (image: number): Promise<Float32Array | null> => {
    const known = vectors.get(image);
    if (known !== undefined) return known;
    const found = store.images.file(image);
    const made = found === null ? Promise.resolve(null) : greyVector(found.file, found.box).catch(() => null);
    if (vectors.size >= KEPT) vectors.clear();
    vectors.set(image, made);
    return made;
  };
  const alike: boolean[] = [];
  const look = async ([one, other]: readonly [number, number]): Promise<boolean> => {
    const [a, b] = await Promise.all([vectorOf(one), vectorOf(other)]);
    return a !== null && b !== null && correlation(a, b) >= ALIKE;
  };
  for await (const verdict of mapInOrder(pairs, AT_ONCE, look)) alike.push(verdict);
  return alike;
}
