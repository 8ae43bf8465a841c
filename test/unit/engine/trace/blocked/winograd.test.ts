/** 3x3 convolutions with fewer products, and batch norms that become part of a filter: the same numbers, from other nodes. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import onnxProto from 'onnx-proto';
import { describe, expect, test } from 'vitest';
import '../../../../../src-main/services/engine/model/gradients.ts';
import { Random } from '../../../../../src-main/services/engine/random.ts';
import { nchwcBlock } from '../../../../../src-main/services/engine/runtime/block.ts';
import { float32, floats, openSession } from '../../../../../src-main/services/engine/runtime/session.ts';
import { toOnnx } from '../../../../../src-main/services/engine/trace/onnx.ts';
import { trace } from '../../../../../src-main/services/engine/trace/trace.ts';
import { difference, of, randomData } from '../compare.ts';
import type { TracedFunction } from '../compare.ts';

const block = await nchwcBlock();
const pixels = (x: Tensor): Tensor4D => tf.transpose(x, [0, 2, 3, 1]) as Tensor4D;
const filter = (w: Tensor): Tensor4D => tf.transpose(w, [2, 3, 1, 0]) as Tensor4D;

/** What the nodes of a model are, with the sides of a convolution's filter. */
function nodesOf(model: Uint8Array): string[] {
  const { graph } = onnxProto.onnx.ModelProto.decode(model);
  return (graph?.node ?? []).map(({ opType, attribute }) => {
    const window = attribute?.find(({ name }) => name === 'kernel_shape')?.ints ?? [];
    return [opType, ...(window.length > 0 ? [window.map(String).join('x')] : [])].join(' ');
  });
}

function modelOf(fn: TracedFunction, shapes: Readonly<Record<string, readonly number[]>>): Uint8Array {
  const specs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }]));
  return toOnnx(trace(fn, specs), { block });
}

const convolve: TracedFunction = (inputs) => ({
  y: tf.conv2d(pixels(of(inputs, 'x')), filter(of(inputs, 'w')), 1, 1),
});

describe.skipIf(block === null)('convolutions by Winograd (skipped: no blocked layout on this processor)', () => {
  test.each([
    { height: 14, width: 14 },
    { height: 7, width: 7 },
    { height: 2, width: 5 },
    { height: 9, width: 4 },
    { height: 1, width: 1 },
  ])('a map of $height by $width', async ({ height, width }) => {
    const shapes = { x: [2, 64, height, width], w: [72, 64, 3, 3] };
    expect(nodesOf(modelOf(convolve, shapes)).filter((op) => op === 'Conv 1x1')).toHaveLength(16);
    expect(nodesOf(modelOf(convolve, shapes))).not.toContain('Conv 3x3');
    expect((await difference(convolve, shapes, 1, {}, { block }))['y']).toBeLessThan(1e-5);
  });

  test('its gradient by the input is another one', async () => {
    const shapes = { x: [1, 64, 6, 7], w: [64, 64, 3, 3] };
    const fn: TracedFunction = (inputs) => ({
      dx: tf.grad((x) => tf.sum(tf.square(tf.conv2d(pixels(x), filter(of(inputs, 'w')), 1, 1))))(of(inputs, 'x')),
    });
    expect(nodesOf(modelOf(fn, shapes)).filter((op) => op === 'Conv 1x1')).toHaveLength(32);
    expect((await difference(fn, shapes, 2, {}, { block }))['dx']).toBeLessThan(1e-5);
  });

  test('few channels, strides and maps beyond the caches stay as they are', () => {
    const strided: TracedFunction = (inputs) => ({
      y: tf.conv2d(pixels(of(inputs, 'x')), filter(of(inputs, 'w')), 2, 1),
    });
    expect(nodesOf(modelOf(convolve, { x: [1, 32, 8, 8], w: [64, 32, 3, 3] }))).toContain('Conv 3x3');
    expect(nodesOf(modelOf(strided, { x: [1, 64, 8, 8], w: [64, 64, 3, 3] }))).toContain('Conv 3x3');
    expect(nodesOf(modelOf(convolve, { x: [8, 64, 112, 112], w: [64, 64, 3, 3] }))).toContain('Conv 3x3');
  });
});

describe.skipIf(block === null)('batch norms in filters (skipped: no blocked layout on this processor)', () => {
  const shapes = { x: [2, 16, 6, 6], w: [24, 16, 3, 3], a: [24], b: [24], other: [2, 24, 6, 6] };
  const norm = (inputs: Readonly<Record<string, Tensor>>, y: Tensor4D): Tensor4D => {
    const [scale, shift] = [of(inputs, 'a') as Tensor1D, of(inputs, 'b') as Tensor1D];
    return tf.batchNorm(y, shift, tf.add<Tensor1D>(tf.square(shift), 0.5), scale, shift, 1e-5);
  };
  const cases: Readonly<Record<string, { fn: TracedFunction; passes: number }>> = {
    'behind a convolution': {
      fn: (inputs) => ({ y: norm(inputs, convolve(inputs)['y'] as Tensor4D) }),
      passes: 0,
    },
    'behind it, before a residual': {
      fn: (inputs) => ({ y: tf.add(norm(inputs, convolve(inputs)['y'] as Tensor4D), pixels(of(inputs, 'other'))) }),
      passes: 0,
    },
    'not where the result is read as it is, too': {
      fn: (inputs) => {
        const y = convolve(inputs)['y'] as Tensor4D;
        return { y: tf.mul(tf.sigmoid(y), norm(inputs, y)) };
      },
      passes: 1,
    },
  };

  test.each(Object.entries(cases))('%s', async (_, { fn, passes }) => {
    const random = Random.seeded(4);
    const data = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, randomData(shape, random)]));
    const specs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }]));
    const constants = new Map(['w', 'a', 'b'].map((name) => [name, data[name] ?? new Float32Array()]));
    const graph = trace(fn, specs);
    const model = toOnnx(graph, { block, constants });
    expect(nodesOf(model).filter((op) => op === 'Conv 1x1')).toHaveLength(passes);
    const session = await openSession(model, 'cpu');
    const feeds = graph.inputs
      .filter(({ name }) => !constants.has(name))
      .map(({ name, value }) => [name, float32(data[name] ?? new Float32Array(), value.shape)] as const);
    const y = floats(await session.run(Object.fromEntries(feeds)), 'y');
    await session.release();
    await tf.setBackend('cpu');
    const tensors = Object.entries(shapes).map(([name, shape]) => [name, tf.tensor(data[name] ?? [], shape)] as const);
    const expected = await fn(Object.fromEntries(tensors))['y']?.data();
    expect(expected).toHaveLength(y.length);
    y.forEach((value, place) => expect(value).toBeCloseTo(Number(expected?.[place]), 4));
  });
});
