import type { Expression } from '../../../../src-shared/domain/expression.ts';
import {
  argmax,
  crossEntropy,
  entropy,
  flipProbability,
  margin,
  sigma,
  softmax,
} from '../../../../src-shared/metrics/vich.ts';
import type { StoredPrediction } from '../../store/interface.ts';

/** What a prediction is told of, wherever it comes from. */
export type Predicted = Pick<StoredPrediction, 'path' | 'label' | 'mu' | 'logvar' | 'split' | 'box'> & {
  /** Name of the dataset; '' for loose images. */
  readonly dataset: string;
};

/** A column of the table of predictions; the same for every format. */
export interface Column {
  readonly name: string;
  readonly type: 'text' | 'float32' | 'float64';
}

/**
 * Columns of a table of predictions: mu, logvar, sigma and softmax(mu) for each class; then sigma of the predicted class, loss on
 * the label, entropy, margin and flip probability; split, dataset, and the face box "x y width height" that the picture was cut to.
 */
export function columnsFor(classes: readonly Expression[]): readonly Column[] {
  const text = (name: string): Column => ({ name, type: 'text' });
  const float = (name: string): Column => ({ name, type: 'float64' });
  return [
    ...['path', 'label', 'prediction'].map(text),
    ...classes.flatMap((name): Column[] => [
      { name: `mu_${name}`, type: 'float32' },
      { name: `logvar_${name}`, type: 'float32' },
    ]),
    ...classes.map((name) => float(`sigma_${name}`)),
    ...classes.map((name) => float(`p_${name}`)),
    ...['sigma', 'loss', 'entropy', 'margin', 'flip'].map(float),
    ...['split', 'dataset', 'box'].map(text),
  ];
}

/** A prediction's values in the order of `columnsFor`; null for what needs VICH or a label where there is none. */
export function valuesOf(
  { path, label, mu, logvar, split, dataset, box }: Predicted,
  classes: readonly Expression[],
): (string | number | null)[] {
  const predicted = argmax(mu);
  const probabilities = softmax(mu);
  const index = label === null ? -1 : classes.indexOf(label);
  const widths = classes.map((_, at) => (logvar === null ? null : sigma(logvar[at] ?? 0)));
  return [
    path,
    label,
    classes[predicted] ?? null,
    ...classes.flatMap((_, at) => [mu[at] ?? null, logvar?.[at] ?? null]),
    ...widths,
    ...probabilities,
    widths[predicted] ?? null,
    index < 0 ? null : crossEntropy(mu, index),
    entropy(probabilities),
    margin(probabilities),
    logvar === null ? null : flipProbability(mu, logvar),
    split,
    dataset,
    box && `${box.x} ${box.y} ${box.width} ${box.height}`,
  ];
}
