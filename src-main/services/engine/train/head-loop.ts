/** Rounds of head-only training: one head for a run, or one a fold, each judging images that it did not train on. */
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { argmax } from '../../../../src-shared/metrics/vich.ts';
import type { HeadPlan, HeadProgress, HeadRound } from '../interface.ts';
import { sizeTable } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Weights } from '../model/initialise.ts';
import { Random } from '../random.ts';
import type { HeadBatch } from './head-step.ts';
import { drawNoise } from './noise.ts';
import type { StepNoise } from './noise.ts';
import type { Hyper } from './optimizer.ts';
import { epochBatches } from './sampler.ts';
import type { SampledImage } from './sampler.ts';
import { learningRateAt } from './schedule.ts';
import { balancedWeights } from './targets.ts';
import { validate } from './validate.ts';
import type { Validation } from './validate.ts';

/** A head that learns, one optimizer step at a time. */
export interface HeadLearner {
  /** Starts anew from the head in `weights`. */
  start(weights: Weights): void;
  /** @returns the mean loss of the batch before the step. */
  step(batch: HeadBatch, noise: StepNoise, hyper: Hyper): Promise<number>;
  /** Of [n, width] features. */
  judge(features: Float32Array): Promise<Judgement>;
  /** The head as it is, under its official names. */
  weights(): Promise<Weights>;
}

/** What a head makes of images. */
export interface Judgement {
  /** [n, classes]; NaN for rows that no round judged. */
  readonly mu: Float32Array;
  readonly logvar: Float32Array | null;
}

/** Rows of a [n, width] matrix, by their numbers. */
function rowsOf(data: Float32Array, width: number, rows: Uint32Array): Float32Array {
  const chosen = new Float32Array(rows.length * width);
  rows.forEach((row, slot) => chosen.set(data.subarray(row * width, (row + 1) * width), slot * width));
  return chosen;
}

/**
 * Trains a head a round, from `start` each time.
 * @throws FailureError 'cancelled' between two epochs after an abort, 'engine' when the loss is no number any more.
 */
export async function trainHeads(
  plan: HeadPlan,
  config: ModelConfig,
  learner: HeadLearner,
  start: Weights,
  tell: (progress: HeadProgress) => Promise<void>,
  signal: AbortSignal,
): Promise<Judgement> {
  const { width } = sizeTable(config.size).vit;
  const count = plan.features.length / width;
  const mu = new Float32Array(count * config.classes).fill(NaN);
  const logvar = config.vich ? new Float32Array(mu.length).fill(NaN) : null;
  for (const [index, round] of plan.rounds.entries()) {
    learner.start(start);
    await trainRound(plan, config, learner, { index, ...round }, tell, signal);
    const judged = await learner.judge(rowsOf(plan.features, width, round.judge));
    round.judge.forEach((row, slot) => {
      const from = slot * config.classes;
      mu.set(judged.mu.subarray(from, from + config.classes), row * config.classes);
      if (judged.logvar) logvar?.set(judged.logvar.subarray(from, from + config.classes), row * config.classes);
    });
  }
  return { mu, logvar };
}

/** Every epoch of a round; where rows are followed, up to the best one's head. */
async function trainRound(
  plan: HeadPlan,
  config: ModelConfig,
  learner: HeadLearner,
  round: { readonly index: number; readonly train: Uint32Array },
  tell: (progress: HeadProgress) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const classWeights = balanced(plan, config, round);
  const { epochs, earlyStopping = 0, bestBy = 'accuracy' } = plan.settings;
  let best: { readonly score: number; readonly epoch: number; readonly head: Weights } | null = null;
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    if (signal.aborted) throw new FailureError({ kind: 'cancelled', message: 'Training was cancelled.', remedy: '' });
    const { loss, learningRate } = await trainEpoch(plan, config, learner, { ...round, classWeights }, epoch);
    if (!Number.isFinite(loss)) {
      throw new FailureError({
        kind: 'engine',
        message: `The loss of the head became ${loss} in epoch ${epoch}.`,
        remedy: 'Choose a smaller learning rate.',
      });
    }
    const judged = plan.follow && (await follow(plan, config, learner, round.train, plan.follow));
    const isBest = judged !== undefined && judged.validation[bestBy] > (best?.score ?? -1);
    if (isBest) best = { score: judged.validation[bestBy], epoch, head: await learner.weights() };
    const followed = judged ? { ...judged.followed, best: isBest } : null;
    await tell({ round: round.index, epoch, loss, learningRate, followed });
    if (earlyStopping > 0 && best !== null && epoch - best.epoch >= earlyStopping) break;
  }
  if (best !== null) learner.start(best.head);
}

/** What the head as it is makes of the rows that are followed, and of those that it trains on. */
async function follow(
  plan: HeadPlan,
  { size, classes }: ModelConfig,
  learner: HeadLearner,
  train: Uint32Array,
  rows: Uint32Array,
): Promise<{ validation: Validation; followed: Omit<NonNullable<HeadProgress['followed']>, 'best'> }> {
  const labels = labelsOf(plan, classes);
  const measure = async (of: Uint32Array): Promise<Validation> => {
    const { mu, logvar } = await learner.judge(rowsOf(plan.features, sizeTable(size).vit.width, of));
    const theirs = Array.from(of, (row) => labels[row] ?? 0);
    return validate(mu, logvar, theirs, classes);
  };
  const [own, validation] = [await measure(train), await measure(rows)];
  const { loss: valLoss, accuracy: valAccuracy, balancedAccuracy, macroF1, meanSigma } = validation;
  const figures = { valLoss, valAccuracy, valBalancedAccuracy: balancedAccuracy, valMacroF1: macroF1 };
  return { validation, followed: { trainAccuracy: own.accuracy, ...figures, meanSigma } };
}

/** [n] index into classes. */
function labelsOf({ labels, targets }: HeadPlan, classes: number): ArrayLike<number> {
  if (labels) return labels;
  const rows = targets.length / classes;
  return Int32Array.from({ length: rows }, (_, row) => argmax(targets.subarray(row * classes, (row + 1) * classes)));
}

/** Class weights of a round where the settings ask for them: training rows alone decide. */
function balanced(
  { targets, settings }: HeadPlan,
  { classes }: ModelConfig,
  { train }: Pick<HeadRound, 'train'>,
): Float32Array | null {
  if (settings.classWeights !== 'balanced') return null;
  const targetOf = (row: number): number[] => [...targets.subarray(row * classes, (row + 1) * classes)];
  return balancedWeights(
    Array.from(train, (row) => ({ label: 0, target: targetOf(row) })),
    classes,
  );
}

/** One pass over a round's training rows, as the sampler orders them. */
async function trainEpoch(
  plan: HeadPlan,
  config: ModelConfig,
  learner: HeadLearner,
  round: { readonly index: number; readonly train: Uint32Array; readonly classWeights: Float32Array | null },
  epoch: number,
): Promise<{ readonly loss: number; readonly learningRate: number }> {
  const { features, targets, settings } = plan;
  const { train, classWeights } = round;
  const { classes } = config;
  const { width } = sizeTable(config.size).vit;
  const kind = settings.targets === 'hard' ? 'hard' : 'soft';
  const random = Random.seeded(settings.seed).split(`head/${round.index}/${epoch}`);
  const { weightDecay, lambda, momentum, clipNorm } = settings;
  const { batch, seed, sampler = 'shuffled', perClass = 1 } = settings;
  const batches = epochBatches(sampledOf(plan, classes, train), { batch, seed, sampler, perClass }, epoch);
  const { epochs, learningRate, gamma, schedule = 'exponential', warmup = 0 } = settings;
  const rateAt = (step: number): number => {
    const done = (epoch - 1) * batches.length;
    return learningRateAt(done + step, batches.length, { epochs, learningRate, gamma, schedule, warmup });
  };
  let [total, seen] = [0, 0];
  for (const [step, positions] of batches.entries()) {
    const rows = positions.map((position) => train[position] ?? 0);
    const chosen = {
      features: rowsOf(features, width, rows),
      targets: rowsOf(targets, classes, rows),
      kind,
      ...(classWeights && { classWeights }),
    } as const;
    const hyper = { lr: rateAt(step), weightDecay, lambda, momentum, clipNorm };
    total += rows.length * (await learner.step(chosen, drawNoise(random, config, rows.length), hyper));
    seen += rows.length;
  }
  return { loss: total / seen, learningRate: rateAt(batches.length - 1) };
}

/** A round's training rows as a sampler sees them. */
function sampledOf(plan: HeadPlan, classes: number, train: Uint32Array): SampledImage[] {
  const labels = labelsOf(plan, classes);
  return Array.from(train, (row) => ({ label: labels[row] ?? 0, certainty: plan.certainty?.[row] ?? 1 }));
}

/**
 * Rounds of a cross-validation: each image is judged once, by a head that trained on all other folds. Folds are stratified by
 * label: each class is spread over them as evenly as it goes.
 * @param labels index into classes, one an image.
 */
export function crossValidation(labels: readonly number[], folds: number, seed: number): HeadRound[] {
  const order = Random.seeded(seed).split('folds').permutation(labels.length);
  const byLabel = [...order].toSorted((a, b) => (labels[a] ?? 0) - (labels[b] ?? 0));
  const foldOf = new Uint32Array(labels.length);
  byLabel.forEach((row, place) => (foldOf[row] = place % folds));
  const all = Uint32Array.from(labels, (_, row) => row);
  return Array.from({ length: folds }, (_, fold) => ({
    train: all.filter((row) => foldOf[row] !== fold),
    judge: all.filter((row) => foldOf[row] === fold),
  }));
}
