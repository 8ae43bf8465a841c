/**
 * The blocked layout against TensorFlow.js's own CPU backend: random shapes, channels that blocks divide and channels that
 * they do not, and the same functions lowered without blocks.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import '../../../../../src-main/services/engine/model/gradients.ts';
import { Random } from '../../../../../src-main/services/engine/random.ts';
import { nchwcBlock } from '../../../../../src-main/services/engine/runtime/block.ts';
import { difference, of } from '../compare.ts';
import type { Shapes } from '../compare.ts';

type Inputs = Readonly<Record<string, Tensor>>;
type Draw = (low: number, high: number) => number;

interface Case {
  readonly shapes: Shapes;
  readonly fn: (inputs: Inputs) => Tensor;
}

const block = await nchwcBlock();
const layouts = [
  ...(block === null ? [] : [{ name: `blocks of ${block}`, options: { block } }]),
  { name: 'no blocks', options: {} },
];
test.skipIf(block === null)('a block has 8 or 16 channels (skipped: no blocked layout on this processor)', () => {
  expect([8, 16]).toContain(block);
});

/** Channels that blocks divide, that they do not, and those of an image. */
const channels = (draw: Draw): number => [8, 16, 32, 12, 3][draw(0, 4)] ?? 8;

const pixels = (x: Tensor): Tensor4D => tf.transpose(x, [0, 2, 3, 1]) as Tensor4D;
const filter = (w: Tensor): Tensor4D => tf.transpose(w, [2, 3, 1, 0]) as Tensor4D;

interface Convolution {
  readonly shapes: { x: number[]; w: number[] };
  readonly apply: (x: Tensor, w: Tensor) => Tensor;
}

function convolution(draw: Draw): Convolution {
  const [into, out] = [channels(draw), channels(draw)];
  const [side, stride] = [[1, 3, 3][draw(0, 2)] ?? 3, draw(1, 2)];
  const pad = side === 3 ? draw(0, 1) : 0;
  const x = [draw(1, 2), into, 2 * draw(2, 8) + draw(0, 1), 2 * draw(2, 4) + draw(0, 1)];
  return {
    shapes: { x, w: [out, into, side, side] },
    apply: (image, weight) => tf.conv2d(pixels(image), filter(weight), stride, pad),
  };
}

function depthwise(draw: Draw): Convolution {
  const [into, stride] = [channels(draw), draw(1, 2)];
  return {
    shapes: { x: [draw(1, 3), into, 2 * draw(2, 6), 2 * draw(2, 6)], w: [into, 1, 3, 3] },
    apply: (image, weight) =>
      tf.depthwiseConv2d(pixels(image), tf.transpose(weight, [2, 3, 0, 1]) as Tensor4D, stride, 1),
  };
}

/** A weighted sum, so that the gradient reaching the convolution differs from place to place. */
const score = (y: Tensor): Tensor => tf.sum(tf.square(y));

const value =
  (make: (draw: Draw) => Convolution) =>
  (draw: Draw): Case => {
    const { shapes, apply } = make(draw);
    return { shapes, fn: (inputs) => apply(of(inputs, 'x'), of(inputs, 'w')) };
  };
const byInput =
  (make: (draw: Draw) => Convolution) =>
  (draw: Draw): Case => {
    const { shapes, apply } = make(draw);
    return { shapes, fn: (inputs) => tf.grad((x) => score(apply(x, of(inputs, 'w'))))(of(inputs, 'x')) };
  };
const byFilter =
  (make: (draw: Draw) => Convolution) =>
  (draw: Draw): Case => {
    const { shapes, apply } = make(draw);
    return { shapes, fn: (inputs) => tf.grad((w) => score(apply(of(inputs, 'x'), w)))(of(inputs, 'w')) };
  };

/** A function of a map behind a convolution, which therefore lies blocked, and of vectors and other maps of its shape. */
function behind(fn: (map: Tensor, vectors: readonly [Tensor1D, Tensor1D], other: Tensor) => Tensor) {
  return (draw: Draw): Case => {
    const [batch, out, height, width] = [draw(1, 3), channels(draw), 2 * draw(2, 5), 2 * draw(2, 5)];
    return {
      shapes: {
        x: [batch, 8, height, width],
        w: [out, 8, 1, 1],
        a: [out],
        b: [out],
        other: [batch, height, width, out],
      },
      fn: (inputs) => {
        const map = tf.conv2d(pixels(of(inputs, 'x')), filter(of(inputs, 'w')), 1, 0);
        return fn(map, [of(inputs, 'a') as Tensor1D, of(inputs, 'b') as Tensor1D], of(inputs, 'other'));
      },
    };
  };
}

/** Batch norm with the batch's own statistics, far from zero: mean 30, deviation about 1. */
function ownStatistics(x: Tensor, [scale, shift]: readonly [Tensor1D, Tensor1D]): Tensor {
  const far = tf.add(x, 30);
  const centred = tf.sub(far, tf.mean(far, [0, 1, 2]));
  const variance = tf.mean(tf.square(centred), [0, 1, 2]);
  return tf.add(tf.mul(centred, tf.div(scale, tf.sqrt(tf.add(variance, 1e-5)))), shift);
}

const cases: Readonly<Record<string, (draw: Draw) => Case>> = {
  convolution: value(convolution),
  'its gradient by the input': byInput(convolution),
  'its gradient by the filter': byFilter(convolution),
  'depthwise convolution': value(depthwise),
  'its gradient by the input, depthwise': byInput(depthwise),
  'its gradient by the filter, depthwise': byFilter(depthwise),
  'scale, shift and a residual': behind((x, [a, b], other) => tf.add(tf.add(tf.mul(x, a), b), other)),
  'terms that merge': behind((x, [a, b], other) =>
    tf.sub(tf.mul(tf.sub(tf.mul(other, b), x), a), tf.add(tf.mul(x, b), tf.div(x, tf.add(tf.square(a), 1)))),
  ),
  'vectors first': behind((x, [a, b]) => tf.sub(a, tf.mul(b, tf.add(2, tf.neg(x))))),
  'products and quotients': behind((x, _, other) => tf.div(tf.mul(x, other), tf.add(tf.square(other), 1))),
  'one by one': behind((x) => tf.add(tf.mul(tf.erf(tf.mul(x, 0.7)), tf.sigmoid(x)), tf.step(tf.relu(x)))),
  'prelu of training': behind((x, [a]) => {
    const positive = tf.relu(x);
    return tf.add(positive, tf.mul(a, tf.sub(x, positive)));
  }),
  prelu: behind((x, [a]) => tf.prelu(x, a)),
  'given statistics': behind((x, [a, b]) =>
    tf.batchNorm(x as Tensor4D, a, tf.add<Tensor1D>(tf.square(b), 0.1), b, a, 1e-5),
  ),
  'own statistics': behind(ownStatistics),
  'gradient through own statistics': behind((x, vectors, other) =>
    tf.grad((map) => tf.sum(tf.mul(ownStatistics(map, vectors), other)))(x),
  ),
  'sums and means': behind((x, [a]) => tf.add(tf.mul(tf.sum(x, [0, 1, 2]), a), tf.mean(x, [0, 1, 2], true))),
  'every second pixel': behind((x) => tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, 2, 2, 1])),
  'a factor a sample, which leaves the layout': behind((x) => tf.mul(x, tf.mean(x, [1, 2, 3], true))),
  'as tokens': behind((x) => tf.mul(tf.reshape(x, [x.shape[0], -1, x.shape[3] ?? 1]), 2)),
};

describe.each(layouts)('maps with $name agree with TensorFlow.js', ({ options }) => {
  test.each(Object.entries(cases))('%s', async (name, draw) => {
    for (let seed = 1; seed <= 6; seed += 1) {
      const random = Random.seeded(seed).split(name);
      const { shapes, fn } = draw((low, high) => low + random.integer(high - low + 1));
      const { y } = await difference((inputs) => ({ y: fn(inputs) }), shapes, seed, {}, options);
      expect(y, `${JSON.stringify(shapes)}, seed ${seed}`).toBeLessThan(1e-5);
    }
  });
});
