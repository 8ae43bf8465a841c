/** Training from the first to the last epoch: what is learnt, measured, saved and told, and when. */
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import type { EpochMetrics } from '../../../../src-shared/domain/run.ts';
import { argmax } from '../../../../src-shared/metrics/vich.ts';
import { saveCheckpoint } from '../checkpoint/checkpoint.ts';
import type { TrainingEvent, TrainingOutcome, TrainingPlan } from '../interface.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Weights } from '../model/initialise.ts';
import { Random } from '../random.ts';
import { BatchMaker } from './batches.ts';
import type { TrainingBatch } from './batches.ts';
import type { PixelCache } from './pixels.ts';
import { epochBatches, stepsPerEpoch } from './sampler.ts';
import { learningRateOf } from './schedule.ts';
import { validate } from './validate.ts';
import type { Validation } from './validate.ts';

/** A model that learns, one optimizer step at a time. */
export interface Learner {
  /** For the log: "cpu". */
  readonly device: string;
  /**
   * One step at a learning rate; `random` decides everything that chance does in it.
   * @returns the mean loss of the batch, and mu [batch, classes] before the step.
   */
  step(batch: TrainingBatch, learningRate: number, random: Random): Promise<{ loss: number; mu: Float32Array }>;
  weights(): Promise<Weights>;
}

/** What the loop needs of the rest of the engine. */
export interface LoopTools {
  readonly config: ModelConfig;
  readonly learner: Learner;
  readonly pixels: PixelCache;
  /** mu and logvar of the validation images, in evaluation mode. */
  readonly predict: (weights: Weights) => Promise<{ mu: Float32Array; logvar: Float32Array | null }>;
}

/** Losses are told together, a few times a second. */
const TELL_EVERY_MS = 250;

export const BEST = 'best.safetensors';
export const LAST = 'last.safetensors';

/**
 * Trains.
 * @throws FailureError 'cancelled' between two steps after an abort, 'engine' when the loss is no number any more, 'unreadable' or
 * 'disk-full' from files. Checkpoints of the epochs that ended stay in the plan's folder.
 */
export async function trainLoop(
  plan: TrainingPlan,
  tools: LoopTools,
  tell: (event: TrainingEvent) => void,
  signal: AbortSignal,
): Promise<TrainingOutcome> {
  requireImages(plan);
  mkdirSync(plan.folder, { recursive: true });
  return new Loop(plan, tools, tell, signal).run();
}

function requireImages({ train, val }: TrainingPlan): void {
  const empty = train.length === 0 ? 'training' : val.length === 0 ? 'validation' : null;
  if (empty === null) return;
  throw new FailureError({
    kind: 'invalid',
    message: `There is no labelled image in the ${empty} split.`,
    remedy: 'Choose another split, or label some of its images first.',
  });
}

class Loop {
  readonly #plan: TrainingPlan;
  readonly #tools: LoopTools;
  readonly #tell: (event: TrainingEvent) => void;
  readonly #signal: AbortSignal;
  readonly #maker: BatchMaker;
  readonly #noise: Random;
  readonly #started = performance.now();
  readonly #untold: number[] = [];
  #told = performance.now();
  #steps = 0;
  #best: TrainingOutcome['best'] | null = null;
  #hash = '';

  constructor(plan: TrainingPlan, tools: LoopTools, tell: (event: TrainingEvent) => void, signal: AbortSignal) {
    this.#plan = plan;
    this.#tools = tools;
    this.#tell = tell;
    this.#signal = signal;
    this.#maker = new BatchMaker(plan, tools.pixels);
    this.#noise = Random.seeded(plan.settings.seed).split('noise');
  }

  async run(): Promise<TrainingOutcome> {
    const { epochs, batch } = this.#plan.settings;
    const perEpoch = stepsPerEpoch(this.#plan.train.length, batch);
    this.#tell({
      kind: 'started',
      device: this.#tools.learner.device,
      stepsPerEpoch: perEpoch,
      totalSteps: perEpoch * epochs,
    });
    for (let epoch = 1; epoch <= epochs; epoch++) await this.#epoch(epoch);
    if (this.#best === null) throw new RangeError('A run needs at least one epoch.');
    return {
      epochs,
      best: this.#best,
      checkpoint: join(this.#plan.folder, BEST),
      hash: this.#hash,
      processSeconds: this.#seconds(),
    };
  }

  async #epoch(epoch: number): Promise<void> {
    const { learner } = this.#tools;
    const { settings, classes, train } = this.#plan;
    const batches = epochBatches(train.length, settings.batch, settings.seed, epoch);
    const learningRate = learningRateOf(epoch, settings);
    const sum = { loss: 0, correct: 0 };
    let next = this.#prepare(batches[0], epoch);
    for (let step = 0; step < batches.length; step++) {
      const batch = await next;
      // Decoding of the following batch goes on in other threads while the network runs.
      next = this.#prepare(batches[step + 1], epoch);
      this.#stopIfAborted();
      if (batch === null) continue;
      this.#steps += 1;
      const result = await learner.step(batch, learningRate, this.#noise.split(`${this.#steps}`));
      this.#refuseNaN(result.loss, epoch, batch.ids);
      sum.loss += result.loss * batch.labels.length;
      sum.correct += countCorrect(result.mu, batch, classes.length);
      this.#tellLoss(result.loss);
    }
    this.#tellSteps();
    this.#stopIfAborted();
    await this.#endEpoch(epoch, learningRate, sum.loss / train.length, sum.correct / train.length);
  }

  #prepare(batch: Uint32Array | undefined, epoch: number): Promise<TrainingBatch | null> {
    if (batch === undefined) return Promise.resolve(null);
    const making = this.#maker.make(batch, epoch);
    // It is awaited one step later; until then a failure is not an unhandled one.
    making.catch(() => undefined);
    return making;
  }

  async #endEpoch(epoch: number, learningRate: number, trainLoss: number, trainAccuracy: number): Promise<void> {
    const { settings, classes, val, folder } = this.#plan;
    const weights = await this.#tools.learner.weights();
    const { mu, logvar } = await this.#tools.predict(weights);
    const labels = val.map((image) => image.label);
    const validation = validate(mu, logvar, labels, classes.length);
    const meta = { config: this.#tools.config, classes };
    const extra = { training: JSON.stringify({ settings, epoch, validation }) };
    const hash = saveCheckpoint(join(folder, LAST), weights, meta, extra);
    const best = this.#best === null || validation.accuracy > this.#best.value;
    if (best) {
      saveCheckpoint(join(folder, BEST), weights, meta, extra);
      this.#best = { metric: 'accuracy', value: validation.accuracy, epoch };
      this.#hash = hash;
    }
    const metrics = this.#metrics(epoch, learningRate, trainLoss, trainAccuracy, validation);
    this.#tell({ kind: 'epoch', metrics, best, bestHash: this.#hash });
  }

  #metrics(
    epoch: number,
    learningRate: number,
    trainLoss: number,
    trainAccuracy: number,
    validation: Validation,
  ): EpochMetrics {
    return {
      epoch,
      learningRate,
      trainLoss,
      trainAccuracy,
      valLoss: validation.loss,
      valAccuracy: validation.accuracy,
      meanSigma: validation.meanSigma,
      processSeconds: this.#seconds(),
    };
  }

  #tellLoss(loss: number): void {
    this.#untold.push(loss);
    if (performance.now() - this.#told >= TELL_EVERY_MS) this.#tellSteps();
  }

  #tellSteps(): void {
    const loss = Float32Array.from(this.#untold.splice(0));
    this.#told = performance.now();
    if (loss.length === 0) return;
    this.#tell({ kind: 'steps', first: this.#steps - loss.length + 1, loss, processSeconds: this.#seconds() });
  }

  #refuseNaN(loss: number, epoch: number, ids: readonly number[]): void {
    if (Number.isFinite(loss)) return;
    this.#tellSteps();
    throw new FailureError({
      kind: 'engine',
      message: `The loss became ${loss} at step ${this.#steps} (epoch ${epoch}), on the images ${ids.join(', ')}.`,
      remedy: 'Look at these images, or train again with a smaller learning rate; the last good checkpoint is kept.',
    });
  }

  #stopIfAborted(): void {
    if (!this.#signal.aborted) return;
    throw new FailureError({ kind: 'cancelled', message: 'Training was cancelled.', remedy: '' });
  }

  #seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }
}

function countCorrect(mu: Float32Array, { labels }: TrainingBatch, classes: number): number {
  let correct = 0;
  labels.forEach((label, slot) => {
    if (argmax(mu.subarray(slot * classes, (slot + 1) * classes)) === label) correct += 1;
  });
  return correct;
}
