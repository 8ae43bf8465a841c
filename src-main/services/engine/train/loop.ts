/** Training from the first to the last epoch: what is learnt, measured, saved and told, and when. */
import { basename, join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import type { EpochMetrics } from '../../../../src-shared/domain/run.ts';
import { saveCheckpoint } from '../checkpoint/checkpoint.ts';
import { loadResumePoint, saveResumePoint } from '../checkpoint/resume.ts';
import type { Standing } from '../checkpoint/resume.ts';
import type { TrainingEvent, TrainingOutcome, TrainingPlan } from '../interface.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Weights } from '../model/initialise.ts';
import { Random } from '../random.ts';
import { BatchMaker } from './batches.ts';
import type { TrainingBatch } from './batches.ts';
import { DynamicsRecorder } from './dynamics.ts';
import type { PixelCache } from './pixels.ts';
import { epochBatches, repeatsIn, stepsPerEpoch } from './sampler.ts';
import { learningRateAt } from './schedule.ts';
import { validate } from './validate.ts';
import type { Validation } from './validate.ts';
import type { Patience } from './waiting.ts';

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
  /** The weights to judge and to keep: the averaged copy where there is one. */
  averaged(): Promise<Weights>;
  /** What the optimizer keeps beside the weights. */
  optimizerState(): Promise<Weights>;
  /** Goes on from a saved state. */
  restore(weights: Weights, optimizer: Weights): Promise<void>;
}

/** What the loop needs of the rest of the engine. */
export interface LoopTools {
  readonly config: ModelConfig;
  readonly learner: Learner;
  readonly pixels: PixelCache;
  /** mu and logvar of the validation images, in evaluation mode. */
  readonly predict: (weights: Weights) => Promise<{ mu: Float32Array; logvar: Float32Array | null }>;
  /** Waits where the world outside has to come right first: a full disk, a folder that is gone. */
  readonly patience: Patience;
}

/** Images of a batch that a failure names; its log names them all. */
const NAMED = 6;
/** Losses are told together, a few times a second. */
const TELL_EVERY_MS = 250;

export const BEST = 'best.safetensors';
export const LAST = 'last.safetensors';

/**
 * Trains; a plan that resumes goes on from its newest whole resume point, or begins anew where there is none.
 * @throws FailureError 'cancelled' between two steps after an abort, 'engine' when the loss is no number any more, 'unreadable'
 * from files. An abort for any reason but `discard` leaves a resume point; so do every epoch and, within one, the plan's minutes.
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

/** A standing that is under way. */
type Progress = { -readonly [K in keyof Standing]: Standing[K] };

class Loop {
  readonly #plan: TrainingPlan;
  readonly #tools: LoopTools;
  readonly #tell: (event: TrainingEvent) => void;
  readonly #signal: AbortSignal;
  readonly #maker: BatchMaker;
  readonly #dynamics: DynamicsRecorder;
  readonly #started = performance.now();
  readonly #untold: number[] = [];
  #told = performance.now();
  #saved = performance.now();
  #noise: Random;
  /** Seconds of the sessions before this one, and what this one has counted since. */
  #progress: Progress;
  #secondsBefore = 0;
  /** Places in the training list. */
  #lastBatch: Uint32Array = new Uint32Array();

  constructor(plan: TrainingPlan, tools: LoopTools, tell: (event: TrainingEvent) => void, signal: AbortSignal) {
    this.#plan = plan;
    this.#tools = tools;
    this.#tell = tell;
    this.#signal = signal;
    this.#maker = new BatchMaker(plan, tools.pixels);
    this.#dynamics = new DynamicsRecorder(plan.train.length, plan.classes.length);
    this.#noise = Random.seeded(plan.settings.seed).split('noise');
    const counts = { epoch: 1, stepOfEpoch: 0, steps: 0, lossSum: 0, correct: 0, waitSeconds: 0, processSeconds: 0 };
    this.#progress = { ...counts, best: null, bestHash: '', noise: [...this.#noise.state()] };
  }

  async run(): Promise<TrainingOutcome> {
    const { settings, train, folder, resume } = this.#plan;
    if (resume) await this.#restore();
    const perEpoch = stepsPerEpoch(train, settings);
    this.#tell({
      kind: 'started',
      device: this.#tools.learner.device,
      stepsPerEpoch: perEpoch,
      totalSteps: perEpoch * settings.epochs,
      done: this.#progress.steps,
    });
    while (this.#progress.epoch <= settings.epochs && !this.#hasStalled()) await this.#epoch();
    const { best, bestHash, epoch } = this.#progress;
    if (best === null) throw new RangeError('A run needs at least one epoch.');
    if (this.#hasStalled() && epoch <= settings.epochs) {
      const sentence = `Stopped after epoch ${epoch - 1}: none of the last ${settings.earlyStopping} was better than epoch ${best.epoch}.`;
      this.#tell({ kind: 'note', text: sentence });
    }
    return {
      epochs: epoch - 1,
      best: { metric: best.metric, value: best.value, epoch: best.epoch },
      checkpoint: join(folder, BEST),
      hash: bestHash,
      processSeconds: this.#seconds(),
    };
  }

  /** Whether as many epochs as the settings bear have gone by without a better one. */
  #hasStalled(): boolean {
    const { best, epoch } = this.#progress;
    const { earlyStopping } = this.#plan.settings;
    return earlyStopping > 0 && best !== null && epoch - 1 - best.epoch >= earlyStopping;
  }

  async #restore(): Promise<void> {
    const point = loadResumePoint(this.#plan.folder);
    if (point === null) return;
    await this.#tools.learner.restore(point.weights, point.optimizer);
    this.#progress = { ...point.standing };
    this.#secondsBefore = point.standing.processSeconds;
    this.#noise = Random.restored(point.standing.noise);
    this.#dynamics.restore(point.dynamics);
  }

  /** The epoch under way, from the step where it stands. */
  async #epoch(): Promise<void> {
    const progress = this.#progress;
    const { learner } = this.#tools;
    const { settings, train } = this.#plan;
    const { epoch } = progress;
    const batches = epochBatches(train, settings, epoch);
    const repeats = repeatsIn(batches);
    const prepare = (step: number): Promise<TrainingBatch> => this.#prepare(batches[step], repeats[step], epoch);
    const rateAt = (step: number): number => learningRateAt(step, batches.length, settings);
    let next = prepare(progress.stepOfEpoch);
    while (progress.stepOfEpoch < batches.length) {
      const positions = batches[progress.stepOfEpoch] ?? new Uint32Array();
      const asked = this.#seconds();
      const batch = await this.#patiently(next, () => prepare(progress.stepOfEpoch));
      progress.waitSeconds += this.#seconds() - asked;
      // Decoding of the following batch goes on in other threads while the network runs.
      next = prepare(progress.stepOfEpoch + 1);
      await this.#stopIfAborted();
      const noise = this.#noise.split(`${progress.steps + 1}`);
      const result = await learner.step(batch, rateAt(progress.steps), noise);
      progress.steps += 1;
      progress.stepOfEpoch += 1;
      this.#lastBatch = positions;
      this.#refuseNaN(result.loss);
      progress.lossSum += result.loss * batch.labels.length;
      progress.correct += this.#dynamics.note(positions, batch.labels, result.mu);
      this.#tellLoss(result.loss);
      if (this.#minutesUnsaved() >= settings.checkpointMinutes) await this.#save();
    }
    this.#tellSteps();
    await this.#stopIfAborted();
    await this.#endEpoch(epoch, rateAt(progress.steps - 1), batches);
  }

  /** The prepared batch; where the images' folder is gone for a while, the same batch again once it is back. */
  #patiently(making: Promise<TrainingBatch>, again: () => Promise<TrainingBatch>): Promise<TrainingBatch> {
    return making.catch((cause: unknown) => this.#tools.patience.until(again, cause, this.#signal));
  }

  #prepare(
    positions: Uint32Array | undefined,
    repeats: Uint32Array | undefined,
    epoch: number,
  ): Promise<TrainingBatch> {
    const making = this.#maker.make(positions ?? new Uint32Array(), epoch, repeats ?? new Uint32Array());
    // It is awaited one step later; until then a failure is not an unhandled one.
    making.catch(() => undefined);
    return making;
  }

  /** @param learningRate of its last step. */
  async #endEpoch(epoch: number, learningRate: number, batches: readonly Uint32Array[]): Promise<void> {
    const progress = this.#progress;
    const { classes, val, settings } = this.#plan;
    const metric = settings.bestBy;
    const weights = await this.#tools.learner.averaged();
    // Before anything is measured or saved: what stands on the disk stays good.
    this.#requireFinite(weights);
    const measure = () => this.#tools.predict(weights);
    const { mu, logvar } = await this.#tools.patience.until(measure, null, this.#signal);
    const validation = validate(
      mu,
      logvar,
      val.map((image) => image.label),
      classes.length,
    );
    const hash = await this.#saveModel(LAST, weights, { epoch, validation });
    const best = progress.best === null || validation[metric] > (progress.best.score ?? progress.best.value);
    if (best) {
      await this.#saveModel(BEST, weights, { epoch, validation });
      progress.best = { metric, value: validation.accuracy, score: validation[metric], epoch };
      progress.bestHash = hash;
    }
    const images = batches.reduce((sum, { length }) => sum + length, 0);
    const [trainLoss, trainAccuracy] = [progress.lossSum / images, progress.correct / images];
    const metrics = this.#metrics(epoch, learningRate, trainLoss, trainAccuracy, validation);
    Object.assign(progress, { epoch: epoch + 1, stepOfEpoch: 0, lossSum: 0, correct: 0, waitSeconds: 0 });
    this.#tell({ kind: 'epoch', metrics, best, bestHash: progress.bestHash, dynamics: this.#dynamics.take() });
    await this.#save();
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
      valBalancedAccuracy: validation.balancedAccuracy,
      valMacroF1: validation.macroF1,
      meanSigma: validation.meanSigma,
      waitSeconds: this.#progress.waitSeconds,
      processSeconds: this.#seconds(),
    };
  }

  /** A checkpoint of the model alone. @returns its SHA-256, hex. */
  #saveModel(name: string, weights: Weights, about: Readonly<Record<string, unknown>>): Promise<string> {
    const { settings, classes, folder } = this.#plan;
    const extra = { training: JSON.stringify({ settings, ...about }) };
    return this.#tools.patience.until(
      () => saveCheckpoint(join(folder, name), weights, { config: this.#tools.config, classes }, extra),
      null,
      this.#signal,
    );
  }

  /** A resume point of where the training stands. */
  async #save(): Promise<void> {
    const { learner, patience } = this.#tools;
    const weights = await learner.weights();
    this.#requireFinite(weights);
    const standing: Standing = {
      ...this.#progress,
      processSeconds: this.#seconds(),
      noise: [...this.#noise.state()],
    };
    const point = { standing, weights, optimizer: await learner.optimizerState(), dynamics: this.#dynamics.state() };
    await patience.until(() => saveResumePoint(this.#plan.folder, point), null, this.#signal);
    this.#saved = performance.now();
    this.#tell({ kind: 'saved', step: standing.steps, processSeconds: standing.processSeconds });
  }

  #minutesUnsaved(): number {
    return (performance.now() - this.#saved) / 60_000;
  }

  #tellLoss(loss: number): void {
    this.#untold.push(loss);
    if (performance.now() - this.#told >= TELL_EVERY_MS) this.#tellSteps();
  }

  #tellSteps(): void {
    const loss = Float32Array.from(this.#untold.splice(0));
    this.#told = performance.now();
    if (loss.length === 0) return;
    const first = this.#progress.steps - loss.length + 1;
    this.#tell({ kind: 'steps', first, loss, processSeconds: this.#seconds() });
  }

  #refuseNaN(loss: number): void {
    if (Number.isFinite(loss)) return;
    // The step that ended so has no loss to tell; those before it have.
    const { steps } = this.#progress;
    this.#progress.steps -= 1;
    this.#tellSteps();
    this.#progress.steps = steps;
    throw this.#notANumber(`the loss became ${loss}`);
  }

  /** The loss of a step can still be a number when its update is none. */
  #requireFinite(weights: Weights): void {
    if (!isFinite(weights)) throw this.#notANumber('a weight became NaN or infinite');
  }

  #notANumber(what: string): FailureError {
    const { steps, epoch } = this.#progress;
    const images = [...this.#lastBatch].flatMap((position) => this.#plan.train[position] ?? []);
    this.#tell({ kind: 'note', text: `Images of step ${steps}: ${images.map(({ file }) => file).join(', ')}` });
    const named = images.slice(0, NAMED).map(({ file }) => basename(file));
    const more = images.length > NAMED ? ` and ${images.length - NAMED} more (the log names them)` : '';
    return new FailureError({
      kind: 'engine',
      message: `At step ${steps} (epoch ${epoch}) ${what}, after the images ${named.join(', ')}${more}.`,
      remedy: 'Look at these images, or train again with a smaller learning rate; the last good checkpoint is kept.',
    });
  }

  /** Between two steps: an abort ends the training, and unless it is to be discarded, what was learnt is kept. */
  async #stopIfAborted(): Promise<void> {
    if (!this.#signal.aborted) return;
    if (this.#signal.reason !== 'discard' && this.#progress.steps > 0) {
      this.#tellSteps();
      await this.#save();
      if (this.#progress.best === null) {
        const { epoch } = this.#progress;
        const hash = await this.#saveModel(LAST, await this.#tools.learner.averaged(), { epoch });
        this.#tell({ kind: 'kept', checkpoint: join(this.#plan.folder, LAST), hash });
      }
    }
    throw new FailureError({ kind: 'cancelled', message: 'Training was stopped.', remedy: '' });
  }

  /** Of work: pauses and waiting for the world outside are in none of them. */
  #seconds(): number {
    const here = (performance.now() - this.#started) / 1000;
    return this.#secondsBefore + here - this.#tools.patience.waitedSeconds;
  }
}

function isFinite(weights: Weights): boolean {
  for (const { dtype, data } of weights.values()) {
    if (dtype === 'float32' && !data.every((value) => Number.isFinite(value))) return false;
  }
  return true;
}
