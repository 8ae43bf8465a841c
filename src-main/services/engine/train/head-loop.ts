/** Rounds of head-only training: one head for a run, or one a fold, each judging images that it did not train on. */
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import type { HeadPlan, HeadProgress, HeadRound } from '../interface.ts';
import { sizeTable } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Weights } from '../model/initialise.ts';
import { Random } from '../random.ts';
import type { HeadBatch } from './head-step.ts';
import { drawNoise } from './noise.ts';
import type { StepNoise } from './noise.ts';
import type { Hyper } from './optimizer.ts';
import { epochBatches, stepsPerEpoch } from './sampler.ts';
import { learningRateAt } from './schedule.ts';
import { balancedWeights } from './targets.ts';

/** A head that learns, one optimizer step at a time. */
export interface HeadLearner {
  /** Starts anew from the head in `weights`. */
  start(weights: Weights): void;
  /** @returns the mean loss of the batch before the step. */
  step(batch: HeadBatch, noise: StepNoise, hyper: Hyper): Promise<number>;
  /** Of [n, width] features. */
  judge(features: Float32Array): Promise<Judgement>;
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
    const classWeights = balanced(plan, config, round);
    for (let epoch = 1; epoch <= plan.settings.epochs; epoch += 1) {
      if (signal.aborted) throw new FailureError({ kind: 'cancelled', message: 'Training was cancelled.', remedy: '' });
      const loss = await trainEpoch(plan, config, learner, { index, train: round.train, classWeights }, epoch);
      if (!Number.isFinite(loss)) {
        throw new FailureError({
          kind: 'engine',
          message: `The loss of the head became ${loss} in epoch ${epoch}.`,
          remedy: 'Choose a smaller learning rate.',
        });
      }
      await tell({ round: index, epoch, loss });
    }
    const judged = await learner.judge(rowsOf(plan.features, width, round.judge));
    round.judge.forEach((row, slot) => {
      const from = slot * config.classes;
      mu.set(judged.mu.subarray(from, from + config.classes), row * config.classes);
      if (judged.logvar) logvar?.set(judged.logvar.subarray(from, from + config.classes), row * config.classes);
    });
  }
  return { mu, logvar };
}

/** Class weights of a round where the settings ask for them: training rows alone decide. */
function balanced(
  { targets, settings }: HeadPlan,
  { classes }: ModelConfig,
  { train }: HeadRound,
): Float32Array | null {
  if (settings.classWeights !== 'balanced') return null;
  const targetOf = (row: number): number[] => [...targets.subarray(row * classes, (row + 1) * classes)];
  return balancedWeights(
    Array.from(train, (row) => ({ label: 0, target: targetOf(row) })),
    classes,
  );
}

/** One pass over a round's training rows, in an order of its own. @returns the mean loss. */
async function trainEpoch(
  { features, targets, settings }: HeadPlan,
  config: ModelConfig,
  learner: HeadLearner,
  round: { readonly index: number; readonly train: Uint32Array; readonly classWeights: Float32Array | null },
  epoch: number,
): Promise<number> {
  const { train, classWeights } = round;
  const { classes } = config;
  const { width } = sizeTable(config.size).vit;
  const kind = settings.targets === 'hard' ? 'hard' : 'soft';
  const random = Random.seeded(settings.seed).split(`head/${round.index}/${epoch}`);
  const { weightDecay, lambda, momentum, clipNorm } = settings;
  const hyper = { lr: learningRateOf(epoch, settings), weightDecay, lambda, momentum, clipNorm };
  let total = 0;
  for (const positions of epochBatches(train.length, settings.batch, settings.seed, epoch)) {
    const rows = positions.map((position) => train[position] ?? 0);
    const batch = {
      features: rowsOf(features, width, rows),
      targets: rowsOf(targets, classes, rows),
      kind,
      ...(classWeights && { classWeights }),
    } as const;
    total += rows.length * (await learner.step(batch, drawNoise(random, config, rows.length), hyper));
  }
  return total / train.length;
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
