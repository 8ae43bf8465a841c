/** What the validation split says after an epoch. */
import { argmax, crossEntropy, sigma } from '../../../../src-shared/metrics/vich.ts';

export interface Validation {
  /** Mean cross-entropy of softmax(mu), nats. */
  readonly loss: number;
  readonly accuracy: number;
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
  let correct = 0;
  let sigmas = 0;
  labels.forEach((label, image) => {
    const logits = mu.subarray(image * classes, (image + 1) * classes);
    const predicted = argmax(logits);
    loss += crossEntropy(logits, label);
    if (predicted === label) correct += 1;
    if (logvar) sigmas += sigma(logvar[image * classes + predicted] ?? 0);
  });
  const images = labels.length;
  return { loss: loss / images, accuracy: correct / images, meanSigma: logvar ? sigmas / images : null };
}
