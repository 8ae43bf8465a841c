/** What the validation split says after an epoch. */
import type { BestMetric } from '../../../../src-shared/domain/run.ts';
import { confusionMatrix, summarise } from '../../../../src-shared/metrics/confusion.ts';
import { argmax, crossEntropy, sigma } from '../../../../src-shared/metrics/vich.ts';

export interface Validation extends Readonly<Record<BestMetric, number>> {
  /** Mean cross-entropy of softmax(mu), nats. */
  readonly loss: number;
  /** Mean sigma of the predicted class; null without VICH. */
  readonly meanSigma: number | null;
}

/**
 * @param mu [images, classes], and logvar likewise where there is one.
 * @param labels index into classes, one an image; at least one.
 */
export function validate(
  mu: Float32Array,
  logvar: Float32Array | null,
  labels: readonly number[],
  classes: number,
): Validation {
  let loss = 0;
  const guesses = new Uint8Array(labels.length);
  let sigmas = 0;
  labels.forEach((label, image) => {
    const logits = mu.subarray(image * classes, (image + 1) * classes);
    const predicted = argmax(logits);
    loss += crossEntropy(logits, label);
    guesses[image] = predicted;
    if (logvar) sigmas += sigma(logvar[image * classes + predicted] ?? 0);
  });
  const images = labels.length;
  const { accuracy, balancedAccuracy, macroF1 } = summarise(confusionMatrix(labels, guesses, classes));
  return {
    ...{ accuracy, balancedAccuracy, macroF1 },
    loss: loss / images,
    meanSigma: logvar ? sigmas / images : null,
  };
}
