/** The graph of small functions, in its text form, and what the tracer refuses. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import onnxProto from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import '../../../../src-main/services/engine/model/gradients.ts';
import { toOnnx } from '../../../../src-main/services/engine/trace/onnx.ts';
import { printGraph } from '../../../../src-main/services/engine/trace/print.ts';
import { trace } from '../../../../src-main/services/engine/trace/trace.ts';

/** Names of the ONNX ops of a model, in order. */
function opsOf(model: Uint8Array): string[] {
  return (onnxProto.onnx.ModelProto.decode(model).graph?.node ?? []).map((node) => node.opType ?? '');
}

describe('text form', () => {
  test('a convolution in PyTorch layouts', () => {
    const graph = trace(
      ({ x, w, b }) => {
        const pixels = tf.transpose(x, [0, 2, 3, 1]) as Tensor4D;
        const filter = tf.transpose(w, [2, 3, 1, 0]) as Tensor4D;
        return { y: tf.relu(tf.add(tf.conv2d(pixels, filter, 2, 1), b)) };
      },
      { x: { shape: [2, 3, 8, 8] }, w: { shape: [4, 3, 3, 3] }, b: { shape: [4] } },
    );
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "(x: float32[2,3,8,8], w: float32[4,3,3,3], b: float32[4]) {
        %1: float32[2,8,8,3] = Transpose(x) {perm: [0,2,3,1]}
        %2: float32[3,3,3,4] = Transpose(w) {perm: [2,3,1,0]}
        %3: float32[2,4,4,4] = Conv2D(%1, %2) {strides: [2,2], pad: 1}
        %4: float32[2,4,4,4] = Add(%3, b)
        %5: float32[2,4,4,4] = Relu(%4)
        return y = %5
      }"
    `);
    // Both transposes name layouts that the weights and the image already have: no data moves but at the end.
    expect(opsOf(toOnnx(graph))).toMatchInlineSnapshot(`
      [
        "Conv",
        "Reshape",
        "Add",
        "Relu",
        "Transpose",
      ]
    `);
  });

  test('a gradient is part of the graph', () => {
    const graph = trace(({ x, w }) => ({ dw: tf.grad((weight) => tf.sum(tf.square(tf.matMul(x, weight))))(w) }), {
      x: { shape: [5, 3] },
      w: { shape: [3, 2] },
    });
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "(x: float32[5,3], w: float32[3,2]) {
        %1: float32[5,2] = BatchMatMul(x, w) {transposeA: false, transposeB: false}
        %2: float32[5,2] = Multiply(%1, 2)
        %3: float32[3,2] = BatchMatMul(x, %2) {transposeA: true, transposeB: false}
        return dw = %3
      }"
    `);
  });
});

describe('what is not recorded', () => {
  test('an operation done twice, a neutral one, and one that nothing needs', () => {
    const graph = trace(
      ({ x }) => {
        tf.exp(x);
        const twice = tf.add(tf.square(x), tf.square(x));
        return { y: tf.mul(tf.add(tf.reshape(twice, [4]), 0), 1) };
      },
      { x: { shape: [4] } },
    );
    expect(graph.nodes.map((node) => node.kernel)).toEqual(['Square', 'Add']);
  });

  test('operations on constants', () => {
    const graph = trace(({ x }) => ({ y: tf.mul(x, tf.sqrt(tf.add(tf.scalar(7), 9))) }), { x: { shape: [2] } });
    expect(printGraph(graph)).toContain('Multiply(x, 4)');
    expect(graph.nodes).toHaveLength(1);
  });

  test('inputs that no output depends on', () => {
    const graph = trace(({ x }) => ({ y: tf.neg(x) }), { x: { shape: [1] }, unused: { shape: [1] } });
    expect(graph.inputs.map((port) => port.name)).toEqual(['x']);
  });
});

describe('what cannot be traced', () => {
  test('reading a value names the line that does', () => {
    const careless = (): unknown =>
      trace(({ x }) => (x.dataSync()[0] === 0 ? { y: x } : { y: tf.neg(x) }), { x: { shape: [1] } });
    expect(careless).toThrow(/cannot trace this function: it reads the value of a tensor.*trace\.test\.ts:\d+\)/);
  });

  test('a tensor from outside has to come in as an input', async () => {
    await tf.setBackend('cpu');
    const outside = tf.tensor1d([1]);
    expect(() => trace(({ x }) => ({ y: tf.add(x, outside) }), { x: { shape: [1] } })).toThrow(/made outside of it/);
  });

  test('a kernel without a rule is named', () => {
    expect(() => trace(({ x }) => ({ y: tf.cumsum(x) }), { x: { shape: [3] } })).toThrow(/Cumsum/);
  });

  test('tracing leaves the previous backend in place, also after a failure', async () => {
    await tf.setBackend('cpu');
    expect(() => trace(({ x }) => ({ y: tf.cumsum(x) }), { x: { shape: [3] } })).toThrow();
    expect(tf.getBackend()).toBe('cpu');
    expect([...tf.add(tf.tensor1d([1, 2]), 1).dataSync()]).toEqual([2, 3]);
  });
});
