import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { sizeTable, type ModelConfig } from '../../../../src-main/services/engine/model/config.ts';
import { batchNorm } from '../../../../src-main/services/engine/model/norm.ts';
import { difference, of, type TracedFunction } from '../trace/compare.ts';

const config: ModelConfig = {
  ...{ size: 'tiny', classes: 7, vich: true, layerEmbedding: true },
  frozenBackboneBatchNorm: 'batch',
};

/** Two channels in training mode, and what becomes of their running estimates. */
const step: TracedFunction = (inputs) => {
  const statistics = new Map<string, Tensor>();
  const net = {
    ...{ config, size: sizeTable('tiny'), prefix: '' },
    weight: (name: string) => of(inputs, name),
    mode: { kind: 'train', dropPath: null, statistics } as const,
  };
  const y = batchNorm(net, 'n', of(inputs, 'x'));
  const [mean, variance] = [statistics.get('n.running_mean'), statistics.get('n.running_var')];
  if (mean === undefined || variance === undefined) throw new Error('There are no statistics.');
  return { y, mean, variance };
};
const layer = { 'n.weight': [1, 2], 'n.bias': [0, 1], 'n.running_mean': [0, 0], 'n.running_var': [1, 4] };

async function run(x: readonly number[]): Promise<Record<string, number[]>> {
  await tf.setBackend('cpu');
  const numbers = { ...layer, x };
  const shapes = { 'n.weight': [2], 'n.bias': [2], 'n.running_mean': [2], 'n.running_var': [2], x: [x.length / 2, 2] };
  const data = Object.fromEntries(Object.entries(numbers).map(([name, list]) => [name, Float32Array.from(list)]));
  // As a graph and op by op the same.
  for (const off of Object.values(await difference(step, shapes, 1, data))) expect(off).toBeLessThan(1e-6);
  const outputs = step({
    ...Object.fromEntries(Object.entries(layer).map(([k, v]) => [k, tf.tensor1d(v)])),
    x: tf.tensor2d([...x], [x.length / 2, 2]),
  });
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, [...tensor.dataSync()]]));
}

it('a batch moves the running estimates by a tenth, the variance unbiased, as torch.nn.BatchNorm1d', async () => {
  const { y, mean, variance } = await run([1, 10, 3, 10, 5, 16]);
  // Channel 0: mean 3, biased variance 8/3, unbiased 4; channel 1: mean 12, biased 8, unbiased 12.
  [0.3, 1.2].forEach((value, at) => expect(mean?.[at]).toBeCloseTo(value, 5));
  [0.9 + 0.4, 3.6 + 1.2].forEach((value, at) => expect(variance?.[at]).toBeCloseTo(value, 5));
  expect(y?.[0]).toBeCloseTo(-2 / Math.sqrt(8 / 3 + 1e-5), 5);
});

it('one value a channel has no variance: the running one stays, and nothing becomes NaN', async () => {
  const { y, mean, variance } = await run([5, 7]);
  expect(y).toEqual([0, 1]);
  [0.5, 0.7].forEach((value, at) => expect(mean?.[at]).toBeCloseTo(value, 6));
  [1, 4].forEach((value, at) => expect(variance?.[at]).toBeCloseTo(value, 6));
});
