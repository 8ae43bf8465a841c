/** Which images meet in which step. */
import { Random } from '../random.ts';

/** One step's images: positions in the training list, and how much each counts in the loss. */
export interface BatchPlan {
  readonly images: Uint32Array;
  /** 1 for an image of this step, 0 for padding. */
  readonly weights: Float32Array;
}

/**
 * The batches of an epoch: a permutation that depends on seed and epoch alone, cut into steps of `batch` images. The last one is
 * filled up with images from the beginning of the order at weight 0: every image counts exactly once an epoch, and batch
 * statistics are never taken over empty pictures.
 */
export function epochBatches(count: number, batch: number, seed: number, epoch: number): BatchPlan[] {
  const order = Random.seeded(seed).split(`order/${epoch}`).permutation(count);
  return Array.from({ length: stepsPerEpoch(count, batch) }, (_, step) => {
    const first = step * batch;
    return {
      images: Uint32Array.from({ length: batch }, (_, slot) => order[(first + slot) % count] ?? 0),
      weights: Float32Array.from({ length: batch }, (_, slot) => (first + slot < count ? 1 : 0)),
    };
  });
}

export function stepsPerEpoch(count: number, batch: number): number {
  return Math.ceil(count / batch);
}
