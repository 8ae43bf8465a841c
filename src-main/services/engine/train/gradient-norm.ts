/** What is done with a gradient as a whole: its global norm, clipping by it, and SAM's step uphill along it. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** PyTorch's `clip_grad_norm_` adds this to the norm. */
const CLIP_EPSILON = 1e-6;
/** The authors' SAM adds this to the norm. */
const SAM_EPSILON = 1e-12;

/** Numbers that are summed at a time. */
const ROW = 4_096;

/**
 * L2 norm of a flat vector. It is summed by rows, then over the rows: one float32 sum over the 43 million parameters of `paper`
 * is off by a percent, and SAM's perturbation with it.
 */
export function globalNorm(gradient: Tensor): Tensor {
  const squares = tf.square(gradient);
  const whole = Math.floor(gradient.size / ROW) * ROW;
  const rest = tf.sum(tf.slice(squares, [whole], [gradient.size - whole]));
  if (whole === 0) return tf.sqrt(rest);
  const rows = tf.sum(tf.reshape(tf.slice(squares, [0], [whole]), [whole / ROW, ROW]), 1);
  return tf.sqrt(tf.add(tf.sum(rows), rest));
}

/** The gradient times min(1, longest / (norm + 1e-6)), as `torch.nn.utils.clip_grad_norm_`. @param longest above 0. */
export function clipped(gradient: Tensor, longest: Tensor): Tensor {
  const norm = tf.add(globalNorm(gradient), CLIP_EPSILON);
  // longest / max(norm, longest), which is exactly 1 for what is short enough.
  const divisor = tf.add(longest, tf.relu(tf.sub(norm, longest)));
  return tf.mul(gradient, tf.div(longest, divisor));
}

/**
 * Where SAM (Foret et al. 2021, plain) takes the gradient that it descends by: rho uphill from the parameters.
 * @param rho L2 norm of the perturbation.
 */
export function perturbed(parameters: Tensor, gradient: Tensor, rho: Tensor): Tensor {
  return tf.add(parameters, tf.mul(gradient, tf.div(rho, tf.add(globalNorm(gradient), SAM_EPSILON))));
}
