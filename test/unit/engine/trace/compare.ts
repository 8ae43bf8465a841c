/** Runs one function both ways: on TensorFlow.js's own CPU backend, and traced, lowered and run by ONNX Runtime. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { float32, floats, openSession } from '../../../../src-main/services/engine/runtime/session.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';
import { toOnnx } from '../../../../src-main/services/engine/trace/onnx.ts';
import type { OnnxOptions } from '../../../../src-main/services/engine/trace/onnx.ts';
import { trace } from '../../../../src-main/services/engine/trace/trace.ts';

export type TracedFunction = (inputs: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>;
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** A tensor of the inputs, which the test knows to be there. */
export function of(inputs: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const tensor = inputs[name];
  if (!tensor) throw new Error(`the test has no input ${name}`);
  return tensor;
}

export function randomData(shape: readonly number[], random: Random, scale = 1): Float32Array {
  const count = shape.reduce((product, side) => product * side, 1);
  return Float32Array.from({ length: count }, () => scale * (2 * random.uniform() - 1));
}

/**
 * The largest difference between the two ways, for each output, relative to the largest magnitude (at least 1).
 * @param data numbers of the inputs; random ones by default.
 * @param options of the lowering.
 */
export async function difference(
  fn: TracedFunction,
  shapes: Shapes,
  seed: number,
  data: Readonly<Record<string, Float32Array>> = {},
  options: Pick<OnnxOptions, 'block'> = {},
): Promise<Record<string, number>> {
  const random = Random.seeded(seed);
  const values = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, data[name] ?? randomData(shape, random)]),
  );
  await tf.setBackend('cpu');
  const tensors = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, tf.tensor(values[name] ?? [], [...shape], 'float32')]),
  );
  const expected = fn(tensors);
  const graph = trace(fn, Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }])));
  const session = await openSession(toOnnx(graph, options), 'cpu');
  const feeds: Record<string, ReturnType<typeof float32>> = {};
  for (const { name, value } of graph.inputs) feeds[name] = float32(values[name] ?? new Float32Array(), value.shape);
  const actual = await session.run(feeds);
  await session.release();
  const differences: Record<string, number> = {};
  for (const [name, tensor] of Object.entries(expected)) {
    const [reference, got] = [await tensor.data(), floats(actual, name)];
    if (reference.length !== got.length) throw new Error(`${name} has ${got.length} elements, not ${reference.length}`);
    let [largest, scale] = [0, 1];
    reference.forEach((value, index) => {
      const off = Math.abs(Number(value) - (got[index] ?? NaN));
      if (!(off <= largest)) largest = off;
      scale = Math.max(scale, Math.abs(Number(value)));
    });
    differences[name] = largest / scale;
  }
  return differences;
}
