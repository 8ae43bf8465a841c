/** Classification of many files, decoding ahead of the network. */
import { FailureError, toFailure } from '../../../../src-shared/domain/failure.ts';
import { decodeSquare, normalise } from '../../images/pixels.ts';
import type { FileToPredict, PredictedBatch } from '../interface.ts';
import { IMAGE_SIZE } from '../runtime/graphs.ts';
import type { Classification, Classifier } from '../runtime/inference.ts';

/** Pixels of the files that could be read, and why the others could not. */
interface Decoded {
  readonly ids: readonly number[];
  readonly images: Float32Array;
  readonly failed: PredictedBatch['failed'];
}

async function decodeBatch(files: readonly FileToPredict[]): Promise<Decoded> {
  const settled = await Promise.allSettled(files.map(({ file, box }) => decodeSquare(file, box)));
  const read: { id: number; pixels: Uint8Array }[] = [];
  const failed: { id: number; reason: string }[] = [];
  files.forEach(({ id }, index) => {
    const outcome = settled[index];
    if (outcome?.status === 'fulfilled') read.push({ id, pixels: outcome.value });
    else failed.push({ id, reason: toFailure(outcome?.reason).message });
  });
  const images = new Float32Array(read.length * IMAGE_SIZE);
  read.forEach(({ pixels }, slot) => normalise(pixels, images, slot * IMAGE_SIZE));
  return { ids: read.map(({ id }) => id), images, failed };
}

/** What the network made of the files that could be read. */
export interface ClassifiedBatch extends Pick<PredictedBatch, 'ids' | 'failed'> {
  readonly outputs: Classification;
}

/**
 * Classifies files batch by batch, in order.
 * @throws FailureError 'cancelled' between two batches after an abort.
 */
export async function predictFiles(
  classifier: Classifier,
  files: readonly FileToPredict[],
  tell: (batch: ClassifiedBatch) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const batch = (start: number): Promise<Decoded> => decodeBatch(files.slice(start, start + classifier.batch));
  let told = Promise.resolve();
  let next = batch(0);
  for (let start = 0; start < files.length; start += classifier.batch) {
    const { ids, images, failed } = await next;
    // Decoding of the following batch goes on in other threads while the network runs.
    next = batch(start + classifier.batch);
    if (signal.aborted) {
      throw new FailureError({ kind: 'cancelled', message: 'Prediction was cancelled.', remedy: '' });
    }
    const outputs = await classifier.run(images, ids.length);
    // One batch may wait to be stored while the next one is computed, never more.
    await told;
    told = tell({ ids, outputs, failed });
  }
  await told;
}
