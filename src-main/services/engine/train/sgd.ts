/** Stochastic gradient descent with momentum, with the arithmetic of PyTorch's `torch.optim.SGD`. */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from './optimizer.ts';

/**
 * g = gradient + weight decay * p; buffer = momentum * buffer + fresh * g; p - lr * (g or buffer, or with Nesterov both).
 * Which of these it is stands in the scalars, so that one graph serves all: PyTorch starts the buffer with the whole first
 * gradient, keeps none without momentum, and there ignores the dampening.
 */
export const sgd: Optimizer<
  'momentum_buffer',
  'rate' | 'shrink' | 'momentum' | 'fresh' | 'gradientShare' | 'bufferShare'
> = {
  moments: ['momentum_buffer'],
  scalars: ['rate', 'shrink', 'momentum', 'fresh', 'gradientShare', 'bufferShare'],
  rates: ['rate'],

  values: ({ lr, weightDecay, momentum = 0, dampening = 0, nesterov = false }, step) => ({
    rate: lr,
    shrink: weightDecay,
    momentum,
    fresh: step === 1 || momentum === 0 ? 1 : 1 - dampening,
    gradientShare: nesterov ? 1 : 0,
    bufferShare: nesterov ? momentum : 1,
  }),

  update: (parameters, moments, gradient, scalars) => {
    const decayed = tf.add(gradient, tf.mul(parameters, scalars.shrink));
    const buffer = tf.add(tf.mul(moments.momentum_buffer, scalars.momentum), tf.mul(decayed, scalars.fresh));
    const direction = tf.add(tf.mul(decayed, scalars.gradientShare), tf.mul(buffer, scalars.bufferShare));
    return {
      parameters: tf.sub(parameters, tf.mul(direction, scalars.rate)),
      moments: { momentum_buffer: buffer },
    };
  },
};
