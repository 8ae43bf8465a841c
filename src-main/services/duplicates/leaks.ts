import { NEAR_BITS } from '../../../src-shared/domain/duplicates.ts';
import type { Store } from '../store/interface.ts';
import { compareImages } from './compare.ts';
import type { Watch } from './confirm.ts';

/** One picture that stands in more than one split. */
export interface Leak {
  /** Equal bytes and box, or alike to the eye. */
  readonly kind: 'exact' | 'near';
  readonly images: readonly { readonly image: number; readonly split: string }[];
}

/**
 * Which images leak between these splits: pictures that stand, equal or nearly so, in at least two of them. Images that
 * are broken or left out do not count.
 * @param near differing bits of two hashes up to which pictures are compared; 0: equal bytes only, which reads no file.
 * @throws FailureError 'not-found' for an unknown dataset, 'cancelled'.
 */
export async function findLeaks(
  store: Store,
  {
    dataset,
    splits,
    near = NEAR_BITS,
  }: { readonly dataset: number; readonly splits: readonly string[]; readonly near?: number },
  watch?: Watch,
): Promise<Leak[]> {
  const { images, sets } = await compareImages(store, { dataset, near, splits }, watch);
  return sets
    .filter(({ across }) => across)
    .map(({ kind, items }) => ({
      kind,
      images: items.flatMap((item) => {
        const found = images[item];
        return found === undefined ? [] : [{ image: found.image, split: found.split }];
      }),
    }));
}
