/** Trains the head on features that were computed once: a step takes a fraction of a millisecond, an epoch of thousands well under a second. */
import { sizeTable } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import type { StoredTensor, Weights } from '../model/initialise.ts';
import { headLayout, packed, unpacked } from '../train/flat.ts';
import type { HeadLearner, Judgement } from '../train/head-loop.ts';
import { headProgram, headStepProgram } from '../train/head-step.ts';
import type { HeadBatch } from '../train/head-step.ts';
import type { StepNoise } from '../train/noise.ts';
import type { ObjectiveOptions } from '../train/objective.ts';
import type { Hyper } from '../train/optimizer.ts';
import { optimizerOf } from '../train/optimizers.ts';
import { meanShares } from '../train/shares.ts';
import { nextOf } from '../train/step.ts';
import type { UpdateOptions } from '../train/step.ts';
import { DEVICES } from './devices.ts';
import type { DeviceId } from './devices.ts';
import { executorFor } from './executors.ts';
import { placedRunner } from './placed-runner.ts';
import { executorRunner } from './step-runner.ts';
import type { StateVector, StepRunner } from './step-runner.ts';

/** Rows that are judged together. */
const JUDGED = 512;

export type HeadOptions = ObjectiveOptions & UpdateOptions;

interface State {
  readonly parameters: StateVector;
  readonly moments: ReadonlyMap<string, StateVector>;
}

export class HeadTrainer implements HeadLearner {
  readonly #config: ModelConfig;
  readonly #options: HeadOptions;
  readonly #optimizer: ReturnType<typeof optimizerOf>;
  readonly #layout: ReturnType<typeof headLayout>;
  readonly #width: number;
  readonly #runner: StepRunner;
  // Two sets of vectors: a step reads one and writes the other. On a graphics card they stay there.
  #current: State;
  #next: State;
  #steps = 0;

  /**
   * @param config of the head: its `classes` and `vich` count, and the width that `size` has.
   * @throws FailureError 'unavailable' where the device's runtime is not installed.
   */
  constructor(config: ModelConfig, options: HeadOptions, device: DeviceId) {
    this.#config = config;
    this.#options = options;
    this.#optimizer = optimizerOf(options.optimizer ?? 'adamw');
    this.#layout = headLayout(config);
    this.#width = sizeTable(config.size).vit.width;
    this.#runner = runnerFor(device);
    this.#current = this.#emptyState();
    this.#next = this.#emptyState();
  }

  /** Starts anew from the head in `weights`, moments at zero. @throws Error where it is missing or of another shape. */
  start(weights: Weights): void {
    this.#current.parameters.load(packed(weights, this.#layout));
    for (const moment of this.#current.moments.values()) moment.clear();
    this.#steps = 0;
  }

  /** One optimizer step. @returns the mean loss of the batch before it. */
  async step(batch: HeadBatch, noise: StepNoise, hyper: Hyper): Promise<number> {
    const count = batch.features.length / this.#width;
    const shares = meanShares(count, batch);
    const values = { clipNorm: hyper.clipNorm ?? 0, ...this.#optimizer.values(hyper, this.#steps + 1) };
    const scalars = Object.entries({ ...values, lambda: hyper.lambda });
    const feeds = {
      features: batch.features,
      targets: batch.targets,
      classWeights: batch.classWeights ?? new Float32Array(this.#config.classes).fill(1),
      entropyShares: shares.entropy,
      divergenceShares: shares.divergence,
      eps: noise.eps,
      prior: noise.prior ?? null,
      ...Object.fromEntries(scalars.map(([name, value]) => [name, Float32Array.of(value)])),
      ...named(this.#current, (name) => name, 'parameters'),
    };
    const program = () => headStepProgram(this.#config, count, this.#options);
    const into = named(this.#next, nextOf, 'nextParameters');
    const outputs = await this.#runner.run(`step-${count}`, program, feeds, into);
    [this.#current, this.#next] = [this.#next, this.#current];
    this.#steps += 1;
    return outputs.numbers('loss')[0] ?? NaN;
  }

  /** mu and logvar of [n, width] features; any n. */
  async judge(features: Float32Array): Promise<Judgement> {
    const { classes, vich } = this.#config;
    const count = features.length / this.#width;
    const mu = new Float32Array(count * classes);
    const logvar = vich ? new Float32Array(count * classes) : null;
    for (let first = 0; first < count; first += JUDGED) {
      const rows = Math.min(JUDGED, count - first);
      const part = new Float32Array(JUDGED * this.#width);
      part.set(features.subarray(first * this.#width, (first + rows) * this.#width));
      const feeds = { features: part, parameters: this.#current.parameters };
      const outputs = await this.#runner.run('judge', () => headProgram(this.#config, JUDGED), feeds, {});
      mu.set(outputs.numbers('mu').subarray(0, rows * classes), first * classes);
      logvar?.set(outputs.numbers('logvar').subarray(0, rows * classes), first * classes);
    }
    return { mu, logvar };
  }

  /** The head's parameters under their official names. */
  async weights(): Promise<Map<string, StoredTensor>> {
    return unpacked(await this.#current.parameters.whole(), this.#layout);
  }

  dispose(): Promise<void> {
    return this.#runner.dispose();
  }

  #emptyState(): State {
    const vector = (): StateVector => this.#runner.vector(this.#layout.size);
    return { parameters: vector(), moments: new Map(this.#optimizer.moments.map((name) => [name, vector()])) };
  }
}

/** A head has no convolution: the blocked layout, which pays for those, is left alone. */
function runnerFor(device: DeviceId): StepRunner {
  if (DEVICES[device].residence === 'device') return executorRunner(executorFor(device));
  return placedRunner(device, { block: null, vectors: new Map() });
}

function named(state: State, of: (moment: string) => string, parameters: string): Record<string, StateVector> {
  const moments = [...state.moments].map(([name, vector]): [string, StateVector] => [of(name), vector]);
  return { ...Object.fromEntries(moments), [parameters]: state.parameters };
}
