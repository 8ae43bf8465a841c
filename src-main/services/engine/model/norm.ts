/** Normalisation layers: batch statistics with PyTorch's running estimates, and LayerNorm. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { withGradient } from './custom-gradient.ts';
import { keepsStatistics } from './freeze.ts';
import type { Network } from './layers.ts';

const BATCH_EPSILON = 1e-5;
/** Share of the new statistics in the running ones, as in PyTorch. */
const MOMENTUM = 0.1;

/**
 * Batch normalisation over all but the last dimension of an NHWC map or a [B, C] matrix.
 * While training with the batch's own statistics (PyTorch's training mode), but in frozen parts that keep theirs.
 */
export function batchNorm<T extends Tensor>(net: Network, name: string, x: T): T {
  const [scale, shift] = [net.weight(`${name}.weight`), net.weight(`${name}.bias`)];
  const running = { mean: net.weight(`${name}.running_mean`), variance: net.weight(`${name}.running_var`) };
  if (net.mode.kind === 'train' && keepsStatistics(net.config, net.prefix + name)) {
    // As a product and a sum, which have gradients: what is frozen may lie behind what learns.
    const factor = tf.mul(scale, tf.rsqrt(tf.add(running.variance, BATCH_EPSILON)));
    return tf.add(tf.mul(x, factor), tf.sub(shift, tf.mul(running.mean, factor)));
  }
  if (net.mode.kind === 'eval') {
    return tf.batchNorm(
      x as Tensor4D,
      asVector(running.mean),
      asVector(running.variance),
      asVector(shift),
      asVector(scale),
      BATCH_EPSILON,
    ) as Tensor as T;
  }
  const rows = x.size / (x.shape.at(-1) ?? 1);
  const { y, mean, variance } = normalise(x, scale, shift);
  const update = (old: Tensor, fresh: Tensor): Tensor => tf.add(tf.mul(old, 1 - MOMENTUM), tf.mul(fresh, MOMENTUM));
  const { statistics: updates } = net.mode;
  // Biased to normalise with, unbiased into the running estimate, as PyTorch does. One value has no variance: where PyTorch refuses a
  // batch of one image, the running estimate stays.
  const unbiased = rows === 1 ? running.variance : tf.mul(variance, rows / (rows - 1));
  updates.set(`${net.prefix}${name}.running_mean`, tf.keep(update(running.mean, mean)));
  updates.set(`${net.prefix}${name}.running_var`, tf.keep(update(running.variance, unbiased)));
  return y as T;
}

const asVector = (x: Tensor): tf.Tensor1D => x as tf.Tensor1D;

/**
 * y = (x - mean) / sqrt(variance + eps) * scale + shift with the batch's own statistics. The gradient is written out
 * (Ioffe and Szegedy 2015, section 3): autodiff through mean and variance would record three times as many ops.
 */
function normalise(x: Tensor, scale: Tensor, shift: Tensor): { y: Tensor; mean: Tensor; variance: Tensor } {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const rows = x.size / (x.shape.at(-1) ?? 1);
  let statistics: { mean: Tensor; variance: Tensor } | null = null;
  const y = withGradient(
    [x, scale, shift],
    () => {
      const mean = tf.mean(x, axes);
      const centred = tf.sub(x, mean);
      const variance = tf.mean(tf.square(centred), axes);
      const inverse = tf.rsqrt(tf.add(variance, BATCH_EPSILON));
      statistics = { mean: tf.keep(mean), variance: tf.keep(variance) };
      return { value: tf.add(tf.mul(centred, tf.mul(inverse, scale)), shift), saved: [centred, inverse, scale] };
    },
    (dy, [c, s, g]) => {
      const sumDy = tf.sum(dy, axes);
      const sumDyC = tf.sum(tf.mul(dy, c), axes);
      // dx = g s (dy - mean(dy) - c s^2 mean(dy c)), as three terms with per-channel factors.
      const factor = tf.mul(g, s);
      const slope = tf.mul(tf.mul(tf.mul(factor, tf.square(s)), sumDyC), -1 / rows);
      const offset = tf.mul(tf.mul(factor, sumDy), -1 / rows);
      const dx = tf.add(tf.add(tf.mul(dy, factor), tf.mul(c, slope)), offset);
      return [dx, tf.mul(sumDyC, s), sumDy];
    },
  );
  if (statistics === null) throw new Error('batch normalisation ran without its forward part');
  return { y, ...(statistics as { mean: Tensor; variance: Tensor }) };
}

/** LayerNorm over the last dimension. */
export function layerNorm<T extends Tensor>(net: Network, name: string, x: T, epsilon: number): T {
  return layerNormalise(x, net.weight(`${name}.weight`), net.weight(`${name}.bias`), epsilon) as T;
}

function layerNormalise(x: Tensor, scale: Tensor, shift: Tensor, epsilon: number): Tensor {
  const channels = x.shape.at(-1) ?? 1;
  const rows = x.shape.slice(0, -1).map((_, axis) => axis);
  return withGradient(
    [x, scale, shift],
    () => {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      const variance = tf.mean(tf.square(centred), -1, true);
      const deviation = tf.sqrt(tf.add(variance, epsilon));
      const normal = tf.div(centred, deviation);
      return { value: tf.add(tf.mul(normal, scale), shift), saved: [normal, deviation, scale] };
    },
    (dy, [n, d, g]) => {
      const dn = tf.mul(dy, g);
      const meanDn = tf.mul(tf.sum(dn, -1, true), 1 / channels);
      const meanDnN = tf.mul(tf.sum(tf.mul(dn, n), -1, true), 1 / channels);
      const dx = tf.div(tf.sub(tf.sub(dn, meanDn), tf.mul(n, meanDnN)), d);
      return [dx, tf.sum(tf.mul(dy, n), rows), tf.sum(dy, rows)];
    },
  );
}
