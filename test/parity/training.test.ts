/**
 * The training step of `paper`, traced on ONNX Runtime's CPU and op by op on TensorFlow, against the official code: loss, logits, every gradient
 * (against float64, where float32's own noise would decide), running statistics, and two steps each of AdamW and
 * of SAM around it.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { DeviceId } from '../../src-shared/domain/device.ts';
import type { ModelConfig } from '../../src-main/services/engine/model/config.ts';
import { nchwcBlock } from '../../src-main/services/engine/runtime/block.ts';
import type { Outputs } from '../../src-main/services/engine/runtime/executor.ts';
import { executorFor } from '../../src-main/services/engine/runtime/executors.ts';
import { float32, floats, openSession } from '../../src-main/services/engine/runtime/session.ts';
import { openTrainer } from '../../src-main/services/engine/runtime/trainer.ts';
import { toOnnx } from '../../src-main/services/engine/trace/onnx.ts';
import { graphOf } from '../../src-main/services/engine/trace/program.ts';
import type { Program } from '../../src-main/services/engine/trace/program.ts';
import { backbones } from '../../src-main/services/engine/model/poster-var.ts';
import type { StepResult } from '../../src-main/services/engine/runtime/trainer.ts';
import { joined, packed, sliced, stateLayout } from '../../src-main/services/engine/train/flat.ts';
import { crossEntropy, gaussianKl, priorKl } from '../../src-main/services/engine/train/loss.ts';
import { lossAndGradients, stepProgram } from '../../src-main/services/engine/train/step.ts';
import { PARITY } from './devices.ts';
import type { Summary, TrainingGolden } from './golden.ts';
import {
  evaluationGolden,
  goldenInput,
  goldenWeights,
  largestDifference,
  missing,
  nchw,
  summaryError,
  trainingGolden,
} from './golden.ts';

// Seconds on an idle machine; a busy one may take many times that.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const golden = trainingGolden();
const config: ModelConfig = {
  size: 'paper',
  classes: 7,
  vich: true,
  layerEmbedding: true,
  frozenBackboneBatchNorm: 'batch',
};
const batch = 4;
const weights = goldenWeights(config);
const layout = stateLayout(config);
const images = goldenInput('train_input', batch * 3 * 224 * 224, 2);
const eps = goldenInput('eps', batch * config.classes, 1.7);
const hard = new Float32Array(batch * config.classes);
golden.full.labels.forEach((label, row) => (hard[row * config.classes + label] = 1));
const soft = softmaxRows(goldenInput('soft', batch * config.classes, 2), config.classes);
const noDropPath = new Float32Array(batch * 4).fill(1);

function softmaxRows(values: Float32Array, columns: number): Float32Array {
  const exponentials = values.map(Math.exp);
  return exponentials.map((value, index) => {
    const row = Math.floor(index / columns) * columns;
    return value / exponentials.subarray(row, row + columns).reduce((sum, other) => sum + other, 0);
  });
}

/** Error of every tensor that has a golden gradient, largest last. */
function gradientErrors(flat: Float32Array, expected: Readonly<Record<string, Summary>>): [string, number][] {
  const errors = Object.entries(expected).map(([name, summary]): [string, number] => {
    const entry = layout.trainable.entries.find((candidate) => candidate.name === name);
    if (!entry) return [name, Infinity];
    return [name, summaryError(flat.subarray(entry.offset, entry.offset + entry.size), summary)];
  });
  return errors.toSorted((a, b) => a[1] - b[1]);
}

const block = await nchwcBlock();
interface Variant {
  readonly name: string;
  readonly device: DeviceId;
  readonly block: number | null;
  readonly present: boolean;
}
const variants: Variant[] = PARITY.flatMap(({ device, title: name, present }): Variant[] => {
  if (device !== 'cpu') return [{ name, device, block: null, present }];
  const plain = { name: 'plain layouts', device, block: null, present };
  return block === null ? [plain] : [plain, { ...plain, name: `blocks of ${block}`, block }];
});

/** A program that is ready: lowered with a block size for the processor, or on TensorFlow's kernels. */
interface Ready {
  readonly run: (feeds: Record<string, Float32Array>) => Promise<Pick<Outputs, 'numbers'>>;
  readonly close: () => Promise<void>;
}

async function ready(program: Program, { device, block }: Variant): Promise<Ready> {
  if (device !== 'cpu') {
    const executable = await executorFor(device).open(program);
    return { run: (feeds) => executable.run(feeds), close: () => executable.dispose() };
  }
  const session = await openSession(toOnnx(graphOf(program), { block }), device);
  const run: Ready['run'] = async (feeds) => {
    const tensors = session.inputNames.map((name): [string, ReturnType<typeof float32>] => [
      name,
      float32(feeds[name] ?? new Float32Array(0), program.inputs[name]?.shape ?? []),
    ]);
    const outputs = await session.run(Object.fromEntries(tensors));
    return { numbers: (name) => floats(outputs, name) };
  };
  return { run, close: () => session.release() };
}

describe.each(variants)('gradients, $name', (variant) => {
  const program = stepProgram('gradients', config, batch, (inputs) => {
    const { loss, logits, gradients, statistics } = lossAndGradients(inputs, config, { vichKl: 'paper' });
    return {
      loss,
      logits,
      gradient: joined(gradients, layout.trainable),
      nextStatistics: joined(statistics, layout.statistics),
    };
  });
  let open: Ready;
  beforeAll(async () => {
    if (variant.present) open = await ready(program, variant);
  });
  afterAll(() => open?.close());
  const run = (targets: Float32Array): ReturnType<Ready['run']> =>
    open.run({
      images,
      targets,
      classWeights: new Float32Array(7).fill(1),
      entropyShares: new Float32Array(batch).fill(1 / batch),
      divergenceShares: new Float32Array(batch).fill(1 / batch),
      eps,
      dropPath: noDropPath,
      prior: new Float32Array(batch * 7),
      lambda: Float32Array.of(0),
      parameters: packed(weights, layout.trainable),
      frozen: packed(weights, layout.frozen),
      statistics: packed(weights, layout.statistics),
    });

  test.skipIf(!variant.present)('hard labels: loss, logits, statistics and 257 gradients', async () => {
    const outputs = await run(hard);
    expect(Math.abs((outputs.numbers('loss')[0] ?? NaN) - golden.full.loss)).toBeLessThan(1e-4);
    expect(largestDifference(outputs.numbers('logits'), golden.full.logits.flat())).toBeLessThan(1e-4);
    const errors = gradientErrors(outputs.numbers('gradient'), golden.gradients);
    expect(errors).toHaveLength(257);
    expect(errors[128]?.[1]).toBeLessThan(2e-5);
    // A single tensor may pass 1e-3 where a PReLU's input so near zero changes sides that float32 decides.
    expect(errors.at(-1)?.[1], `worst is ${errors.at(-1)?.[0]}`).toBeLessThan(5e-3);
    const statistics = outputs.numbers('nextStatistics');
    for (const [name, summary] of Object.entries(golden.full.statistics)) {
      const entry = layout.statistics.entries.find((candidate) => candidate.name === name);
      const { offset, size } = entry ?? { offset: 0, size: 0 };
      expect(summaryError(statistics.subarray(offset, offset + size), summary), name).toBeLessThan(1e-4);
    }
  });

  test.skipIf(!variant.present)('soft labels: loss and 257 gradients', async () => {
    const outputs = await run(soft);
    expect(Math.abs((outputs.numbers('loss')[0] ?? NaN) - golden.soft.loss)).toBeLessThan(1e-4);
    const errors = gradientErrors(outputs.numbers('gradient'), golden.soft.gradients);
    expect(errors).toHaveLength(257);
    expect(errors[128]?.[1]).toBeLessThan(2e-5);
    expect(errors.at(-1)?.[1], `worst is ${errors.at(-1)?.[0]}`).toBeLessThan(5e-3);
  });
});

const optimizers: [string, boolean, TrainingGolden['adamw'], (result: StepResult) => number[]][] = [
  ['AdamW', false, golden.adamw, ({ loss }) => [loss]],
  // Two passes a step, and both move the running statistics.
  ['SAM around AdamW', true, golden.sam, ({ loss, perturbedLoss }) => [loss, perturbedLoss ?? NaN]],
];

describe.each(PARITY)('$title', ({ device, present }) => {
  test.skipIf(!present).each(optimizers)('two steps of %s', async (_, sam, expected, lossesOf) => {
    const trainer = await openTrainer(weights, config, device, { batch, vichKl: 'paper', sam });
    const losses: number[] = [];
    for (let step = 0; step < 2; step += 1) {
      const hyper = { lr: 1e-3, weightDecay: 1e-2, lambda: 0, rho: 0.05 };
      losses.push(...lossesOf(await trainer.step({ images, targets: hard }, { eps, dropPath: noDropPath }, hyper)));
    }
    const after = await trainer.weights();
    await trainer.dispose();
    expect(losses).toHaveLength(expected.losses.length);
    losses.forEach((loss, index) => {
      expect(Math.abs(loss - (expected.losses[index] ?? NaN))).toBeLessThan(index === 0 ? 1e-4 : 1e-3);
    });
    for (const [name, summary] of Object.entries(expected.params_after)) {
      const tensor = after.get(name);
      if (tensor?.dtype !== 'float32') continue; // dead weight, which these weights leave out
      expect(summaryError(tensor.data, summary), name).toBeLessThan(1e-3);
    }
    const batches = after.get('ir_back.input_layer.1.num_batches_tracked');
    expect(batches?.data).toEqual(BigInt64Array.of(sam ? 4n : 2n));
  });
});

test('a frozen landmark backbone with running statistics computes as in evaluation, and keeps them', async () => {
  const frozen: ModelConfig = { ...config, frozenBackboneBatchNorm: 'eval' };
  const evaluated = evaluationGolden().features;
  const two = goldenInput('input', 2 * 3 * 224 * 224, 2);
  const program = stepProgram('frozen', frozen, 2, ({ images: pixels, parameters, frozen: fixed, statistics }) => {
    const tensors = new Map([
      ...sliced(parameters, layout.trainable),
      ...sliced(fixed, layout.frozen),
      ...sliced(statistics, layout.statistics),
    ]);
    const updated = new Map(sliced(statistics, layout.statistics));
    const params = (name: string): tf.Tensor => tensors.get(name) ?? tf.zeros([0]);
    const mode = { kind: 'train', dropPath: null, statistics: updated } as const;
    const { landmarks, coarse } = backbones(params, pixels as tf.Tensor4D, frozen, mode);
    const maps = Object.fromEntries(
      [landmarks[0], landmarks[1], coarse].map((map, level) => [`face_landback[${level}]`, nchw(map)]),
    );
    return { ...maps, next: joined(updated, layout.statistics) };
  });
  const session = await openSession(toOnnx(graphOf(program)), 'cpu');
  const before = packed(weights, layout.statistics);
  const outputs = await session.run({
    images: float32(two, [2, 3, 224, 224]),
    parameters: float32(packed(weights, layout.trainable), [layout.trainable.size]),
    frozen: float32(packed(weights, layout.frozen), [layout.frozen.size]),
    statistics: float32(before, [layout.statistics.size]),
  });
  await session.release();
  for (const level of [0, 1, 2]) {
    const name = `face_landback[${level}]`;
    expect(summaryError(floats(outputs, name), evaluated[name] ?? missing(name)), name).toBeLessThan(1e-4);
  }
  const after = floats(outputs, 'next');
  for (const { name, offset, size } of layout.statistics.entries) {
    const same = largestDifference(after.subarray(offset, offset + size), before.subarray(offset, offset + size)) === 0;
    expect(same, name).toBe(name.startsWith('face_landback.'));
  }
});

describe('loss terms', () => {
  const matrix = (values: ArrayLike<number>): Tensor2D => tf.tensor2d(Float32Array.from(values), [batch, 7]);

  test('official: cross-entropy on soft labels plus the mean over classes of KL to a prior sample', async () => {
    await tf.setBackend('cpu');
    const logits = matrix(golden.full.logits.flat());
    const prior = matrix(goldenInput('prior', batch * 7, 1.7));
    const perSample = tf.add(crossEntropy(logits, matrix(soft)), priorKl(logits, prior));
    expect(largestDifference(perSample.dataSync(), golden.official)).toBeLessThan(1e-4);
  });

  test('paper: KL of N(mu, sigma^2) from the standard normal', async () => {
    await tf.setBackend('cpu');
    const { mu, logvar, kl_per_sample: expected } = golden.gaussian;
    const actual = gaussianKl(matrix(mu.flat()), matrix(logvar.flat())).dataSync();
    expect(largestDifference(actual, expected)).toBeLessThan(1e-4);
  });
});
