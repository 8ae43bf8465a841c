/** The loop's learner: the traced step on a device, with what the settings make of it. */
import { basename } from 'node:path';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { PART_TITLES } from '../../../../src-shared/domain/model.ts';
import type { TrainSettings } from '../../../../src-shared/domain/run.ts';
import { startFrom } from '../checkpoint/adopt.ts';
import { faultAt } from '../faults.ts';
import type { TrainingPlan } from '../interface.ts';
import type { ModelConfig } from '../model/config.ts';
import { initialise } from '../model/initialise.ts';
import type { Weights } from '../model/initialise.ts';
import type { DeviceId } from '../runtime/devices.ts';
import { openTrainer } from '../runtime/trainer.ts';
import type { Trainer, TrainerOptions } from '../runtime/trainer.ts';
import type { TrainingBatch } from '../train/batches.ts';
import type { Learner } from '../train/loop.ts';
import { drawNoise } from '../train/noise.ts';
import type { StepNoise } from '../train/noise.ts';
import { balancedWeights } from '../train/targets.ts';
import { isOutOfMemory } from './trouble.ts';

type NamedPlan = TrainingPlan & { readonly initialNames?: readonly string[] };

export interface OpenLearner extends Learner {
  dispose(): Promise<void>;
}

/** Fresh weights, with what the files of initial weights bring; what they brought is worth a line at the run's first start. */
function firstWeights(
  { settings, initialWeights = [], initialNames, resume }: NamedPlan,
  config: ModelConfig,
  note: (text: string) => void,
): Weights {
  const weights = initialise(config, settings.seed);
  for (const [index, file] of initialWeights.entries()) {
    const { part, matched, skipped } = startFrom(weights, config, file);
    if (resume) continue;
    const left = skipped > 0 ? `, ${skipped} that do not fit left out` : '';
    note(
      `Weights start from ${basename(initialNames?.[index] ?? file)} (${PART_TITLES[part]}): ${matched} tensors${left}.`,
    );
  }
  return weights;
}

/** @param note what is worth a line in the run's log. */
export async function openLearner(
  plan: NamedPlan,
  config: ModelConfig,
  device: DeviceId,
  note: (text: string) => void,
): Promise<OpenLearner> {
  const { settings, train: all } = plan;
  const classWeights = settings.classWeights === 'balanced' ? balancedWeights(all, config.classes) : undefined;
  const kind = settings.targets === 'hard' ? 'hard' : 'soft';
  const weighted = { kind, ...(classWeights && { classWeights }) } as const;
  const { weightDecay, lambda, momentum, clipNorm, samRho: rho, emaDecay } = settings;

  let options = stepOptions(settings);
  let wasHalved = false;
  let first: Weights = firstWeights(plan, config, note);
  let trainer = await withMemory(() => openTrainer(first, config, device, options));
  // The functions below would keep them as long as the training lasts, beside the trainer's own.
  first = new Map();

  /** Runs `body`; where memory runs out, once in a run, again with the batch in twice as many parts. */
  async function withMemory<T>(body: () => Promise<T>, reopen?: () => Promise<void>): Promise<T> {
    try {
      return await body();
    } catch (cause) {
      if (!isOutOfMemory(cause)) throw cause;
      const parts = 2 * (options.accumulate ?? 1);
      if (wasHalved || parts > options.batch) throw outOfMemory();
      wasHalved = true;
      options = { ...options, accumulate: parts };
      note(`Memory ran out: each batch of ${options.batch} now passes the network in ${parts} parts.`);
      await reopen?.();
      return withMemory(body);
    }
  }

  async function reopenTrainer(): Promise<void> {
    const [weights, optimizer] = [await trainer.weights(), await trainer.optimizerState()];
    await trainer.dispose();
    trainer = await openTrainer(weights, config, device, options);
    trainer.loadState(weights, optimizer);
  }

  const stepOn = (current: () => Trainer): Learner['step'] => {
    return ({ images, targets, labels }: TrainingBatch, lr, random) => {
      const noise = (name: string): StepNoise => drawNoise(random.split(name), config, labels.length);
      const hyper = { lr, weightDecay, lambda, momentum, clipNorm, rho, emaDecay };
      return withMemory(async () => {
        if (faultAt('step-kill')) process.kill(process.pid, 'SIGKILL');
        if (faultAt('step-lost')) throw new Error('WebGPU device lost (2): Device was destroyed. (injected)');
        if (faultAt('step-memory')) throw new Error('Failed to allocate memory (injected)');
        const result = await current().step({ images, targets, ...weighted }, noise('first'), hyper, noise('second'));
        return faultAt('step-nan') ? { ...result, loss: NaN } : result;
      }, reopenTrainer);
    };
  };

  return {
    device,
    step: stepOn(() => trainer),
    weights: () => trainer.weights(),
    averaged: () => trainer.averaged(),
    optimizerState: () => trainer.optimizerState(),
    restore: (weights: Weights, optimizer: Weights) => {
      trainer.loadState(weights, optimizer);
      return Promise.resolve();
    },
    dispose: () => trainer.dispose(),
  };
}

/** What the settings make of a step; the numbers in them are given with each step. */
function stepOptions(settings: TrainSettings): TrainerOptions {
  const { batch, vichKl, labelSmoothing, optimizer, clipNorm, samRho, accumulate, emaDecay } = settings;
  const rateOf = ratesOf(settings);
  return {
    ...{ batch, vichKl, labelSmoothing, optimizer, accumulate },
    ...{ clip: clipNorm > 0, sam: samRho > 0, average: emaDecay > 0 },
    ...(rateOf && { rateOf }),
  };
}

/** Each parameter's factor of the learning rate; null where all have the same. */
function ratesOf({ backboneRate, headRate }: TrainSettings): ((name: string) => number) | null {
  if (backboneRate === 1 && headRate === 1) return null;
  return (name) => {
    if (name.startsWith('VIT.head')) return headRate;
    return /^(ir_back|face_landback)\./.test(name) ? backboneRate : 1;
  };
}

function outOfMemory(): FailureError {
  return new FailureError({
    kind: 'engine',
    message: 'Memory ran out, with half of the batch at a time too.',
    remedy: 'Choose a smaller batch or more accumulation, or close other programs; the last checkpoint is kept.',
  });
}
