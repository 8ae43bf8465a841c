/** Images outside any dataset: predicted and told, stored nowhere. */
import { FailureError } from '../../src-shared/domain/failure.ts';
import type { Expression } from '../../src-shared/domain/expression.ts';
import type { DeviceChoice } from '../../src-shared/domain/device.ts';
import { argmax } from '../../src-shared/metrics/vich.ts';
import { cancelled, type Session } from './session.ts';

/** One file and what the model says of it; mu and logvar in the order of its classes. */
export interface LoosePrediction {
  /** As typed. */
  readonly path: string;
  readonly prediction: Expression;
  readonly mu: Float32Array;
  readonly logvar: Float32Array | null;
}

export interface LooseResult {
  readonly classes: readonly Expression[];
  readonly predictions: readonly LoosePrediction[];
  readonly failed: readonly { readonly path: string; readonly reason: string }[];
}

export interface LooseOrder {
  readonly checkpoint: string;
  /** As typed, and absolute. */
  readonly files: readonly { readonly path: string; readonly file: string }[];
  readonly device: DeviceChoice;
}

/** @throws FailureError of the engine; 'unreadable' when not one file could be read; 'cancelled' after Ctrl+C. */
export async function predictLoose(session: Session, { checkpoint, files, device }: LooseOrder): Promise<LooseResult> {
  const { services, terminal, progress } = session;
  const { engine } = services;
  const { classes } = await engine.inspect(checkpoint);
  const predictions: LoosePrediction[] = [];
  const failed: { path: string; reason: string }[] = [];
  const pathOf = (id: number): string => files[id]?.path ?? '';
  const started = performance.now();
  await engine.predict(
    { checkpoint, files: files.map(({ file }, id) => ({ id, file })), device },
    (batch) => {
      batch.ids.forEach((id, row) => {
        const cut = (values: Float32Array): Float32Array =>
          values.slice(row * classes.length, (row + 1) * classes.length);
        const mu = cut(batch.mu);
        const prediction = classes[argmax(mu)];
        if (prediction === undefined)
          throw new Error(`The engine gave ${batch.mu.length} numbers for ${classes.length} classes.`);
        predictions.push({ path: pathOf(id), prediction, mu, logvar: batch.logvar && cut(batch.logvar) });
      });
      for (const { id, reason } of batch.failed) failed.push({ path: pathOf(id), reason });
      const done = predictions.length + failed.length;
      const rate = done / ((performance.now() - started) / 1_000);
      const etaSeconds = (files.length - done) / rate;
      progress.show({ title: 'Predict', done, total: files.length, unit: 'images', rate, etaSeconds, text: '' });
    },
    terminal.interrupted,
  );
  progress.clear();
  if (terminal.interrupted.aborted) throw cancelled();
  const [first] = failed;
  if (predictions.length === 0 && first !== undefined)
    throw new FailureError({
      kind: 'unreadable',
      message: `${first.path}: ${first.reason}`,
      remedy: files.length > 1 ? 'None of the images could be read.' : '',
    });
  return { classes, predictions, failed };
}
