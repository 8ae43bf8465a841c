/** Vectors in parts: cut where slices begin, worked on part by part, and the same numbers as the whole. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import '../../../../../src-main/services/engine/model/gradients.ts';
import { Random } from '../../../../../src-main/services/engine/random.ts';
import { nchwcBlock } from '../../../../../src-main/services/engine/runtime/block.ts';
import { float32, floats, openSession } from '../../../../../src-main/services/engine/runtime/session.ts';
import {
  joinVector,
  partName,
  planVectors,
  splitVector,
} from '../../../../../src-main/services/engine/trace/blocked/vectors.ts';
import { lowerGraph } from '../../../../../src-main/services/engine/trace/onnx.ts';
import { printGraph } from '../../../../../src-main/services/engine/trace/print.ts';
import { trace } from '../../../../../src-main/services/engine/trace/trace.ts';
import { randomData } from '../compare.ts';

const filterSize = 16 * 8 * 9;
const matrixSize = 160 * 128;
const size = 5 + filterSize + matrixSize + 16;

/** A step on a vector of a bias, a filter, a large matrix and a scale: gradient, its norm, and a new vector. */
function step(inputs: Readonly<Record<'x' | 'vector' | 'other', Tensor>>): Record<string, Tensor> {
  const { x, vector, other } = inputs;
  const part = (from: number, length: number, shape: number[]): Tensor =>
    tf.reshape(tf.slice(vector, [from], [length]), shape);
  const tensors = [
    part(0, 5, [5]),
    part(5, filterSize, [16, 8, 3, 3]),
    part(5 + filterSize, matrixSize, [160, 128]),
    part(5 + filterSize + matrixSize, 16, [16]),
  ];
  const score = (...[bias, weight, matrix, scale]: Tensor[]): tf.Scalar => {
    if (!bias || !weight || !matrix || !scale) throw new Error('four tensors are differentiated');
    const pixels = tf.transpose(x, [0, 2, 3, 1]) as Tensor4D;
    const map = tf.conv2d(pixels, tf.transpose(weight, [2, 3, 1, 0]) as Tensor4D, 1, 1);
    const maps = tf.sum(tf.square(tf.mul(map, scale)));
    return tf.add(tf.add(maps, tf.sum(tf.square(tf.matMul(matrix, matrix, true)))), tf.sum(tf.square(bias)));
  };
  const { grads } = tf.valueAndGrads(score)(tensors);
  const gradient = tf.concat(grads.map((grad) => tf.reshape(grad, [-1])));
  const norm = tf.sqrt(tf.sum(tf.square(gradient)));
  return { next: tf.add(tf.mul(vector, 0.9), tf.div(gradient, tf.add(norm, tf.square(other)))), norm };
}

const graph = trace(step, { x: { shape: [2, 8, 6, 6] }, vector: { shape: [size] }, other: { shape: [size] } });
const block = await nchwcBlock();
const random = Random.seeded(8);
const data = {
  x: randomData([2, 8, 6, 6], random),
  vector: randomData([size], random, 0.1),
  other: randomData([size], random),
};

async function run(options: Parameters<typeof lowerGraph>[1]): Promise<{ next: Float32Array; norm: number }> {
  const { model } = lowerGraph(graph, options);
  const layout = options.vectors?.get(size);
  const session = await openSession(model, 'cpu');
  const feeds: Record<string, ReturnType<typeof float32>> = { x: float32(data.x, [2, 8, 6, 6]) };
  for (const name of ['vector', 'other'] as const) {
    if (!layout) feeds[name] = float32(data[name], [size]);
    else {
      splitVector(data[name], layout).forEach((part, index) => {
        feeds[partName(name, index)] = float32(part, [part.length]);
      });
    }
  }
  const outputs = await session.run(feeds);
  await session.release();
  const next = layout
    ? joinVector(
        layout.parts.map((_, part) => floats(outputs, partName('next', part))),
        layout,
      )
    : floats(outputs, 'next');
  return { next, norm: floats(outputs, 'norm')[0] ?? NaN };
}

test('the vector is cut where its slices begin; small tensors stay together', () => {
  const parts = planVectors(graph, 8).get(size)?.parts ?? [];
  expect(parts.map(({ size: length, ranges, packing }) => [length, ranges.length, packing !== null])).toEqual([
    [filterSize, 1, true],
    [matrixSize, 1, false],
    [21, 2, false],
  ]);
  expect(
    planVectors(graph, null)
      .get(size)
      ?.parts.map((part) => part.size),
  ).toEqual([matrixSize, 21 + filterSize]);
});

test('a vector comes back from its parts', () => {
  const layout = planVectors(graph, 8).get(size);
  if (!layout) throw new Error('the vector has no layout');
  expect(joinVector(splitVector(data.vector, layout), layout)).toEqual(data.vector);
});

test('in parts the step gives the numbers of the whole', async () => {
  const whole = await run({});
  const layouts = [{ vectors: planVectors(graph, null) }, { block }, { block, vectors: planVectors(graph, block) }];
  for (const options of layouts) {
    const { next, norm } = await run(options);
    expect(Math.abs(norm / whole.norm - 1)).toBeLessThan(1e-5);
    const worst = next.reduce((most, value, index) => Math.max(most, Math.abs(value - (whole.next[index] ?? NaN))), 0);
    expect(worst, `block ${'block' in options ? options.block : null}`).toBeLessThan(1e-5);
  }
});

test.skipIf(block === null)('the text form shows how values lie (skipped: no blocked layout here)', () => {
  const small = trace(
    ({ x, w, b }) => {
      const pixels = tf.transpose(x, [0, 2, 3, 1]) as Tensor4D;
      const map = tf.conv2d(pixels, tf.transpose(w, [2, 3, 1, 0]) as Tensor4D, 1, 1);
      return { y: tf.mul(tf.relu(tf.add(map, b)), 2) };
    },
    { x: { shape: [1, 3, 4, 4] }, w: { shape: [16, 3, 3, 3] }, b: { shape: [16] } },
  );
  expect(printGraph(small, lowerGraph(small, { block }).places).replaceAll(`nchwc${block}`, 'nchwcN'))
    .toMatchInlineSnapshot(`
      "(x: float32[1,3,4,4], w: float32[16,3,3,3], b: float32[16]) {
        %1: float32[1,4,4,3] = Transpose(x) {perm: [0,2,3,1]} @ perm [0,3,1,2]
        %2: float32[3,3,3,16] = Transpose(w) {perm: [2,3,1,0]} @ packed [2,3,3,3,8] + perm [3,2,0,1]
        %3: float32[1,4,4,16] = Conv2D(%1, %2) {strides: [1,1], pad: 1} @ nchwcN
        %4: float32[1,4,4,16] = Add(%3, b) @ nchwcN
        %5: float32[1,4,4,16] = Relu(%4) @ nchwcN
        %6: float32[1,4,4,16] = Multiply(%5, 2) @ nchwcN + plain
        return y = %6
      }"
    `);
});
