/**
 * The layers that POSTER-Var is made of, as pure functions in TensorFlow.js ops on NHWC maps and [batch, token, channel]
 * sequences. Weights come in PyTorch's layouts under their official names.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { ModelConfig, SizeTable } from './config.ts';
import { withGradient } from './custom-gradient.ts';
import './gradients.ts';

/** What a forward pass needs to know besides its input; `at` walks into a name scope. */
export interface Network {
  readonly config: ModelConfig;
  readonly size: SizeTable;
  /** The tensor called `prefix + name`. */
  weight(name: string): Tensor;
  readonly prefix: string;
  readonly mode: Mode;
}

export type Mode =
  | { readonly kind: 'eval' }
  | {
      readonly kind: 'train';
      /** [B, 4] factors 0 or 1/(1 - rate): the two residual branches of level 2, then of level 3; null turns it off. */
      readonly dropPath: Tensor2D | null;
      /** Receives the running statistics after this step, under their official names. */
      readonly statistics: Map<string, Tensor>;
    };

/** The network inside the name scope `name`. */
export function at(net: Network, name: string): Network {
  const prefix = `${net.prefix}${name}.`;
  return { ...net, prefix, weight: (inner) => net.weight(`${name}.${inner}`) };
}

/** 2D convolution of an NHWC map; padding keeps `ceil(side / stride)` for odd kernels. */
export function convolution(net: Network, name: string, x: Tensor4D, stride: number, bias: boolean): Tensor4D {
  const weight = net.weight(`${name}.weight`);
  const filter = tf.transpose(weight, [2, 3, 1, 0]) as Tensor4D;
  const y: Tensor4D = tf.conv2d(x, filter, stride, ((weight.shape[2] ?? 1) - 1) / 2);
  return bias ? tf.add(y, net.weight(`${name}.bias`)) : y;
}

/** Depthwise convolution; `pad` is given because the landmark regressor uses none. */
export function depthwise(net: Network, name: string, x: Tensor4D, stride: number, pad: number): Tensor4D {
  const filter = tf.transpose(net.weight(`${name}.weight`), [2, 3, 0, 1]) as Tensor4D;
  return tf.depthwiseConv2d(x, filter, stride, pad);
}

/** x W^T + b over the last dimension of a [B, C] or [B, N, C] tensor. */
export function linear<T extends Tensor2D | Tensor3D>(net: Network, name: string, x: T, bias = true): T {
  return project(x, net.weight(`${name}.weight`) as Tensor2D, bias ? net.weight(`${name}.bias`) : null);
}

/** x W^T + b with the tensors themselves: for the slices of a fused qkv layer. */
export function project<T extends Tensor2D | Tensor3D>(x: T, weight: Tensor2D, bias: Tensor | null): T {
  const into = weight.shape[1];
  const rows: Tensor2D = tf.reshape(x, [-1, into]);
  const y = tf.matMul(rows, weight, false, true);
  const shifted = bias ? tf.add(y, bias) : y;
  const outer: number[] = x.shape.slice(0, -1);
  return tf.reshape<tf.Rank>(shifted, [...outer, weight.shape[0]]) as T;
}

/** Per-channel parametric ReLU. */
export function prelu(net: Network, name: string, x: Tensor4D): Tensor4D {
  const slope = net.weight(`${name}.weight`);
  return net.mode.kind === 'eval' ? (tf.prelu<Tensor>(x, slope) as Tensor4D) : trainablePrelu(x, slope);
}

/**
 * PReLU by Relu alone: x > 0 ? x : a x = r + a (x - r) with r = relu(x). Its gradient needs one step function instead of
 * the comparison, two selections and a constant of zeros that TensorFlow.js's own Prelu gradient records.
 */
function trainablePrelu(x: Tensor4D, slope: Tensor): Tensor4D {
  return withGradient(
    [x, slope],
    () => {
      const positive = tf.relu(x);
      const negative = tf.sub(x, positive);
      return { value: tf.add<Tensor4D>(positive, tf.mul(slope, negative)), saved: [x, slope] };
    },
    (dy, [input, a]) => {
      const factor = tf.add(tf.mul(tf.sub(1, a), tf.step(input)), a);
      // Written otherwise than in the forward pass, so that nothing but x is kept between the two.
      const below = tf.relu(tf.neg(input));
      return [tf.mul(dy, factor), tf.neg(tf.sum(tf.mul(dy, below), [0, 1, 2]))];
    },
  );
}

/**
 * Exact GELU: x Phi(x), with the error function; written so that ONNX Runtime knows it again and makes one pass of it. The gradient
 * is dy times Phi(x) + x phi(x), which depends on x alone: for the gradients of many classes it is computed once.
 */
export function gelu<T extends Tensor>(x: T): T {
  return withGradient(
    [x],
    () => {
      const twice = tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1);
      return { value: tf.mul<T>(tf.mul(x, 0.5), twice), saved: [x, twice] };
    },
    (dy, [input, twice]) => {
      const density = tf.mul(tf.exp(tf.mul(tf.square(input), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return [tf.mul(dy, tf.add(tf.mul(twice, 0.5), tf.mul(input, density)))];
    },
  );
}

/**
 * Every n-th row and column of an NHWC map, from the first: what nearest-neighbour halving and strided 1x1 pooling do.
 * TensorFlow.js has no gradient for StridedSlice: it puts zeros between the gradient's pixels.
 */
export function everyNth(x: Tensor4D, step: number): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  return withGradient(
    [x],
    () => ({ value: tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, step, step, 1]) as Tensor4D, saved: [] }),
    (dy) => {
      const apart = tf.reshape(dy, [batch, height / step, 1, width / step, 1, channels]);
      const none: [number, number] = [0, 0];
      const gap: [number, number] = [0, step - 1];
      return [tf.reshape(tf.pad(apart, [none, none, gap, none, gap, none]), x.shape)];
    },
  );
}
