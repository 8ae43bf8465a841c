/** AdamW (Loshchilov and Hutter 2019) with PyTorch's arithmetic, as a pure function of flat vectors. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** What a person sets; the step function gets the numbers that follow from it. */
export interface Hyper {
  readonly lr: number;
  readonly weightDecay: number;
  /** Weight of the KL term. */
  readonly lambda: number;
}

export interface Moments {
  readonly parameters: Tensor;
  readonly mean: Tensor;
  readonly square: Tensor;
}

/** The step's scalars: inputs of the graph, so that a schedule never needs a new one. */
export interface Scalars {
  /** lr / (1 - beta1^t) */
  readonly stepSize: number;
  /** sqrt(1 - beta2^t) */
  readonly correction: number;
  /** 1 - lr * weight decay */
  readonly decay: number;
}

/** @param step counts from 1. */
export function adamScalars(hyper: Hyper, step: number): Scalars {
  return {
    stepSize: hyper.lr / (1 - BETA1 ** step),
    correction: Math.sqrt(1 - BETA2 ** step),
    decay: 1 - hyper.lr * hyper.weightDecay,
  };
}

/** One update: decay, moments, then p - stepSize * m / (sqrt(v) / correction + eps). */
export function adamW(state: Moments, gradient: Tensor, scalars: { readonly [K in keyof Scalars]: Tensor }): Moments {
  const mean = tf.add(tf.mul(state.mean, BETA1), tf.mul(gradient, 1 - BETA1));
  const square = tf.add(tf.mul(state.square, BETA2), tf.mul(tf.square(gradient), 1 - BETA2));
  const root = tf.add(tf.div(tf.sqrt(square), scalars.correction), EPSILON);
  const decayed = tf.mul(state.parameters, scalars.decay);
  return { parameters: tf.sub(decayed, tf.mul(tf.div(mean, root), scalars.stepSize)), mean, square };
}
