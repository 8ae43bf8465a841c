/** AdamW (Loshchilov and Hutter 2019) with the arithmetic of PyTorch's `torch.optim.AdamW`. */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from './optimizer.ts';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Decay on every parameter, moments, then p - stepSize * m / (sqrt(v) / correction + eps). */
export const adamW: Optimizer<'exp_avg' | 'exp_avg_sq', 'stepSize' | 'correction' | 'shrink'> = {
  moments: ['exp_avg', 'exp_avg_sq'],
  scalars: ['stepSize', 'correction', 'shrink'],
  rates: ['stepSize', 'shrink'],

  values: ({ lr, weightDecay }, step) => ({
    stepSize: lr / (1 - BETA1 ** step),
    correction: Math.sqrt(1 - BETA2 ** step),
    shrink: lr * weightDecay,
  }),

  update: (parameters, moments, gradient, { stepSize, correction, shrink }) => {
    const mean = tf.add(tf.mul(moments.exp_avg, BETA1), tf.mul(gradient, 1 - BETA1));
    const square = tf.add(tf.mul(moments.exp_avg_sq, BETA2), tf.mul(tf.square(gradient), 1 - BETA2));
    const root = tf.add(tf.div(tf.sqrt(square), correction), EPSILON);
    const decayed = tf.mul(parameters, tf.sub(1, shrink));
    return {
      parameters: tf.sub(decayed, tf.mul(tf.div(mean, root), stepSize)),
      moments: { exp_avg: mean, exp_avg_sq: square },
    };
  },
};
