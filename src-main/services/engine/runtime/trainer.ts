/** Runs training steps: feeds batches and the state of a training through the functions of a step. */
import type { ModelConfig } from '../model/config.ts';
import type { StoredTensor, Weights } from '../model/initialise.ts';
import type { Program } from '../trace/program.ts';
import { DROPPABLE_BRANCHES } from '../train/noise.ts';
import type { StepNoise } from '../train/noise.ts';
import type { Hyper } from '../train/optimizer.ts';
import { optimizerOf } from '../train/optimizers.ts';
import { meanShares } from '../train/shares.ts';
import type { MeanShares, WeightedTargets } from '../train/shares.ts';
import {
  averageProgram,
  gradientProgram,
  nextOf,
  perturbProgram,
  sumProgram,
  trainingProgram,
  updateProgram,
} from '../train/step.ts';
import type { GradientInput, StepOptions } from '../train/step.ts';
import { DEVICES } from './devices.ts';
import type { DeviceId } from './devices.ts';
import { executorFor } from './executors.ts';
import { collectGarbage } from './garbage.ts';
import { IMAGE_SIZE } from './graphs.ts';
import { placedRunner } from './placed-runner.ts';
import type { SessionTuning } from './session.ts';
import { executorRunner } from './step-runner.ts';
import { placementFor } from './step-session.ts';
import type { StateVector, StepFeeds, StepRunner } from './step-runner.ts';
import { TrainingState } from './training-state.ts';

export interface StepBatch extends WeightedTargets {
  /** [B, 3, 224, 224], normalised; B may be smaller than the trainer's batch, as the last of an epoch is. */
  readonly images: Float32Array;
}

export interface StepResult {
  /** Mean over the batch of cross-entropy + lambda KL, before the update. */
  readonly loss: number;
  /** [B, classes] of the batch, before the update. */
  readonly mu: Float32Array;
  /** The loss where SAM looked; null without SAM. */
  readonly perturbedLoss: number | null;
}

export interface Trainer {
  readonly batch: number;
  /**
   * @param noise of at least as many images as the batch has.
   * @param second of SAM's second pass; the same by default.
   */
  step(batch: StepBatch, noise: StepNoise, hyper: Hyper, second?: StepNoise): Promise<StepResult>;
  /** Current parameters and buffers under their official names, in official order. */
  weights(): Promise<Map<string, StoredTensor>>;
  /** The averaged copy of the weights; the weights themselves where the step does not average. */
  averaged(): Promise<Map<string, StoredTensor>>;
  /** `step`, the averages (`<name>.ema`), and what the optimizer keeps of each trainable parameter: `<name>.exp_avg`, `<name>.momentum_buffer` … */
  optimizerState(): Promise<Map<string, StoredTensor>>;
  /** Continues from saved weights; without an optimizer state the moments start at zero. */
  loadState(weights: Weights, optimizer?: Weights): void;
  dispose(): Promise<void>;
}

/** `rates` of a step follow from `rateOf`: each parameter's factor of the learning rate. */
export type TrainerOptions = Omit<StepOptions, 'rates'> & { readonly rateOf?: (name: string) => number };

/** Opens the training step on a device. */
export async function openTrainer(
  initial: Weights,
  config: ModelConfig,
  device: DeviceId,
  options: TrainerOptions,
  tuning?: SessionTuning,
): Promise<Trainer> {
  const { rateOf } = options;
  const stepped: StepOptions = { ...options, rates: rateOf !== undefined };
  const first = firstProgram(config, stepped);
  const runner = await runnerFor(device, first, tuning);
  const trainer = new ProgramTrainer(config, stepped, runner, rateOf);
  trainer.loadState(initial);
  // It takes long to open: before the first step, where one waits anyway.
  await runner.open(first.name, () => first);
  return trainer;
}

/** A batch with what its images weigh in the mean. */
type Weighed = StepBatch & MeanShares & { readonly count: number; readonly lambda: number };

/** Images that pass the network together. */
const partOf = ({ batch, accumulate = 1 }: StepOptions): number => Math.ceil(batch / accumulate);
const isPlain = (options: StepOptions): boolean => !options.sam && partOf(options) === options.batch;

function firstProgram(config: ModelConfig, options: StepOptions): Program {
  return isPlain(options) ? trainingProgram(config, options) : gradientProgram(config, partOf(options), options);
}

/** @param first one that slices the training's vectors into tensors: from it follows how they lie on the processor. */
async function runnerFor(device: DeviceId, first: Program, tuning?: SessionTuning): Promise<StepRunner> {
  if (DEVICES[device].residence === 'device') return executorRunner(executorFor(device), tuning);
  return placedRunner(device, await placementFor(device, first), tuning);
}

/**
 * A plain step is one program. SAM and accumulation run the gradient's program several times, then the update's. A batch of
 * another size has a program of its own, traced at that size: its batch statistics are those of its images and nothing else.
 */
class ProgramTrainer implements Trainer {
  readonly batch: number;
  readonly #config: ModelConfig;
  readonly #options: StepOptions;
  readonly #runner: StepRunner;
  readonly #optimizer: ReturnType<typeof optimizerOf>;
  readonly #state: TrainingState;
  /** Vectors for the gradients of a step that is not plain. */
  readonly #room = new Map<string, StateVector>();
  /** Images that pass the network together. */
  readonly #part: number;
  readonly #isPlain: boolean;
  /** Weights came in since the last step: the caller's copy and those made on the way are garbage when it begins. */
  #wasLoaded = false;

  constructor(config: ModelConfig, options: StepOptions, runner: StepRunner, rateOf: TrainerOptions['rateOf']) {
    this.batch = options.batch;
    this.#config = config;
    this.#options = options;
    this.#runner = runner;
    this.#optimizer = optimizerOf(options.optimizer ?? 'adamw');
    const content = { moments: this.#optimizer.moments, average: options.average ?? false, ...(rateOf && { rateOf }) };
    this.#state = new TrainingState(config, content, runner);
    this.#part = partOf(options);
    this.#isPlain = isPlain(options);
  }

  async step(batch: StepBatch, noise: StepNoise, hyper: Hyper, second = noise): Promise<StepResult> {
    if (this.#wasLoaded) await collectGarbage();
    this.#wasLoaded = false;
    const count = batch.images.length / IMAGE_SIZE;
    const weighed = { ...batch, ...meanShares(count, batch), count, lambda: hyper.lambda };
    const result = await (this.#isPlain
      ? this.#plainStep(weighed, noise, hyper)
      : this.#composedStep(weighed, noise, hyper, second));
    await this.#follow(hyper);
    return result;
  }

  /**
   * The averages follow the weights. In the first steps they keep less of what was before, min(decay, (1 + n) / (10 + n)) as
   * TensorFlow's ExponentialMovingAverage does: random first weights are then forgotten within a short training too.
   */
  async #follow({ emaDecay = 0 }: Hyper): Promise<void> {
    const { averages, current, steps } = this.#state;
    const decay = Float32Array.of(Math.min(emaDecay, (1 + steps) / (10 + steps)));
    for (const { kind, current: average, next } of averages) {
      const latest = kind === 'trainable' ? current.parameters : current.statistics;
      const program = (): Program => averageProgram(this.#config, kind);
      await this.#runner.run(`average-${kind}`, program, { average, latest, decay }, { next });
    }
    this.#state.swapAverages();
  }

  weights(): Promise<Map<string, StoredTensor>> {
    return this.#state.weights();
  }

  averaged(): Promise<Map<string, StoredTensor>> {
    return this.#state.averaged();
  }

  optimizerState(): Promise<Map<string, StoredTensor>> {
    return this.#state.optimizerState();
  }

  loadState(weights: Weights, optimizer?: Weights): void {
    this.#state.load(weights, optimizer);
    this.#wasLoaded = true;
  }

  dispose(): Promise<void> {
    return this.#runner.dispose();
  }

  async #plainStep(batch: Weighed, noise: StepNoise, hyper: Hyper): Promise<StepResult> {
    const state = this.#state;
    const outputs = await this.#runner.run(
      `poster-var-step-${batch.count}`,
      () => trainingProgram(this.#config, { ...this.#options, batch: batch.count }),
      {
        ...this.#imageFeeds(batch, noise, 0, batch.count),
        ...this.#updateFeeds(hyper),
        statistics: state.current.statistics,
      },
      { ...this.#updateResults(), nextStatistics: state.next.statistics },
    );
    state.swapStatistics();
    state.swapUpdated();
    return { loss: outputs.numbers('loss')[0] ?? NaN, mu: outputs.numbers('mu'), perturbedLoss: null };
  }

  async #composedStep(batch: Weighed, noise: StepNoise, hyper: Hyper, second: StepNoise): Promise<StepResult> {
    const { current } = this.#state;
    const first = await this.#gradient(batch, noise, current.parameters);
    const descent = this.#options.sam
      ? await this.#gradient(batch, second, await this.#uphill(first.gradient, hyper))
      : null;
    const gradient = descent?.gradient ?? first.gradient;
    const update = (): Program => updateProgram(this.#config, this.#options);
    await this.#runner.run('update', update, { ...this.#updateFeeds(hyper), gradient }, this.#updateResults());
    this.#state.swapUpdated();
    return { loss: first.loss, mu: first.mu, perturbedLoss: descent?.loss ?? null };
  }

  /** The parameters where SAM takes its second gradient. */
  async #uphill(gradient: StateVector, { rho = 0 }: Hyper): Promise<StateVector> {
    const { current, next } = this.#state;
    // The update overwrites them only after the second pass has read them.
    const perturbed = next.parameters;
    const feeds = { parameters: current.parameters, gradient, rho: Float32Array.of(rho) };
    await this.#runner.run('perturb', () => perturbProgram(this.#config), feeds, { perturbed });
    return perturbed;
  }

  /** The gradient of a whole batch at some parameters, part by part; batch norms see a part at a time. */
  async #gradient(
    batch: Weighed,
    noise: StepNoise,
    parameters: StateVector,
  ): Promise<{ loss: number; mu: Float32Array; gradient: StateVector }> {
    const state = this.#state;
    const mu = new Float32Array(batch.count * this.#config.classes);
    let total = this.#vector('total');
    let spare: StateVector | null = null;
    let loss = 0;
    for (let first = 0; first < batch.count; first += this.#part) {
      const count = Math.min(this.#part, batch.count - first);
      const gradient = first === 0 ? total : this.#vector('part');
      const outputs = await this.#runner.run(
        `poster-var-gradient-${count}`,
        () => gradientProgram(this.#config, count, this.#options),
        { ...this.#imageFeeds(batch, noise, first, count), parameters, statistics: state.current.statistics },
        { gradient, nextStatistics: state.next.statistics },
      );
      state.swapStatistics();
      loss += outputs.numbers('loss')[0] ?? NaN;
      mu.set(outputs.numbers('mu'), first * this.#config.classes);
      if (first === 0) continue;
      const sum: StateVector = spare ?? this.#vector('spare');
      await this.#runner.run('sum', () => sumProgram(this.#config), { a: total, b: gradient }, { sum });
      [total, spare] = [sum, total];
    }
    return { loss, mu, gradient: total };
  }

  #vector(name: string): StateVector {
    const known = this.#room.get(name) ?? this.#state.vector();
    this.#room.set(name, known);
    return known;
  }

  /** Feeds of `count` images of a batch, from the one at `first`. */
  #imageFeeds(batch: Weighed, noise: StepNoise, first: number, count: number): StepFeeds {
    const { classes } = this.#config;
    const rows = (data: Float32Array, each: number): Float32Array =>
      data.subarray(first * each, (first + count) * each);
    return {
      images: rows(batch.images, IMAGE_SIZE),
      targets: rows(batch.targets, classes),
      classWeights: batch.classWeights ?? new Float32Array(classes).fill(1),
      entropyShares: rows(batch.entropy, 1),
      divergenceShares: rows(batch.divergence, 1),
      eps: rows(noise.eps, classes),
      dropPath: rows(noise.dropPath, DROPPABLE_BRANCHES),
      prior: noise.prior ? rows(noise.prior, classes) : null,
      lambda: Float32Array.of(batch.lambda),
      frozen: this.#state.frozen,
    } satisfies Omit<Record<GradientInput, StepFeeds[string]>, 'parameters' | 'statistics'>;
  }

  /** What an update reads beside the gradient. */
  #updateFeeds(hyper: Hyper): Record<string, Float32Array | StateVector | null> {
    const { parameters, moments } = this.#state.current;
    const { rates } = this.#state;
    const values = { clipNorm: hyper.clipNorm ?? 0, ...this.#optimizer.values(hyper, this.#state.steps + 1) };
    const scalars = Object.entries(values).map(([name, value]): [string, Float32Array] => [
      name,
      Float32Array.of(value),
    ]);
    return { ...Object.fromEntries(scalars), ...Object.fromEntries(moments), rates, parameters };
  }

  #updateResults(): Record<string, StateVector> {
    const { parameters, moments } = this.#state.next;
    const next = [...moments].map(([name, vector]): [string, StateVector] => [nextOf(name), vector]);
    return { ...Object.fromEntries(next), nextParameters: parameters };
  }
}
