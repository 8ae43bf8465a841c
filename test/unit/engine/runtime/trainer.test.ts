/** Training steps: they learn, can be saved and continued bit for bit, and touch what they should. */
import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, test, vi } from 'vitest';
import type { ModelConfig } from '../../../../src-main/services/engine/model/config.ts';
import { initialise } from '../../../../src-main/services/engine/model/initialise.ts';
import type { StoredTensor } from '../../../../src-main/services/engine/model/initialise.ts';
import { parameterTable } from '../../../../src-main/services/engine/model/parameters.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';
import { IMAGE_SIZE } from '../../../../src-main/services/engine/runtime/graphs.ts';
import { openTrainer } from '../../../../src-main/services/engine/runtime/trainer.ts';
import type { StepBatch, StepResult, Trainer } from '../../../../src-main/services/engine/runtime/trainer.ts';
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
    const [weights, optimizer, noise] = [await straight.weights(), await straight.optimizerState(), random.state()];
    const rest = await steps(straight, random, 2);
    const final = numbers(await straight.weights());
    await straight.dispose();

    const resumed = await openTrainer(weights, config, 'cpu', options);
    resumed.loadState(weights, optimizer);
    expect(await steps(resumed, Random.restored(noise), 2)).toEqual(rest);
    expect(numbers(await resumed.weights())).toEqual(final);
    await resumed.dispose();
  });

  test('changes every trainable tensor and the statistics, and keeps all entries in order', async () => {
    const initial = initialise(config, 3);
    const trainer = await openTrainer(initial, config, 'cpu', options);
    await steps(trainer, Random.seeded(5), 2);
    const after = await trainer.weights();
    expect([...(await trainer.optimizerState()).keys()].slice(0, 2)).toEqual(['step', 'level_embeds.exp_avg']);
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
    const initial = await trainer.weights();
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

  test('a last batch of three is exactly a batch of three: loss, parameters, moments, batch statistics', async () => {
    const part = cut(colours(), 3);
    const noise = drawNoise(Random.seeded(6), config, 3);
    const own = await openTrainer(initialise(config, 3), config, 'cpu', { ...options, batch: 3 });
    const expected = await own.step(part, noise, hyper);
    const [weights, moments] = [numbers(await own.weights()), numbers(await own.optimizerState())];
    await own.dispose();

    const larger = await openTrainer(initialise(config, 3), config, 'cpu', options);
    expect(await larger.step(part, noise, hyper)).toEqual(expected);
    expect(numbers(await larger.weights())).toEqual(weights);
    expect(numbers(await larger.optimizerState())).toEqual(moments);
    await larger.dispose();
  });

  test('accumulation keeps the batch: two halves that look alike step as the whole does', async () => {
    // Batch norms see a half at a time; equal halves have the statistics of the whole.
    const half = cut(colours(), 2);
    const both: StepBatch = { images: twice(half.images), targets: twice(half.targets) };
    const noise = drawNoise(Random.seeded(6), config, 2);
    const alike = { eps: twice(noise.eps), dropPath: twice(noise.dropPath) };
    const gentle = { ...hyper, momentum: 0.9 };
    const run = async (accumulate: number): Promise<[StepResult, Map<string, StoredTensor>]> => {
      const trainer = await openTrainer(initialise(config, 3), config, 'cpu', {
        ...options,
        accumulate,
        optimizer: 'sgd',
      });
      const result = await trainer.step(both, alike, gentle);
      const after = await trainer.weights();
      await trainer.dispose();
      return [result, after];
    };
    const [whole, parts] = [await run(1), await run(2)];
    expect(parts[0].loss).toBeCloseTo(whole[0].loss, 5);
    expect(parts[0].mu).toHaveLength(whole[0].mu.length);
    for (const { name, role } of parameterTable(config)) {
      if (role !== 'trainable') continue;
      expect(furthest(parts[1].get(name), whole[1].get(name)), name).toBeLessThan(2e-6);
    }
    expect(parts[1].get('ir_back.input_layer.1.num_batches_tracked')?.data).toEqual(BigInt64Array.of(2n));
  });

  test('SAM that looks nowhere is its optimizer; one that looks far is not', async () => {
    const noise = drawNoise(Random.seeded(6), config, batch);
    const gentle = { ...hyper, momentum: 0.9 };
    const after = async (sam: boolean, rho: number): Promise<Map<string, StoredTensor>> => {
      const trainer = await openTrainer(initialise(config, 3), config, 'cpu', { ...options, sam, optimizer: 'sgd' });
      const { loss, perturbedLoss } = await trainer.step(colours(), noise, { ...gentle, rho });
      if (sam && rho > 0) expect(perturbedLoss).toBeGreaterThan(loss);
      const weights = await trainer.weights();
      await trainer.dispose();
      return weights;
    };
    const [plain, still, far] = [await after(false, 0), await after(true, 0), await after(true, 0.5)];
    const name = 'VIT.head_vae.fc_mu.weight';
    expect(furthest(still.get(name), plain.get(name))).toBeLessThan(1e-6);
    expect(furthest(far.get(name), plain.get(name))).toBeGreaterThan(1e-5);
    // Both passes move the running statistics, as in the authors' code.
    expect(still.get('ir_back.input_layer.1.num_batches_tracked')?.data).toEqual(BigInt64Array.of(2n));
  });

  test('leaves what is frozen by name as it is, and its batch norms by their running statistics where asked', async () => {
    const freeze = ['ir_back.body2', 'embed_*.weight'];
    for (const frozenBackboneBatchNorm of ['batch', 'eval'] as const) {
      const part: ModelConfig = { ...config, freeze, frozenBackboneBatchNorm };
      const initial = initialise(config, 3);
      const trainer = await openTrainer(initial, part, 'cpu', options);
      await steps(trainer, Random.seeded(4), 2);
      const [after, optimizer] = [await trainer.weights(), await trainer.optimizerState()];
      await trainer.dispose();
      expect([...after.keys()]).toEqual([...initial.keys()]);
      const isFrozen = (name: string): boolean => /^ir_back\.body2\.|^embed_.\.\d\.weight$/.test(name);
      const seen = { frozen: 0, free: 0, buffers: 0 };
      for (const { name, role, dtype } of parameterTable(config)) {
        const moved = furthest(after.get(name), initial.get(name)) > 0;
        if (role === 'trainable') {
          expect(moved, name).toBe(!isFrozen(name));
          expect(optimizer.has(`${name}.exp_avg`), name).toBe(!isFrozen(name));
          seen[isFrozen(name) ? 'frozen' : 'free'] += 1;
        } else if (role === 'buffer' && name.startsWith('ir_back.body')) {
          const keeps = frozenBackboneBatchNorm === 'eval' && name.startsWith('ir_back.body2.');
          expect(moved, `${name} ${dtype}`).toBe(!keeps);
          seen.buffers += 1;
        }
      }
      expect(seen.frozen).toBeGreaterThan(15);
      expect(seen.free).toBeGreaterThan(80);
      expect(seen.buffers).toBeGreaterThan(15);
    }
  });

  test('a rate of 0 for a part leaves it, half a rate moves it half as far', async () => {
    const initial = initialise(config, 3);
    const after = async (rate: number): Promise<Map<string, StoredTensor>> => {
      const rateOf = (name: string): number => (name.startsWith('ir_back.') ? rate : 1);
      const trainer = await openTrainer(initial, config, 'cpu', { ...options, rateOf });
      await steps(trainer, Random.seeded(4), 1);
      const weights = await trainer.weights();
      await trainer.dispose();
      return weights;
    };
    const [none, half, whole] = [await after(0), await after(0.5), await after(1)];
    const conv = 'ir_back.body1.0.res_layer.1.weight';
    expect(none.get(conv)).toEqual(initial.get(conv));
    const [short, long] = [furthest(half.get(conv), initial.get(conv)), furthest(whole.get(conv), initial.get(conv))];
    expect(short / long).toBeCloseTo(0.5, 3);
    const head = 'VIT.head_vae.fc_mu.weight';
    expect(half.get(head)).toEqual(whole.get(head));
  });

  test('an averaged copy follows the weights as by hand, and goes on from a saved state bit for bit', async () => {
    const averaging = { ...options, average: true };
    const trainer = await openTrainer(initialise(config, 3), config, 'cpu', averaging);
    const noise = (): ReturnType<typeof drawNoise> => drawNoise(Random.seeded(6), config, batch);
    const step = (one: Trainer) => one.step(colours(), noise(), { ...hyper, emaDecay: 0.2 });
    const names = ['ir_back.body1.0.res_layer.1.weight', 'ir_back.input_layer.1.running_mean'] as const;
    const byHand = new Map(names.map((name) => [name, numbersOf(initialise(config, 3).get(name))]));
    // min(0.2, (1 + n) / (10 + n)) after n steps.
    for (const decay of [2 / 11, 0.2, 0.2]) {
      await step(trainer);
      const latest = await trainer.weights();
      for (const name of names) {
        const fresh = numbersOf(latest.get(name));
        byHand.set(
          name,
          (byHand.get(name) ?? []).map((old, index) => decay * old + (1 - decay) * (fresh[index] ?? NaN)),
        );
      }
    }
    const averaged = await trainer.averaged();
    for (const name of names) {
      const expected = byHand.get(name) ?? [];
      numbersOf(averaged.get(name)).forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 6));
      expect(averaged.get(name)).not.toEqual((await trainer.weights()).get(name));
    }
    const saved = [await trainer.weights(), await trainer.optimizerState()] as const;
    await step(trainer);
    const straight = await trainer.averaged();
    await trainer.dispose();

    const resumed = await openTrainer(initialise(config, 8), config, 'cpu', averaging);
    resumed.loadState(...saved);
    await step(resumed);
    expect(numbers(await resumed.averaged())).toEqual(numbers(straight));
    await resumed.dispose();
  });

  test('clips by the global norm, and no hyperparameter needs a new graph', async () => {
    const opened = vi.spyOn(InferenceSession, 'create');
    const initial = initialise(config, 3);
    const trainer = await openTrainer(initial, config, 'cpu', { ...options, optimizer: 'sgd', clip: true });
    for (const [lr, clipNorm, lambda] of [
      [1, 0.01, 0.1],
      [0.5, 0.02, 0],
      [2, 0.001, 7],
    ] as const) {
      trainer.loadState(initial);
      const noise = drawNoise(Random.seeded(6), config, batch);
      await trainer.step(colours(), noise, { lr, weightDecay: 0, lambda, clipNorm });
      const after = await trainer.weights();
      let squares = 0;
      for (const { name, role } of parameterTable(config)) {
        if (role !== 'trainable') continue;
        const [old, fresh] = [numbersOf(initial.get(name)), numbersOf(after.get(name))];
        fresh.forEach((value, index) => (squares += (value - (old[index] ?? 0)) ** 2));
      }
      // With SGD the parameters move by lr times the clipped gradient.
      expect(Math.sqrt(squares) / (lr * clipNorm)).toBeCloseTo(1, 2);
    }
    await trainer.dispose();
    expect(opened).toHaveBeenCalledTimes(1);
    opened.mockRestore();
  });
});

function numbersOf(tensor: StoredTensor | undefined): number[] {
  return Array.from(tensor?.data ?? [], Number);
}

/** The first images of a batch. */
function cut({ images, targets }: StepBatch, count: number): StepBatch {
  return { images: images.slice(0, count * IMAGE_SIZE), targets: targets.slice(0, count * config.classes) };
}

function twice(values: Float32Array): Float32Array {
  const both = new Float32Array(2 * values.length);
  both.set(values);
  both.set(values, values.length);
  return both;
}

function furthest(a: StoredTensor | undefined, b: StoredTensor | undefined): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  expect(left.length).toBe(right.length);
  return left.reduce((most, value, index) => Math.max(most, Math.abs(value - (right[index] ?? NaN))), 0);
}
