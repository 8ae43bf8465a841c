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
import type { StepInput } from '../../../../src-main/services/engine/train/step.ts';
import { difference, of } from '../trace/compare.ts';

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
  const shapes: Record<
    Exclude<StepInput, 'mean' | 'square' | 'stepSize' | 'correction' | 'decay'>,
    readonly number[]
  > = {
    images: [batch, 3, IMAGE_SIDE, IMAGE_SIDE],
    targets: [batch, config.classes],
    weights: [batch],
    eps: [batch, config.classes],
    dropPath: [batch, 4],
    prior: [batch, config.classes],
    lambda: [],
    parameters: flat(layout.trainable.size),
    frozen: flat(layout.frozen.size),
    statistics: flat(layout.statistics.size),
  };
  const data = {
    targets: Float32Array.from({ length: batch * config.classes }, (_, index) => (index % 8 === 0 ? 0.8 : 0.1)),
    weights: Float32Array.of(1, 0.5),
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
      const one = of(inputs, 'lambda');
      const scalars = { stepSize: one, correction: one, decay: one, mean: one, square: one };
      const all = { ...scalars, ...inputs } as Parameters<typeof lossAndGradients>[0];
      const result = lossAndGradients(all, config, { batch, vichKl: 'paper', labelSmoothing: 0.1 });
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
