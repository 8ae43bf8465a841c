import type { Expression } from '../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { ImageDetail } from '../../../src-shared/domain/image.ts';
import { argmax, crossEntropy, entropy, margin, sigma, softmax } from '../../../src-shared/metrics/vich.ts';
import { writeTextFile } from '../files/write.ts';
import type { Store, StoredPrediction } from '../store/interface.ts';
import { csvLine, float32Text } from './csv.ts';

/** Rows between two yields to the event loop. */
const SLICE = 200;

const LABEL_COLUMNS = [
  'path',
  'label',
  'dataset_label',
  'split',
  'status',
  'annotator',
  'at',
  'note',
  'dataset',
] as const;

/**
 * Writes the labels of a dataset, or of all (null), as CSV: a line for each image, broken ones included. `annotator`
 * and `at` tell who set the current label and when; they are empty where the label is the dataset's own.
 * @returns lines written, the header not counted.
 * @throws FailureError 'not-found' for an unknown dataset, and those of writing.
 */
export async function exportLabels(store: Store, dataset: number | null, out: string): Promise<{ images: number }> {
  let images = 0;
  async function* lines(): AsyncGenerator<string> {
    yield csvLine(LABEL_COLUMNS);
    for (const { id, name } of chosenDatasets(store, dataset))
      for (const image of store.images.ids({ dataset: id, run: null, q: '', sort: 'id', descending: false })) {
        const detail = store.images.detail(image, null);
        if (detail === null) continue;
        yield labelLine(detail, name);
        if (++images % SLICE === 0) await new Promise(setImmediate);
      }
  }
  await writeTextFile(out, lines());
  return { images };
}

function chosenDatasets(store: Store, dataset: number | null): { id: number; name: string }[] {
  if (dataset === null) return store.datasets.list();
  const found = store.datasets.get(dataset);
  if (found !== null) return [found];
  throw new FailureError({
    kind: 'not-found',
    message: `There is no dataset ${dataset} in this project.`,
    remedy: 'Choose one from the list of datasets.',
  });
}

function labelLine({ row, datasetLabel, history, note }: ImageDetail, dataset: string): string {
  const last = row.reviewed
    ? history.findLast(({ kind }) => kind === 'hard' || kind === 'soft' || kind === 'clear')
    : undefined;
  const { path, label, split, status } = row;
  return csvLine([path, label, datasetLabel, split, status, last?.annotator ?? '', last?.at ?? '', note, dataset]);
}

/**
 * Writes a run's predictions as CSV: path, current label, predicted class, mu and logvar for each class (logvar without
 * VICH is empty), then sigma of the predicted class, loss on the label, entropy and margin of softmax(mu), split and
 * dataset. Of all datasets and splits, or of one (ids and names; null: all).
 * @throws FailureError 'not-found' for an unknown run or dataset, and those of writing.
 */
export async function exportPredictions(
  store: Store,
  run: number,
  out: string,
  { dataset = null, split = null }: { dataset?: number | null; split?: string | null } = {},
): Promise<{ images: number }> {
  const found = store.runs.get(run);
  if (found === null)
    throw new FailureError({
      kind: 'not-found',
      message: `There is no run ${run} in this project.`,
      remedy: 'Choose one from the list of runs.',
    });
  const { classes } = found;
  let images = 0;
  async function* lines(): AsyncGenerator<string> {
    yield predictionColumns(classes);
    for (const { id, name } of chosenDatasets(store, dataset))
      for (const prediction of store.runs.predictions(run, id, split)) {
        yield predictionLine(prediction, classes, name);
        if (++images % SLICE === 0) await new Promise(setImmediate);
      }
  }
  await writeTextFile(out, lines());
  return { images };
}

/** Header of a table of predictions. */
export function predictionColumns(classes: readonly Expression[]): string {
  const values = classes.flatMap((name) => [`mu_${name}`, `logvar_${name}`]);
  return csvLine(['path', 'label', 'prediction', ...values, 'sigma', 'loss', 'entropy', 'margin', 'split', 'dataset']);
}

/** One prediction as a line of the table whose header is `predictionColumns`. */
export function predictionLine(
  { path, label, mu, logvar, split }: Pick<StoredPrediction, 'path' | 'label' | 'mu' | 'logvar' | 'split'>,
  classes: readonly Expression[],
  dataset: string,
): string {
  const predicted = argmax(mu);
  const probabilities = softmax(mu);
  const index = label === null ? -1 : classes.indexOf(label);
  const spread = logvar?.[predicted];
  return csvLine([
    path,
    label,
    classes[predicted] ?? null,
    ...classes.flatMap((_, at) => [float32(mu[at]), float32(logvar?.[at])]),
    spread === undefined ? null : sigma(spread),
    index < 0 ? null : crossEntropy(mu, index),
    entropy(probabilities),
    margin(probabilities),
    split,
    dataset,
  ]);
}

const float32 = (value: number | undefined): string | null => (value === undefined ? null : float32Text(value));
