/**
 * The same functions on TensorFlow.js's CPU backend and through the tracer: `tiny`, forward and every gradient. Half a
 * minute on an idle machine, nearly all of it TensorFlow.js's convolutions.
 */
import { expect, test } from 'vitest';
import { IMAGE_SIDE } from '../../../../src-main/services/engine/model/config.ts';
import type { ModelConfig } from '../../../../src-main/services/engine/model/config.ts';
import { initialise } from '../../../../src-main/services/engine/model/initialise.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';
import { packed, stateLayout } from '../../../../src-main/services/engine/train/flat.ts';
import { drawNoise } from '../../../../src-main/services/engine/train/noise.ts';
import { lossAndGradients } from '../../../../src-main/services/engine/train/step.ts';
import type { GradientInput } from '../../../../src-main/services/engine/train/step.ts';
import { difference } from '../trace/compare.ts';

const batch = 2;
const config: ModelConfig = {
  size: 'tiny',
  classes: 7,
  vich: true,
  layerEmbedding: true,
  frozenBackboneBatchNorm: 'batch',
};
const layout = stateLayout(config);

test('loss, mu, statistics and every gradient', async () => {
  const weights = initialise(config, 21);
  const noise = drawNoise(Random.seeded(2), config, batch);
  const flat = (size: number): readonly number[] => [size];
  const shapes: Record<GradientInput, readonly number[]> = {
    images: [batch, 3, IMAGE_SIDE, IMAGE_SIDE],
    targets: [batch, config.classes],
    classWeights: [config.classes],
    entropyShares: [batch],
    divergenceShares: [batch],
    eps: [batch, config.classes],
    dropPath: [batch, 4],
    prior: [batch, config.classes],
    lambda: [],
    parameters: flat(layout.trainable.size),
    frozen: flat(layout.frozen.size),
    statistics: flat(layout.statistics.size),
  };
  const data = {
    // Rows that do not sum to 1.
    targets: Float32Array.from({ length: batch * config.classes }, (_, index) => (index % 8 === 0 ? 0.8 : 0.1)),
    classWeights: Float32Array.from({ length: config.classes }, (_, index) => 0.5 + 0.2 * index),
    entropyShares: Float32Array.of(0.6, 0.3),
    divergenceShares: Float32Array.of(0.7, 0.3),
    eps: noise.eps,
    dropPath: noise.dropPath,
    prior: noise.prior ?? new Float32Array(0),
    lambda: Float32Array.of(0.3),
    parameters: packed(weights, layout.trainable),
    frozen: packed(weights, layout.frozen),
    statistics: packed(weights, layout.statistics),
  };
  const errors = await difference(
    (inputs) => {
      const all = inputs as Parameters<typeof lossAndGradients>[0];
      const result = lossAndGradients(all, config, { vichKl: 'paper', labelSmoothing: 0.1 });
      return { loss: result.loss, mu: result.mu, ...named(result.gradients, 'd '), ...named(result.statistics, 's ') };
    },
    shapes,
    5,
    data,
  );
  expect(Object.keys(errors)).toHaveLength(2 + layout.trainable.entries.length + layout.statistics.entries.length);
  for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(2e-4);
}, 400_000);

function named<T>(values: ReadonlyMap<string, T>, prefix: string): Record<string, T> {
  return Object.fromEntries([...values].map(([name, value]) => [prefix + name, value]));
}
