/** Op by op: every kernel that can be traced against TensorFlow.js's own CPU backend, with random shapes and layouts. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import '../../../../src-main/services/engine/model/gradients.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';
import type { TracedKernel } from '../../../../src-main/services/engine/trace/kernels.ts';
import { difference, of } from './compare.ts';
import type { Shapes } from './compare.ts';

interface Case {
  readonly shapes: Shapes;
  readonly fn: (inputs: Readonly<Record<string, Tensor>>) => Tensor;
}

type Draw = (low: number, high: number) => number;

/** An NHWC map that lies in memory as NCHW, as everything behind a convolution does. */
const channelsFirst = (x: Tensor): Tensor => tf.transpose(x, [0, 2, 3, 1]);

function map(draw: Draw): number[] {
  return [draw(1, 3), draw(1, 4), draw(3, 7), draw(3, 7)];
}

function unary(op: (x: Tensor) => Tensor): (draw: Draw) => Case {
  return (draw) => ({ shapes: { x: map(draw) }, fn: (inputs) => op(channelsFirst(of(inputs, 'x'))) });
}

/** Positive numbers, for functions that need them. */
const positive = (x: Tensor): Tensor => tf.add(tf.square(x), 0.1);

function binary(op: (a: Tensor, b: Tensor) => Tensor): (draw: Draw) => Case {
  return (draw) => {
    const shape = map(draw);
    const [batch = 1, channels = 1, rows = 1, columns = 1] = shape;
    // The second operand: a row-major map of the same shape, a vector of channels, or one number a sample.
    const others = [[batch, rows, columns, channels], [channels], [batch, 1, 1, 1], [columns, channels]];
    const other = others[draw(0, others.length - 1)] ?? [channels];
    const swap = draw(0, 1) === 1;
    return {
      shapes: { x: shape, other },
      fn: (inputs) => {
        const [x, y] = [channelsFirst(of(inputs, 'x')), of(inputs, 'other')];
        return swap ? op(y, x) : op(x, y);
      },
    };
  };
}

function reduction(op: (x: Tensor, axes: number[], keepDims: boolean) => Tensor): (draw: Draw) => Case {
  return (draw) => {
    const choices = [[0], [-1], [1, 2], [0, 1, 2], [0, 1, 2, 3]];
    const axes = choices[draw(0, choices.length - 1)] ?? [0];
    const keepDims = draw(0, 1) === 1;
    return { shapes: { x: map(draw) }, fn: (inputs) => op(channelsFirst(of(inputs, 'x')), axes, keepDims) };
  };
}

/** A convolution's shapes: x as NCHW, the filter as PyTorch stores it. */
function convolution(draw: Draw, depthwise: boolean): { x: number[]; w: number[]; stride: number; pad: number } {
  const [into, out] = [draw(1, 4), draw(1, 4)];
  const side = [1, 3][draw(0, 1)] ?? 3;
  const w = depthwise ? [into, 1, side, side] : [out, into, side, side];
  return { x: [draw(1, 3), into, 2 * draw(2, 4), 2 * draw(2, 4)], w, stride: draw(1, 2), pad: (side - 1) / 2 };
}

type Differentiated = 'value' | 'x' | 'w';

/** A convolution, or its gradient by one of its operands. */
function convolutionCase(depthwise: boolean, part: Differentiated): (draw: Draw) => Case {
  return (draw) => {
    const { x, w, stride, pad } = convolution(draw, depthwise);
    const apply = (image: Tensor, weight: Tensor): Tensor => {
      const pixels = channelsFirst(image) as Tensor4D;
      return depthwise
        ? tf.depthwiseConv2d(pixels, tf.transpose(weight, [2, 3, 0, 1]) as Tensor4D, stride, pad)
        : tf.conv2d(pixels, tf.transpose(weight, [2, 3, 1, 0]) as Tensor4D, stride, pad);
    };
    return {
      shapes: { x, w },
      fn: (inputs) => {
        const [image, weight] = [of(inputs, 'x'), of(inputs, 'w')];
        const score = (i: Tensor, k: Tensor): Tensor => tf.sum(tf.square(apply(i, k)));
        if (part === 'value') return apply(image, weight);
        return part === 'x' ? tf.grad((i) => score(i, weight))(image) : tf.grad((k) => score(image, k))(weight);
      },
    };
  };
}

function matrices(draw: Draw): Case {
  const [rows, inner, columns] = [draw(1, 5), draw(1, 5), draw(1, 5)];
  const batch = [[], [draw(1, 3)], [draw(1, 3), draw(1, 3)]][draw(0, 2)] ?? [];
  const [flipA, flipB] = [draw(0, 1) === 1, draw(0, 1) === 1];
  const shapes = {
    a: [...batch, ...(flipA ? [inner, rows] : [rows, inner])],
    b: [...batch, ...(flipB ? [columns, inner] : [inner, columns])],
  };
  return { shapes, fn: (inputs) => tf.matMul(of(inputs, 'a'), of(inputs, 'b'), flipA, flipB) };
}

function rows(draw: Draw, use: (table: Tensor, ids: Tensor1D, count: number) => Tensor, gather: boolean): Case {
  const [count, width, picks] = [draw(1, 6), draw(1, 4), draw(1, 9)];
  const ids = Int32Array.from({ length: picks }, () => draw(0, count - 1));
  return {
    shapes: { table: [gather ? count : picks, width] },
    fn: (inputs) => use(of(inputs, 'table'), tf.tensor1d(ids, 'int32'), count),
  };
}

/** At least one way to reach every kernel of the table; a new kernel without a case does not compile. */
const cases: { readonly [K in TracedKernel]: (draw: Draw) => Case } = {
  Add: binary((a, b) => tf.add(a, b)),
  Sub: binary((a, b) => tf.sub(a, b)),
  Multiply: binary((a, b) => tf.mul(a, b)),
  RealDiv: binary((a, b) => tf.div(a, positive(b))),
  Prelu: (draw) => {
    const shape = map(draw);
    const shapes = { x: shape, slope: [shape[1] ?? 1] };
    return { shapes, fn: (inputs) => tf.prelu(channelsFirst(of(inputs, 'x')), of(inputs, 'slope')) };
  },
  Neg: unary((x) => tf.neg(x)),
  Exp: unary((x) => tf.exp(x)),
  Log: unary((x) => tf.log(positive(x))),
  Sqrt: unary((x) => tf.sqrt(positive(x))),
  Rsqrt: unary((x) => tf.rsqrt(positive(x))),
  Square: unary((x) => tf.square(x)),
  Erf: unary((x) => tf.erf(x)),
  Sigmoid: unary((x) => tf.sigmoid(x)),
  Relu: unary((x) => tf.relu(x)),
  Step: unary((x) => tf.step(x)),
  Cast: unary((x) => tf.cast(tf.cast(tf.mul(x, 9), 'int32'), 'float32')),
  BroadcastTo: unary((x) => tf.mul(tf.sum(x, 0, true), tf.ones(x.shape))),
  Reshape: (draw) => {
    const shape = map(draw);
    const [batch = 1, channels = 1, height = 1, width = 1] = shape;
    const targets = [
      [batch, height * width, channels],
      [batch, height, 1, width, 1, channels],
      [batch * height, width, channels],
      [batch, height * width * channels],
      [batch * height * width * channels],
    ];
    const target = targets[draw(0, targets.length - 1)] ?? [];
    return { shapes: { x: shape }, fn: (inputs) => tf.reshape(channelsFirst(of(inputs, 'x')), target) };
  },
  Transpose: unary((x) => tf.mul(tf.transpose(x, [3, 0, 2, 1]), 2)),
  Concat: (draw) => {
    const [axis, shape] = [draw(0, 3), map(draw)];
    const [batch = 1, channels = 1, height = 1, width = 1] = shape;
    return {
      shapes: { x: shape, other: [batch, height, width, channels] },
      fn: (inputs) => tf.concat([channelsFirst(of(inputs, 'x')), of(inputs, 'other')], axis),
    };
  },
  Slice: unary((x) => tf.slice(x, [0, 1, 0, 0], [-1, 2, x.shape[2] ?? 1, -1])),
  StridedSlice: unary((x) => tf.stridedSlice(x, [0, 0, 1, 0], x.shape, [1, 2, 2, 1])),
  SplitV: unary((x) => tf.concat(tf.split(x, [1, (x.shape[1] ?? 1) - 1], 1).toReversed(), 1)),
  PadV2: unary((x) =>
    tf.pad(
      x,
      [
        [0, 0],
        [1, 0],
        [0, 2],
        [1, 1],
      ],
      0.5,
    ),
  ),
  Tile: unary((x) => tf.tile(x, [2, 1, 1, 3])),
  GatherV2: (draw) => rows(draw, (table, ids) => tf.gather(table, ids), true),
  UnsortedSegmentSum: (draw) => rows(draw, (table, ids, count) => tf.unsortedSegmentSum(table, ids, count), false),
  Sum: reduction((x, axes, keepDims) => tf.sum(x, axes, keepDims)),
  Mean: reduction((x, axes, keepDims) => tf.mean(x, axes, keepDims)),
  Max: reduction((x, axes, keepDims) => tf.max(x, axes, keepDims)),
  Softmax: unary((x) => tf.softmax(x)),
  BatchMatMul: matrices,
  Conv2D: convolutionCase(false, 'value'),
  Conv2DBackpropInput: convolutionCase(false, 'x'),
  Conv2DBackpropFilter: convolutionCase(false, 'w'),
  DepthwiseConv2dNative: convolutionCase(true, 'value'),
  DepthwiseConv2dNativeBackpropInput: convolutionCase(true, 'x'),
  DepthwiseConv2dNativeBackpropFilter: convolutionCase(true, 'w'),
  FusedBatchNorm: (draw) => {
    const shape = map(draw);
    const vector = [shape[1] ?? 1];
    return {
      shapes: { x: shape, mean: vector, variance: vector, offset: vector, scale: vector },
      fn: (inputs) => {
        const [mean, offset, scale] = ['mean', 'offset', 'scale'].map((name) => of(inputs, name) as Tensor1D);
        const variance = positive(of(inputs, 'variance')) as Tensor1D;
        return tf.batchNorm(
          channelsFirst(of(inputs, 'x')) as Tensor4D,
          mean ?? variance,
          variance,
          offset,
          scale,
          1e-5,
        );
      },
    };
  },
};

describe('each kernel agrees with TensorFlow.js', () => {
  test.each(Object.entries(cases))('%s', async (kernel, draw) => {
    for (let seed = 1; seed <= 6; seed += 1) {
      const random = Random.seeded(seed).split(kernel);
      const { shapes, fn } = draw((low, high) => low + random.integer(high - low + 1));
      const { y } = await difference((inputs) => ({ y: fn(inputs) }), shapes, seed);
      expect(y, `${JSON.stringify(shapes)}, seed ${seed}`).toBeLessThan(3e-6);
    }
  });
});
