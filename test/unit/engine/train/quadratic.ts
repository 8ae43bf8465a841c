/** A learner whose losses are known by hand, and the rest of what the loop needs. */
import { SEVEN } from '../../../../src-shared/domain/expression.ts';
import { TrainSettings } from '../../../../src-shared/domain/run.ts';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import type { TrainingPlan } from '../../../../src-main/services/engine/interface.ts';
import { initialise } from '../../../../src-main/services/engine/model/initialise.ts';
import type { Learner, LoopTools } from '../../../../src-main/services/engine/train/loop.ts';
import { PixelCache } from '../../../../src-main/services/engine/train/pixels.ts';
import type { Decode } from '../../../../src-main/services/engine/train/pixels.ts';
import { patience } from '../../../../src-main/services/engine/train/waiting.ts';

export const config = {
  size: 'tiny',
  classes: 7,
  vich: true,
  layerEmbedding: true,
  frozenBackboneBatchNorm: 'batch',
} as const;

export function planOf(folder: string, change: Partial<TrainingPlan['settings']> = {}): TrainingPlan {
  const image = (id: number) => ({ id, file: `${id}.png`, label: id % 7 });
  return {
    settings: TrainSettings.parse({
      ...config,
      preset: 'test',
      vichKl: 'paper',
      lambda: 0,
      epochs: 3,
      batch: 4,
      learningRate: 0.1,
      weightDecay: 0,
      gamma: 0.5,
      labelSmoothing: 0,
      augmentation: { horizontalFlip: true, colorJitter: 0, rotation: 0, cropPadding: 0, randomErasing: 0 },
      seed: 1,
      ...change,
    }),
    classes: SEVEN,
    train: Array.from({ length: 10 }, (_, id) => image(id)),
    val: Array.from({ length: 4 }, (_, id) => image(100 + id)),
    device: 'cpu',
    folder,
    roots: [],
    resume: false,
  };
}

/** Learns one number, w, by gradient descent on (w - 3)²; step by step the loss is known by hand. */
export class Quadratic implements Learner {
  readonly device = 'cpu';
  readonly seen: { rate: number; counted: number; noise: number; first: number }[] = [];
  value = 0;

  step: Learner['step'] = (batch, rate, random) => {
    this.seen.push({ rate, counted: batch.labels.length, noise: random.uint32(), first: batch.images[0] ?? 0 });
    const loss = (this.value - 3) ** 2;
    // float32, as what is saved.
    this.value = Math.fround(this.value - rate * 2 * (this.value - 3));
    const mu = new Float32Array(batch.labels.length * 7);
    batch.labels.forEach((label, slot) => (mu[slot * 7 + label] = 1));
    return Promise.resolve({ loss, mu });
  };
  weights: Learner['weights'] = () => Promise.resolve(initialise(config, this.seen.length + this.before));
  averaged: Learner['averaged'] = () => this.weights();
  /** Its one number, and how many steps made it. */
  optimizerState: Learner['optimizerState'] = () =>
    Promise.resolve(
      new Map([
        ['value', { dtype: 'float32', shape: [2], data: Float32Array.of(this.value, this.before + this.seen.length) }],
      ]),
    );
  before = 0;
  restore: Learner['restore'] = (_, optimizer) => {
    const saved = optimizer.get('value')?.data;
    this.value = Number(saved?.[0]);
    this.before = Number(saved?.[1]);
    return Promise.resolve();
  };
}

/** Accuracy of the epochs by a script: so many of the four validation images right. */
export function toolsOf(learner: Learner, right: readonly number[], decode: Decode = blank): LoopTools {
  let epoch = 0;
  return {
    config,
    learner,
    pixels: new PixelCache(decode),
    patience: patience([], () => undefined),
    predict: () => {
      const mu = new Float32Array(4 * 7);
      for (let image = 0; image < 4; image++) {
        const label = (100 + image) % 7;
        mu[image * 7 + (image < (right[epoch] ?? 0) ? label : (label + 1) % 7)] = 1;
      }
      epoch += 1;
      return Promise.resolve({ mu, logvar: new Float32Array(4 * 7) });
    },
  };
}

export const blank = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array(224 * 224 * 3));

export async function failureOf(training: Promise<unknown>) {
  const thrown: unknown = await training.catch((cause: unknown) => cause);
  if (thrown instanceof FailureError) return thrown.failure;
  throw new Error(`No failure: ${String(thrown)}`);
}
