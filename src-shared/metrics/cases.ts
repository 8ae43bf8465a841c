/** Predictions beside their labels, as columns: what every measure of a run is computed from. */
import { argmax, crossEntropy, softmax } from './vich.ts';

export interface Cases {
  readonly classes: number;
  /** [n] index of the labelled class. */
  readonly labels: Int32Array;
  /** [n] index of the largest mu. */
  readonly predicted: Int32Array;
  /** [n] largest probability of softmax(mu), 0..1. */
  readonly confidence: Float64Array;
  /** [n] cross-entropy of softmax(mu) on the label, nats. */
  readonly nll: Float64Array;
  /** [n] squared distance between softmax(mu) and the label, 0..2 (Brier, Mon. Weather Rev. 78:1, 1950). */
  readonly brier: Float64Array;
  /** [n] cases by confidence, lowest first; equals in their own order. */
  readonly byConfidence: Uint32Array;
}

/**
 * @param outputs mu of each case, [classes] each.
 * @param labels index of the labelled class of each case.
 * @throws RangeError where a label is no class of its mu.
 */
export function casesOf(outputs: readonly ArrayLike<number>[], labels: ArrayLike<number>, classes: number): Cases {
  const n = outputs.length;
  const predicted = new Int32Array(n);
  const confidence = new Float64Array(n);
  const nll = new Float64Array(n);
  const brier = new Float64Array(n);
  outputs.forEach((mu, index) => {
    const label = labels[index] ?? -1;
    const probabilities = softmax(mu);
    const top = argmax(mu);
    predicted[index] = top;
    confidence[index] = probabilities[top] ?? 0;
    nll[index] = crossEntropy(mu, label);
    brier[index] = probabilities.reduce((sum, p, c) => sum + (p - Number(c === label)) ** 2, 0);
  });
  const byConfidence = Uint32Array.from({ length: n }, (_, index) => index).sort(
    (a, b) => (confidence[a] ?? 0) - (confidence[b] ?? 0) || a - b,
  );
  return { classes, labels: Int32Array.from(labels), predicted, confidence, nll, brier, byConfidence };
}
