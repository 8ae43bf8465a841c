/** Rewritten graphs compute what the function says: `eachRow`. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import '../../../../../src-main/services/engine/model/gradients.ts';
import { eachRow } from '../../../../../src-main/services/engine/trace/each-row.ts';
import { trace } from '../../../../../src-main/services/engine/trace/trace.ts';
import { difference, of } from '../compare.ts';

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
