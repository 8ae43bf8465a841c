/** What a run measured while it trained, for programs of others: its curves, and how it learnt each image. */
import type { CurveFormat } from '../../../../src-shared/domain/export.ts';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import type { Run, RunMetrics } from '../../../../src-shared/domain/run.ts';
import { csvLine, float32Text } from '../../labels/csv.ts';
import { requireRun } from '../../runs/context.ts';
import type { Store } from '../../store/interface.ts';
import { npzFile } from './npz.ts';
import { eventFile } from './tensorboard.ts';
import type { Scalar } from './tensorboard.ts';

/** A file that is small enough to be held as a whole. */
export interface CurveFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Paths are looked up so many at once. */
const PAGE = 1_000;

/** @throws FailureError 'not-found'; 'conflict' for a run that measured nothing. */
export function curvesIn(store: Store, { run: id, format }: { run: number; format: CurveFormat }): CurveFile {
  const run = requireRun({ store }, id);
  const stem = run.name.replace(/[^\p{L}\p{N}._ -]+/gu, '-');
  switch (format) {
    case 'csv':
      return { name: `${stem}.metrics.csv`, bytes: new Uint8Array(Buffer.from(metricsCsv(measuredOf(store, run)))) };
    case 'tensorboard': {
      const began = seconds(run.startedAt ?? run.createdAt);
      const scalars = scalarsOf(measuredOf(store, run), began);
      // TensorBoard finds its files by "tfevents" in their names.
      return {
        name: `events.out.tfevents.${Math.floor(began)}.run-${id}`,
        bytes: new Uint8Array(eventFile(scalars, began)),
      };
    }
    case 'npz':
      return { name: `${stem}.dynamics.npz`, bytes: new Uint8Array(dynamicsFile(store, run)) };
  }
}

function measuredOf(store: Store, run: Run): RunMetrics {
  const metrics = store.runs.metrics(run.id);
  if (metrics.steps.length > 0 || metrics.epochs.length > 0) return metrics;
  throw new FailureError({
    kind: 'conflict',
    message: `“${run.name}” has no curves.`,
    remedy: 'Choose a run that was trained here, for at least a step.',
  });
}

function seconds(time: string): number {
  return Date.parse(time) / 1_000;
}

const COLUMNS = [
  ['learning_rate', 'learningRate'],
  ['train_loss', 'trainLoss'],
  ['train_accuracy', 'trainAccuracy'],
  ['val_loss', 'valLoss'],
  ['val_accuracy', 'valAccuracy'],
  ['val_balanced_accuracy', 'valBalancedAccuracy'],
  ['val_macro_f1', 'valMacroF1'],
  ['mean_sigma', 'meanSigma'],
  ['wait_seconds', 'waitSeconds'],
  ['process_seconds', 'processSeconds'],
] as const;

/** A row for each step with its loss; an epoch's figures stand in the row of its last step. */
export function metricsCsv({ steps, loss, stepsPerEpoch, epochs }: RunMetrics): string {
  const ended = new Map(epochs.map((one) => [one.epoch * stepsPerEpoch, one]));
  const lines = [csvLine(['step', 'epoch', 'loss', ...COLUMNS.map(([name]) => name)])];
  steps.forEach((step, index) => {
    const epoch = stepsPerEpoch === 0 ? 0 : Math.ceil(step / stepsPerEpoch);
    const figures = ended.get(step);
    const numbers = COLUMNS.map(([, key]) => {
      const value = figures?.[key] ?? null;
      return value === null || !Number.isFinite(value) ? null : value;
    });
    lines.push(csvLine([step, epoch, float32Text(loss[index] ?? NaN), ...numbers]));
  });
  return lines.join('');
}

/** The loss of every step, and each epoch's figures at its last step. Wall time is the start and the process time: pauses left out. */
export function scalarsOf({ steps, loss, stepsPerEpoch, epochs }: RunMetrics, began: number): Scalar[] {
  const last = epochs.at(-1);
  const perStep = last === undefined || stepsPerEpoch === 0 ? 0 : last.processSeconds / (last.epoch * stepsPerEpoch);
  const trained = Array.from(steps, (step, index) => ({
    ...{ tag: 'loss/step', step, wallTime: began + step * perStep, value: loss[index] ?? NaN },
  }));
  const measured = epochs.flatMap((one) =>
    COLUMNS.flatMap(([name, key]) => {
      const value = one[key];
      const at = { step: one.epoch * stepsPerEpoch, wallTime: began + one.processSeconds };
      return value === null || key === 'processSeconds' ? [] : [{ tag: `epoch/${name}`, ...at, value }];
    }),
  );
  return [...trained, ...measured].toSorted((a, b) => a.step - b.step);
}

/**
 * paths [n], labels [n] (indices into classes), classes [c], epochs [e]; loss and margin [e, n] as float32, NaN for an image that the
 * epoch's sampler left out; predicted [e, n], 255 there.
 */
function dynamicsFile(store: Store, run: Run): Buffer {
  const dynamics = store.runs.dynamics(run.id);
  if (dynamics === null || dynamics.epochs.length === 0) {
    throw new FailureError({
      kind: 'conflict',
      message: `“${run.name}” has no record of how it learnt each image.`,
      remedy: 'It is kept from the first epoch on of a training of the whole network.',
    });
  }
  const { images, labels, epochs } = dynamics;
  const [e, n] = [epochs.length, images.length];
  const paths: string[] = [];
  for (let from = 0; from < n; from += PAGE) {
    const ids = [...images.subarray(from, from + PAGE)];
    const known = new Map(store.history.images(ids, null).map(({ id, path }) => [id, path]));
    paths.push(...ids.map((id) => known.get(id) ?? ''));
  }
  const [loss, margin, predicted] = [new Float32Array(e * n), new Float32Array(e * n), new Uint8Array(e * n)];
  epochs.forEach((one, index) => {
    loss.set(one.loss, index * n);
    margin.set(one.margin, index * n);
    predicted.set(one.predicted, index * n);
  });
  return npzFile({
    paths: [paths, [n]],
    labels: [labels, [n]],
    classes: [run.classes, [run.classes.length]],
    epochs: [Int32Array.from(epochs, ({ epoch }) => epoch), [e]],
    loss: [loss, [e, n]],
    margin: [margin, [e, n]],
    predicted: [predicted, [e, n]],
  });
}
