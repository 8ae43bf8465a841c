/** The training objective: cross-entropy on the sampled logits plus lambda times a KL divergence, per sample. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { withGradient } from '../model/custom-gradient.ts';

/**
 * Which KL term the loss has. `paper`: of N(mu, sigma^2) from the standard normal. `official`: the authors' code, which
 * compares the class probabilities with those of a fresh standard-normal sample.
 */
export type VichKl = 'paper' | 'official';

/** log softmax over the last dimension; the gradient is dy - softmax sum(dy). */
export function logSoftmax(logits: Tensor2D): Tensor2D {
  return withGradient(
    [logits],
    () => {
      const shifted = tf.sub(logits, tf.max(logits, -1, true));
      const value = tf.sub<Tensor2D>(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
      return { value, saved: [value] };
    },
    (dy, [value]) => [tf.sub(dy, tf.mul(tf.exp(value), tf.sum(dy, -1, true)))],
  );
}

/** Targets moved a share of the way to the uniform distribution, as PyTorch's `label_smoothing`: rows need not sum to 1. */
export function smoothed(targets: Tensor2D, smoothing: number): Tensor2D {
  if (smoothing === 0) return targets;
  return tf.add(tf.mul(targets, 1 - smoothing), smoothing / targets.shape[1]);
}

/**
 * -sum over classes of weight * target * log softmax(z): [B]. Rows of the targets need not sum to 1.
 * @param classWeights [classes]; PyTorch's `weight`.
 */
export function crossEntropy(logits: Tensor2D, targets: Tensor2D, classWeights?: Tensor1D): Tensor1D {
  const weighted = classWeights ? tf.mul<Tensor2D>(targets, classWeights) : targets;
  return tf.neg<Tensor1D>(tf.sum(tf.mul(weighted, logSoftmax(logits)), -1));
}

/** KL(N(mu, diag exp(logvar)) || N(0, I)) = sum over classes of (exp(logvar) + mu^2 - 1 - logvar) / 2: [B]. */
export function gaussianKl(mu: Tensor2D, logvar: Tensor2D): Tensor1D {
  const terms = tf.sub(tf.add(tf.exp(logvar), tf.square(mu)), tf.add(logvar, 1));
  return tf.mul<Tensor1D>(tf.sum(terms, -1), 0.5);
}

/** Mean over classes of q (log q - log p) with p = softmax(z), q = softmax(prior sample): [B]. */
export function priorKl(logits: Tensor2D, prior: Tensor2D): Tensor1D {
  const difference = tf.sub(logSoftmax(prior), logSoftmax(logits));
  return tf.mul<Tensor1D>(tf.sum(tf.mul(tf.softmax(prior), difference), -1), 1 / logits.shape[1]);
}

/** Sum over the batch of share * loss: the mean, where the shares are those of `meanShares`. */
export function shared(losses: Tensor1D, shares: Tensor1D): Tensor {
  return tf.sum(tf.mul(losses, shares));
}
