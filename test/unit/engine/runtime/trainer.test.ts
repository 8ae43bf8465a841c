/** Training steps: they learn, can be saved and continued bit for bit, and touch what they should. */
import { describe, expect, test, vi } from 'vitest';
import type { ModelConfig } from '../../../../src-main/services/engine/model/config.ts';
import { initialise } from '../../../../src-main/services/engine/model/initialise.ts';
import type { StoredTensor } from '../../../../src-main/services/engine/model/initialise.ts';
import { parameterTable } from '../../../../src-main/services/engine/model/parameters.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';
import { IMAGE_SIZE } from '../../../../src-main/services/engine/runtime/graphs.ts';
import { openTrainer } from '../../../../src-main/services/engine/runtime/trainer.ts';
import type { StepBatch, Trainer } from '../../../../src-main/services/engine/runtime/trainer.ts';
import { drawNoise } from '../../../../src-main/services/engine/train/noise.ts';

// Seconds on an idle machine; a busy one may take many times that.
vi.setConfig({ testTimeout: 300_000 });

const config: ModelConfig = {
  size: 'tiny',
  classes: 7,
  vich: true,
  layerEmbedding: true,
  frozenBackboneBatchNorm: 'batch',
};
const batch = 4;
const options = { batch, vichKl: 'paper' } as const;
const hyper = { lr: 1e-3, weightDecay: 1e-4, lambda: 0.01 };

/** Four images that differ in colour, each of a class of its own. */
function colours(): StepBatch {
  const random = Random.seeded(1);
  const images = new Float32Array(batch * IMAGE_SIZE);
  const targets = new Float32Array(batch * config.classes);
  for (let sample = 0; sample < batch; sample += 1) {
    for (let index = 0; index < IMAGE_SIZE; index += 1) {
      const channel = Math.floor(index / (IMAGE_SIZE / 3));
      images[sample * IMAGE_SIZE + index] = (channel === sample ? 2 : -1) + 0.1 * random.normal();
    }
    targets[sample * config.classes + sample] = 1;
  }
  return { images, targets };
}

async function steps(trainer: Trainer, random: Random, count: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = 0; step < count; step += 1) {
    losses.push((await trainer.step(colours(), drawNoise(random, config, batch), hyper)).loss);
  }
  return losses;
}

const numbers = (tensors: Map<string, StoredTensor>): [string, StoredTensor['data']][] =>
  [...tensors].map(([name, tensor]) => [name, tensor.data]);

describe('openTrainer', () => {
  test('learns four images', async () => {
    const trainer = await openTrainer(initialise(config, 3), config, 'cpu', options);
    const losses = await steps(trainer, Random.seeded(2), 40);
    await trainer.dispose();
    const mean = (part: number[]): number => part.reduce((sum, loss) => sum + loss, 0) / part.length;
    expect(losses[0]).toBeGreaterThan(1.5);
    expect(mean(losses.slice(-5))).toBeLessThan(0.6);
  });

  test('continued from a saved state it gives the bits of the straight run', async () => {
    const straight = await openTrainer(initialise(config, 3), config, 'cpu', options);
    const random = Random.seeded(4);
    await steps(straight, random, 2);
    const [weights, optimizer, noise] = [straight.weights(), straight.optimizerState(), random.state()];
    const rest = await steps(straight, random, 2);
    const final = numbers(straight.weights());
    await straight.dispose();

    const resumed = await openTrainer(weights, config, 'cpu', options);
    resumed.loadState(weights, optimizer);
    expect(await steps(resumed, Random.restored(noise), 2)).toEqual(rest);
    expect(numbers(resumed.weights())).toEqual(final);
    await resumed.dispose();
  });

  test('changes every trainable tensor and the statistics, and keeps all entries in order', async () => {
    const initial = initialise(config, 3);
    const trainer = await openTrainer(initial, config, 'cpu', options);
    await steps(trainer, Random.seeded(5), 2);
    const after = trainer.weights();
    expect([...trainer.optimizerState().keys()].slice(0, 2)).toEqual(['step', 'level_embeds.exp_avg']);
    await trainer.dispose();
    expect([...after.keys()]).toEqual(parameterTable(config).map((spec) => spec.name));
    for (const { name, role } of parameterTable(config)) {
      const fixed = name.endsWith('.relative_position_index');
      const same = JSON.stringify(numbersOf(initial.get(name))) === JSON.stringify(numbersOf(after.get(name)));
      expect(same, `${name} (${role})`).toBe(fixed);
    }
    expect(after.get('ir_back.input_layer.1.num_batches_tracked')?.data).toEqual(BigInt64Array.of(2n));
  });

  test('a sample of weight 0 leaves the loss alone', async () => {
    const trainer = await openTrainer(initialise(config, 3), config, 'cpu', options);
    const initial = trainer.weights();
    const noise = drawNoise(Random.seeded(6), config, batch);
    const still = { lr: 0, weightDecay: 0, lambda: 0 };
    const weights = Float32Array.of(1, 1, 1, 0);
    const plain = colours();
    const relabelled = { ...plain, targets: plain.targets.slice() };
    relabelled.targets.copyWithin(3 * config.classes, 0, config.classes);
    const first = await trainer.step({ ...plain, weights }, noise, still);
    trainer.loadState(initial);
    const second = await trainer.step({ ...relabelled, weights }, noise, still);
    await trainer.dispose();
    expect(second.loss).toBe(first.loss);
    expect(second.mu).toEqual(first.mu);
  });
});

function numbersOf(tensor: StoredTensor | undefined): number[] {
  return Array.from(tensor?.data ?? [], Number);
}
