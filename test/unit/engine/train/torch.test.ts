/** Optimizers, clipping, losses and accumulation against PyTorch's numbers (torch-numbers.py), eagerly and traced. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import '../../../../src-main/services/engine/model/gradients.ts';
import { float32, openSession } from '../../../../src-main/services/engine/runtime/session.ts';
import { toOnnx } from '../../../../src-main/services/engine/trace/onnx.ts';
import { trace } from '../../../../src-main/services/engine/trace/trace.ts';
import type { Hyper, Optimizer } from '../../../../src-main/services/engine/train/optimizer.ts';
import { clipped, globalNorm, perturbed } from '../../../../src-main/services/engine/train/gradient-norm.ts';
import { crossEntropy, shared, smoothed } from '../../../../src-main/services/engine/train/loss.ts';
import { optimizerOf } from '../../../../src-main/services/engine/train/optimizers.ts';
import { meanShares } from '../../../../src-main/services/engine/train/shares.ts';
import { updated } from '../../../../src-main/services/engine/train/step.ts';
import { balancedWeights } from '../../../../src-main/services/engine/train/targets.ts';
import { difference, of } from '../trace/compare.ts';
import golden from './torch-numbers.json' with { type: 'json' };

const wave = (count: number, phase: number, scale: number): Float32Array =>
  Float32Array.from({ length: count }, (_, index) => scale * Math.sin(1.7 * index + phase));

const classWeights = Float32Array.of(0.5, 2, 1.25);
const oneHot = (labels: readonly number[]): Float32Array =>
  Float32Array.from({ length: labels.length * 3 }, (_, index) => (labels[Math.floor(index / 3)] === index % 3 ? 1 : 0));

function expectNear(actual: ArrayLike<number>, expected: readonly number[], within = 2e-6): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, index) => {
    expect(Math.abs((actual[index] ?? NaN) - value)).toBeLessThan(within * Math.max(1, Math.abs(value)));
  });
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('optimizers', () => {
  const hyper = { lr: 0.1, weightDecay: 0.01, lambda: 0 };
  const cases: readonly [keyof typeof golden.optimizers, Optimizer, Hyper][] = [
    ['sgd', optimizerOf('sgd'), hyper],
    ['momentum', optimizerOf('sgd'), { ...hyper, momentum: 0.9 }],
    ['dampening', optimizerOf('sgd'), { ...hyper, weightDecay: 0, momentum: 0.9, dampening: 0.3 }],
    ['nesterov', optimizerOf('sgd'), { ...hyper, momentum: 0.9, nesterov: true }],
    ['adamw', optimizerOf('adamw'), hyper],
  ];

  it.each(cases)('%s: five steps', (name, optimizer, settings) => {
    let parameters: Tensor = tf.tensor1d(wave(6, 0.3, 1));
    let moments: Readonly<Record<string, Tensor>> = Object.fromEntries(
      optimizer.moments.map((moment) => [moment, tf.zeros([6])]),
    );
    golden.optimizers[name].forEach((expected, index) => {
      const values = optimizer.values(settings, index + 1);
      const scalars = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, tf.scalar(value)]));
      const gradient = tf.tensor1d(wave(6, 1 + index, 0.5 + index));
      ({ parameters, moments } = optimizer.update(parameters, moments, gradient, scalars));
      expectNear(parameters.dataSync(), expected);
    });
  });

  it('two halves with rates of their own are two parameter groups', () => {
    const update = { optimizer: 'adamw', rates: true } as const;
    const rates = tf.tensor1d([1, 1, 1, 0.25, 0.25, 0.25]);
    let parameters: Tensor = tf.tensor1d(wave(6, 0.3, 1));
    let moments: Record<string, Tensor> = { exp_avg: tf.zeros([6]), exp_avg_sq: tf.zeros([6]) };
    golden.groups.forEach((expected, index) => {
      const values = optimizerOf('adamw').values({ ...hyper, weightDecay: 0.5 }, index + 1);
      const scalars = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, tf.scalar(value)]));
      const gradient = tf.tensor1d(wave(6, 1 + index, 0.5 + index));
      const next = updated({ parameters, gradient, rates, ...moments, ...scalars }, update);
      parameters = of(next, 'nextParameters');
      moments = { exp_avg: of(next, 'next exp_avg'), exp_avg_sq: of(next, 'next exp_avg_sq') };
      expectNear(parameters.dataSync(), expected);
    });
  });

  it.each(['adamw', 'sgd'] as const)('%s: the same when traced', async (name) => {
    const optimizer = optimizerOf(name);
    const { moments, scalars } = optimizer;
    const vectors = Object.fromEntries(['parameters', 'gradient', ...moments].map((key) => [key, [9]]));
    const numbers = Object.fromEntries(scalars.map((key) => [key, []]));
    const squares = Object.fromEntries(moments.map((key) => [key, wave(9, 2, 1).map(Math.abs)]));
    const positive = Object.fromEntries(scalars.map((key, index) => [key, Float32Array.of(0.3 + 0.1 * index)]));
    const errors = await difference(
      (inputs) => {
        const next = optimizer.update(of(inputs, 'parameters'), inputs, of(inputs, 'gradient'), inputs);
        const named = Object.entries(next.moments).map(([key, value]) => [`next ${key}`, value] as const);
        return { 'next parameters': next.parameters, ...Object.fromEntries(named) };
      },
      { ...vectors, ...numbers },
      3,
      { ...squares, ...positive },
    );
    for (const error of Object.values(errors)) expect(error).toBeLessThan(1e-6);
  });
});

describe('gradients as a whole', () => {
  it.each(['1', '100'] as const)('are clipped to a norm of %s', (longest) => {
    const gradient = clipped(tf.tensor1d(wave(6, 1, 2)), tf.scalar(Number(longest)));
    expectNear(gradient.dataSync(), golden.clip[longest]);
  });

  it('short ones are left as they are, bit for bit', () => {
    const gradient = wave(6, 1, 2);
    expect(clipped(tf.tensor1d(gradient), tf.scalar(100)).dataSync()).toEqual(gradient);
  });

  it('have an exact norm, however many numbers they have', async () => {
    const count = 20_000_001;
    const graph = trace(({ g }) => ({ norm: globalNorm(g) }), { g: { shape: [count] } });
    const session = await openSession(toOnnx(graph), 'cpu');
    const { norm } = await session.run({ g: float32(new Float32Array(count).fill(0.1), [count]) });
    await session.release();
    // A single sum is off by a percent here.
    expect(Math.abs(Number(norm?.data[0]) / (0.1 * Math.sqrt(count)) - 1)).toBeLessThan(2e-5);
  });

  it('lead SAM uphill by rho', async () => {
    const [start, gradient] = [wave(6, 0.3, 1), wave(6, 1, 2)];
    const there = perturbed(tf.tensor1d(start), tf.tensor1d(gradient), tf.scalar(0.05)).dataSync();
    const length = Math.hypot(...gradient);
    expectNear(
      there,
      [...start].map((value, index) => value + (0.05 * (gradient[index] ?? 0)) / length),
    );
    const errors = await difference(
      (inputs) => ({
        there: perturbed(of(inputs, 'p'), of(inputs, 'g'), of(inputs, 'rho')),
        short: clipped(of(inputs, 'g'), of(inputs, 'rho')),
      }),
      { p: [7], g: [7], rho: [] },
      4,
      { rho: Float32Array.of(0.05) },
    );
    for (const error of Object.values(errors)) expect(error).toBeLessThan(1e-6);
  });
});

describe('cross-entropy', () => {
  const hard = oneHot([0, 2, 1, 2]);
  const soft = wave(12, 0.9, 0.5).map((value) => value + 0.5);
  const cases = [
    ['hard', hard, 'hard', false, 0],
    ['hard, class weights', hard, 'hard', true, 0],
    ['hard, class weights, smoothing', hard, 'hard', true, 0.1],
    ['soft', soft, 'soft', false, 0],
    ['soft, smoothing', soft, 'soft', false, 0.1],
    ['soft, class weights, smoothing', soft, 'soft', true, 0.1],
  ] as const;

  it.each(cases)('%s', async (name, targets, kind, isWeighted, smoothing) => {
    const weights = isWeighted ? classWeights : Float32Array.of(1, 1, 1);
    const shares = meanShares(4, { targets, kind, classWeights: weights }).entropy;
    const loss = (logits: Tensor, rows: Tensor, perClass: Tensor, each: Tensor): tf.Scalar => {
      const losses = crossEntropy(logits as Tensor2D, smoothed(rows as Tensor2D, smoothing), perClass as Tensor1D);
      return shared(losses, each as Tensor1D) as tf.Scalar;
    };
    const constants = [tf.tensor2d(targets, [4, 3]), tf.tensor1d(weights), tf.tensor1d(shares)] as const;
    const { value, grad } = tf.valueAndGrad((logits) => loss(logits, ...constants))(
      tf.tensor2d(wave(12, 0.2, 2), [4, 3]),
    );
    const expected = golden.losses[name];
    expectNear(value.dataSync(), [expected.loss]);
    expectNear(grad.dataSync(), expected.gradient);

    const errors = await difference(
      (inputs) => {
        const [rows, perClass, each] = [of(inputs, 'rows'), of(inputs, 'perClass'), of(inputs, 'each')];
        const both = tf.valueAndGrad((logits) => loss(logits, rows, perClass, each))(of(inputs, 'logits'));
        return { value: both.value, gradient: both.grad };
      },
      { logits: [4, 3], rows: [4, 3], perClass: [3], each: [4] },
      5,
    );
    for (const error of Object.values(errors)) expect(error).toBeLessThan(1e-6);
  });

  it('accumulated over parts of 4 and 2 is that of the whole batch', () => {
    const targets = oneHot([0, 1, 2, 2, 1, 0]);
    const { entropy } = meanShares(6, { targets, kind: 'hard', classWeights });
    const images = wave(30, 0.7, 1);
    const gradient = (first: number, count: number): Tensor =>
      tf.grad((weight) => {
        const logits: Tensor2D = tf.matMul(
          tf.tensor2d(images.subarray(first * 5, (first + count) * 5), [count, 5]),
          weight,
          false,
          true,
        );
        const rows = tf.tensor2d(targets.subarray(first * 3, (first + count) * 3), [count, 3]);
        const losses = crossEntropy(logits, smoothed(rows, 0.1), tf.tensor1d(classWeights));
        return shared(losses, tf.tensor1d(entropy.subarray(first, first + count)));
      })(tf.tensor2d(wave(15, 0.1, 1), [3, 5]));
    expectNear(tf.add(gradient(0, 4), gradient(4, 2)).dataSync(), golden.accumulated);
  });

  it('needs an image that counts', () => {
    expect(() => meanShares(2, { targets: oneHot([0, 1]), weights: Float32Array.of(0, 0) })).toThrow(RangeError);
  });
});

describe('balancedWeights', () => {
  it('are scikit-learn’s, and soft labels count by their shares', () => {
    const labels = [0, 0, 0, 1].map((label) => ({ label }));
    // compute_class_weight('balanced', classes=[0, 1], y=[0, 0, 0, 1]) gives [2/3, 2].
    expectNear(balancedWeights(labels, 2), [2 / 3, 2]);
    expectNear(balancedWeights([{ label: 0, target: [0.5, 0.25, 0] }], 3), [0.75 / (3 * 0.5), 1, 0]);
  });
});
