/** Head-only training: gradients against differences of the loss, folds, and what a head learns. */
import { describe, expect, it } from 'vitest';
import type { HeadPlan } from '../../../../src-main/services/engine/interface.ts';
import { sizeTable } from '../../../../src-main/services/engine/model/config.ts';
import type { ModelConfig } from '../../../../src-main/services/engine/model/config.ts';
import { initialise } from '../../../../src-main/services/engine/model/initialise.ts';
import type { StoredTensor } from '../../../../src-main/services/engine/model/initialise.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';
import { HeadTrainer } from '../../../../src-main/services/engine/runtime/head-trainer.ts';
import { crossValidation, trainHeads } from '../../../../src-main/services/engine/train/head-loop.ts';
import { SEVEN } from '../../../../src-shared/domain/expression.ts';
import { argmax } from '../../../../src-shared/metrics/vich.ts';

const config: ModelConfig = {
  size: 'tiny',
  classes: 7,
  vich: true,
  layerEmbedding: true,
  frozenBackboneBatchNorm: 'batch',
};
const { width } = sizeTable('tiny').vit;
const isHead = (name: string): boolean => name.startsWith('VIT.head');
const random = Random.seeded(5);
const normals = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal());
const nobody = new AbortController().signal;

describe('a step of the head', () => {
  const batch = 6;
  const features = normals(batch * width);
  const targets = Float32Array.from({ length: batch * 7 }, () => random.uniform());
  const noise = { eps: normals(batch * 7), dropPath: new Float32Array(batch * 4), prior: normals(batch * 7) };
  const hyper = { lr: 1, weightDecay: 0, lambda: 0.3 };

  it.each(['paper', 'official'] as const)('goes down the slope of the loss, KL of the %s', async (vichKl) => {
    const weights = initialise(config, 1, isHead);
    const trainer = new HeadTrainer(config, { vichKl, labelSmoothing: 0.1, optimizer: 'sgd' }, 'cpu');
    const step = async (from: Map<string, StoredTensor>): Promise<number> => {
      trainer.start(from);
      return trainer.step({ features, targets }, noise, hyper);
    };
    await step(weights);
    const after = await trainer.weights();
    for (const [name, index] of [
      ['VIT.head_vae.fc_mu.weight', 2 * width + 5],
      ['VIT.head_vae.fc_logvar.weight', 11],
      ['VIT.head_vae.fc_logvar.bias', 3],
    ] as const) {
      const before = weights.get(name);
      const moved = after.get(name);
      if (before?.dtype !== 'float32' || moved?.dtype !== 'float32') throw new Error(`no ${name}`);
      const at = async (change: number): Promise<number> => {
        const data = before.data.slice();
        data[index] = (data[index] ?? NaN) + change;
        return step(new Map([...weights, [name, { ...before, data }]]));
      };
      const slope = ((await at(0.02)) - (await at(-0.02))) / 0.04;
      // Plain gradient descent with learning rate 1: what the parameter moved by is its gradient.
      const gradient = (before.data[index] ?? NaN) - (moved.data[index] ?? NaN);
      expect(Math.abs(gradient)).toBeGreaterThan(1e-3);
      expect(Math.abs(gradient - slope)).toBeLessThan(2e-3 * Math.max(1, Math.abs(slope)));
    }
    await trainer.dispose();
  });
});

describe('cross-validation', () => {
  const labels = Array.from({ length: 103 }, (_, row) => (row < 9 ? 1 : 0));

  it('judges every image once, by a head that did not see it, each fold with its share of each class', () => {
    const rounds = crossValidation(labels, 3, 7);
    expect(rounds.flatMap(({ judge }) => [...judge]).toSorted((a, b) => a - b)).toEqual(labels.map((_, row) => row));
    for (const { train, judge } of rounds) {
      expect(train.length + judge.length).toBe(labels.length);
      expect(train.some((row) => judge.includes(row))).toBe(false);
      expect([...judge].filter((row) => labels[row] === 1)).toHaveLength(3);
    }
    expect(crossValidation(labels, 3, 7)).toEqual(rounds);
    expect(crossValidation(labels, 3, 8)).not.toEqual(rounds);
  });

  it('finds wrong labels: heads trained on the other folds contradict them', async () => {
    const count = 210;
    const truth = Array.from({ length: count }, (_, row) => row % 7);
    const wrong = new Set([3, 50, 111, 160, 204]);
    const given = truth.map((label, row) => (wrong.has(row) ? (label + 2) % 7 : label));
    const centres = normals(7 * width);
    const features = normals(count * width).map((noise, index) => {
      const label = truth[Math.floor(index / width)] ?? 0;
      return 0.5 * noise + (centres[label * width + (index % width)] ?? 0);
    });
    const targets = new Float32Array(count * 7);
    given.forEach((label, row) => (targets[row * 7 + label] = 1));
    const plan: HeadPlan = {
      ...{ checkpoint: '', device: 'cpu', features, targets, classes: SEVEN, start: 'fresh', out: null },
      rounds: crossValidation(given, 5, 1),
      settings: {
        ...{ vich: true, epochs: 4, batch: 16, learningRate: 0.01, gamma: 0.98, weightDecay: 1e-4, lambda: 0.001 },
        ...{ vichKl: 'paper', labelSmoothing: 0, seed: 1, optimizer: 'adamw', momentum: 0, clipNorm: 0 },
        ...{ classWeights: 'balanced', targets: 'hard' },
      },
    };
    const run = async (): Promise<{ mu: Float32Array; losses: number[] }> => {
      const trainer = new HeadTrainer(config, { vichKl: 'paper' }, 'cpu');
      const losses: number[] = [];
      const start = initialise(config, 1, isHead);
      const tell = ({ loss }: { loss: number }): Promise<void> => Promise.resolve(void losses.push(loss));
      const { mu } = await trainHeads(plan, config, trainer, start, tell, nobody);
      await trainer.dispose();
      return { mu, losses };
    };
    const { mu, losses } = await run();
    expect(losses).toHaveLength(20);
    expect(losses[3]).toBeLessThan((losses[0] ?? 0) / 2);
    const predicted = truth.map((_, row) => argmax(mu.subarray(row * 7, (row + 1) * 7)));
    expect(predicted).toEqual(truth);
    expect((await run()).mu).toEqual(mu);
  });
});
