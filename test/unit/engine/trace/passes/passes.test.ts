/** Rewritten graphs compute what the function says: `eachRow` and PReLU as convolutions. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import '../../../../../src-main/services/engine/model/gradients.ts';
import { float32, floats, openSession } from '../../../../../src-main/services/engine/runtime/session.ts';
import { Random } from '../../../../../src-main/services/engine/random.ts';
import { eachRow } from '../../../../../src-main/services/engine/trace/each-row.ts';
import { toOnnx } from '../../../../../src-main/services/engine/trace/onnx.ts';
import { preluAsConvolutions } from '../../../../../src-main/services/engine/trace/passes/prelu.ts';
import { trace } from '../../../../../src-main/services/engine/trace/trace.ts';
import { difference, of, randomData } from '../compare.ts';

test('eachRow gives every row’s gradient from one forward pass', async () => {
  const shapes = { x: [1, 4, 4, 3], filter: [1, 1, 3, 8], w: [8, 5], rows: [5, 5] };
  const fn = (inputs: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> => {
    const w: tf.Tensor2D = tf.reshape(of(inputs, 'w'), [8, 5]);
    const filter: Tensor4D = tf.reshape(of(inputs, 'filter'), [1, 1, 3, 8]);
    const scores = (x: tf.Tensor): tf.Tensor => {
      const image: Tensor4D = tf.reshape(x, [1, 4, 4, 3]);
      const map = tf.conv2d(image, filter, 1, 0);
      const tokens: Tensor3D = tf.reshape(map, [1, 16, 8]);
      const heads = tf.transpose(tf.reshape(tokens, [1, 16, 2, 4]), [0, 2, 1, 3]);
      const weights = tf.softmax(tf.matMul(heads, heads, false, true));
      const mixed: Tensor3D = tf.reshape(tf.transpose(tf.matMul(weights, heads), [0, 2, 1, 3]), [1, 16, 8]);
      const first = tf.slice(tf.concat([tokens, tf.relu(mixed)], 1), [0, 10, 0], [1, 12, 8]);
      return tf.matMul(tf.mean(tf.mul(first, tf.sigmoid(first)), 1), w);
    };
    const gradients = eachRow(of(inputs, 'rows'), (row) =>
      tf.grad((x: tf.Tensor) => tf.sum(tf.mul(scores(x), row)))(of(inputs, 'x')),
    );
    return { gradients, scores: scores(of(inputs, 'x')) };
  };
  const { gradients, scores } = await difference(fn, shapes, 3);
  expect(gradients).toBeLessThan(1e-5);
  expect(scores).toBeLessThan(1e-5);
  const graph = trace(fn, Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }])));
  expect(graph.outputs.find(({ name }) => name === 'gradients')?.value.shape).toEqual([5, 1, 4, 4, 3]);
  expect(graph.nodes.filter(({ kernel }) => kernel === 'Conv2D')).toHaveLength(1);
  expect(graph.nodes.filter(({ kernel }) => kernel === 'Conv2DBackpropInput')).toHaveLength(1);
});

test('eachRow says when the result has nothing to do with the row', () => {
  const rows = { rows: { shape: [3, 2] }, x: { shape: [2] } };
  expect(() => trace(({ rows: all, x }) => ({ y: eachRow(all, () => tf.square(x)) }), rows)).toThrow('does not depend');
});

test('PReLU as convolutions: no PRelu is left, and slopes of any sign and size give the same numbers', async () => {
  const shape = [2, 6, 6, 16];
  const random = Random.seeded(2);
  const x = randomData(shape, random, 3);
  const slope = randomData([16], random, 2);
  const graph = trace((inputs) => ({ y: tf.prelu(inputs.x, inputs.slope) }), {
    x: { shape },
    slope: { shape: [16] },
  });
  const rewritten = preluAsConvolutions(graph);
  expect(rewritten.nodes.map(({ kernel }) => kernel)).not.toContain('Prelu');
  const session = await openSession(toOnnx(rewritten, { constants: new Map([['slope', slope]]) }), 'cpu');
  const y = floats(await session.run({ x: float32(x, shape) }), 'y');
  await session.release();
  y.forEach((value, index) => {
    const before = x[index] ?? NaN;
    expect(value).toBeCloseTo(before > 0 ? before : before * (slope[index % 16] ?? NaN), 5);
  });
});
