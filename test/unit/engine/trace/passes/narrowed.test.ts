/** A gradient by one of several joined maps: only its rows go back through the layers that look at rows one by one. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import '../../../../../src-main/services/engine/model/gradients.ts';
import { explanationProgram } from '../../../../../src-main/services/engine/explain/gradcam.ts';
import type { GraphNode } from '../../../../../src-main/services/engine/trace/graph.ts';
import { graphOf } from '../../../../../src-main/services/engine/trace/program.ts';
import { trace } from '../../../../../src-main/services/engine/trace/trace.ts';
import { difference, of } from '../compare.ts';
import type { TracedFunction } from '../compare.ts';

/** One head of attention and a layer behind it, over three maps that were joined; the gradient by the last map. */
const attention: TracedFunction = (inputs) => {
  const [first, second, wq, wk, wv] = ['first', 'second', 'wq', 'wk', 'wv'].map((name) => of(inputs, name));
  const project = (x: Tensor, w: Tensor | undefined): Tensor =>
    tf.reshape(tf.matMul(tf.reshape(x, [-1, 6]), w ?? x), [1, 9, 6]);
  const score = (last: Tensor): Tensor => {
    const x: Tensor3D = tf.mul(tf.concat([first ?? last, second ?? last, last], 1), 2);
    const mixed = tf.matMul(tf.softmax(tf.matMul(project(x, wq), project(x, wk), false, true)), project(x, wv));
    return tf.sum(tf.square(tf.add(x, mixed)));
  };
  return { gradient: tf.grad(score)(of(inputs, 'last')) };
};
const shapes = { first: [1, 2, 6], second: [1, 3, 6], last: [1, 4, 6], wq: [6, 6], wk: [6, 6], wv: [6, 6] };

const rowsOf = (nodes: readonly GraphNode[]): number[] =>
  nodes.flatMap(({ kernel, inputs: [a], outputs: [y] }) =>
    kernel === 'BatchMatMul' && a?.shape.length === 2 ? [y?.shape[0] ?? 0] : [],
  );

test('goes back for the rows of that map alone, with the same numbers', async () => {
  const specs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }]));
  const { nodes } = trace(attention, specs);
  // Forward: queries, keys and values of 9 rows; back: of 4.
  expect(rowsOf(nodes).toSorted((a, b) => b - a)).toEqual([9, 9, 9, 4, 4, 4]);
  expect(nodes.map(({ kernel }) => kernel)).not.toContain('SplitV');
  for (const seed of [1, 2, 3]) expect((await difference(attention, shapes, seed))['gradient']).toBeLessThan(3e-6);
});

test('all parts read: all rows', () => {
  const all: TracedFunction = (inputs) => {
    const parts = ['first', 'second'].map((name) => of(inputs, name));
    const square = (...given: Tensor[]): Tensor => tf.sum(tf.square(tf.mul(tf.concat(given, 1), 3)));
    const [a, b] = tf.grads(square)(parts);
    return { a: a ?? tf.zeros([0]), b: b ?? tf.zeros([0]) };
  };
  const { nodes } = trace(all, { first: { shape: [1, 2, 6] }, second: { shape: [1, 3, 6] } });
  expect(nodes.map(({ kernel }) => kernel)).toContain('SplitV');
});

test('Grad-CAM takes 49 of 148 tokens back through queries, keys and values', () => {
  const graph = graphOf(
    explanationProgram({
      ...{ size: 'tiny', classes: 7, vich: true, layerEmbedding: true },
      frozenBackboneBatchNorm: 'batch',
    }),
  );
  const taken = graph.nodes.flatMap(({ kernel, outputs: [y] }) => (kernel === 'BatchMatMul' && y ? [y.shape] : []));
  const perToken = taken.filter(([classes, tokens]) => classes === 7 && tokens === 49);
  expect(perToken.length).toBeGreaterThanOrEqual(3);
});
