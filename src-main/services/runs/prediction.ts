/** Predicting a dataset with a run's checkpoint, and storing what came out. */
import type { DeviceChoice } from '../../../src-shared/domain/device.ts';
import type { ImageFile } from '../store/interface.ts';
import type { RunContext } from './context.ts';
import { tellRun } from './context.ts';

export interface PredictionOrder {
  readonly run: number;
  readonly dataset: number;
  readonly checkpoint: string;
  readonly files: readonly ImageFile[];
  readonly device: DeviceChoice;
}

/** What became of the files so far. */
export interface PredictionCount {
  readonly stored: number;
  /** Files that could not be read any more. */
  readonly failed: number;
}

/**
 * Predicts the files and stores mu and logvar batch by batch: what is stored stays, however the work ends.
 * @throws FailureError of the engine or the store; 'cancelled' after an abort.
 */
export async function predictAndStore(
  { store, engine, emit }: RunContext,
  { run, dataset, checkpoint, files, device }: PredictionOrder,
  signal: AbortSignal,
  onProgress: (count: PredictionCount) => void,
): Promise<PredictionCount> {
  const boxes = new Map(files.map(({ id, box }) => [id, box]));
  let count: PredictionCount = { stored: 0, failed: 0 };
  try {
    await engine.predict(
      { checkpoint, files: files.map(({ id, file, box }) => ({ id, file, box })), device },
      ({ ids, mu, logvar, failed }) => {
        const classes = ids.length === 0 ? 0 : mu.length / ids.length;
        const row = (values: Float32Array, at: number): Float32Array => values.slice(at * classes, (at + 1) * classes);
        store.runs.putPredictions(
          run,
          ids.map((image, at) => ({
            ...{ image, mu: row(mu, at), logvar: logvar && row(logvar, at) },
            box: boxes.get(image) ?? null,
          })),
        );
        count = { stored: count.stored + ids.length, failed: count.failed + failed.length };
        onProgress(count);
      },
      signal,
    );
  } finally {
    if (count.stored > 0) {
      emit('predictions.changed', { run, dataset });
      tellRun({ store, emit }, run);
    }
  }
  return count;
}

/** "3 files could not be read", or nothing. */
export function failedText({ failed }: PredictionCount): string {
  if (failed === 0) return '';
  return failed === 1 ? '1 file could not be read' : `${failed} files could not be read`;
}
