/** Which images meet in which step. */
import { Random } from '../random.ts';

/**
 * The batches of an epoch, as positions in the training list: a permutation that depends on seed and epoch alone, cut into steps
 * of `batch` images. The last one is as small as what is left: every image counts exactly once, batch statistics included.
 */
export function epochBatches(count: number, batch: number, seed: number, epoch: number): Uint32Array[] {
  const order = Random.seeded(seed).split(`order/${epoch}`).permutation(count);
  return Array.from({ length: stepsPerEpoch(count, batch) }, (_, step) =>
    order.slice(step * batch, (step + 1) * batch),
  );
}

export function stepsPerEpoch(count: number, batch: number): number {
  return Math.ceil(count / batch);
}
