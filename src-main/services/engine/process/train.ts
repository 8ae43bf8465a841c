/** The training call: the loop, with the traced step as its learner and the classifier as its judge. */
import type { TrainSettings } from '../../../../src-shared/domain/run.ts';
import { decodeSquare, normalise } from '../../images/pixels.ts';
import type { TrainingImage, TrainingPlan } from '../interface.ts';
import type { ModelConfig } from '../model/config.ts';
import { initialise } from '../model/initialise.ts';
import type { Weights } from '../model/initialise.ts';
import type { DeviceId } from '../runtime/devices.ts';
import { IMAGE_SIZE } from '../runtime/graphs.ts';
import { openClassifier } from '../runtime/inference.ts';
import { openTrainer } from '../runtime/trainer.ts';
import type { Trainer } from '../runtime/trainer.ts';
import type { TrainingBatch } from '../train/batches.ts';
import { trainLoop } from '../train/loop.ts';
import type { Learner } from '../train/loop.ts';
import { drawNoise } from '../train/noise.ts';
import type { StepNoise } from '../train/noise.ts';
import { PixelCache } from '../train/pixels.ts';
import type { StepOptions } from '../train/step.ts';
import { balancedWeights } from '../train/targets.ts';
import type { CallTable } from './protocol.ts';
import { batchOf } from './sessions.ts';

function configOf({ settings, classes }: TrainingPlan): ModelConfig {
  const { size, vich, layerEmbedding, frozenBackboneBatchNorm } = settings;
  return { size, classes: classes.length, vich, layerEmbedding, frozenBackboneBatchNorm };
}

export const train: CallTable['train'] = async (plan, { tell, signal }) => {
  const config = configOf(plan);
  const { settings, device } = plan;
  const pixels = new PixelCache(decodeSquare);
  const trainer = await openTrainer(initialise(config, settings.seed), config, device, stepOptions(settings));
  try {
    const tools = {
      config,
      pixels,
      learner: learnerOf(trainer, plan, config, device),
      predict: (weights: Weights) => predictSplit(weights, config, device, plan.val, pixels),
    };
    return await trainLoop(plan, tools, (event) => void tell(event), signal);
  } finally {
    await trainer.dispose();
  }
};

function learnerOf(trainer: Trainer, plan: TrainingPlan, config: ModelConfig, device: DeviceId): Learner {
  const { settings, train: images } = plan;
  const classWeights = settings.classWeights === 'balanced' ? balancedWeights(images, config.classes) : undefined;
  const weighted = {
    kind: settings.targets === 'hard' ? 'hard' : 'soft',
    ...(classWeights && { classWeights }),
  } as const;
  const { weightDecay, lambda, momentum, clipNorm, samRho: rho } = settings;
  return {
    device,
    step: ({ images, targets, labels }: TrainingBatch, lr, random) => {
      const noise = (name: string): StepNoise => drawNoise(random.split(name), config, labels.length);
      const hyper = { lr, weightDecay, lambda, momentum, clipNorm, rho };
      return trainer.step({ images, targets, ...weighted }, noise('first'), hyper, noise('second'));
    },
    weights: () => Promise.resolve(trainer.weights()),
  };
}

/** What the settings make of a step; the numbers in them are given with each step. */
function stepOptions({
  batch,
  vichKl,
  labelSmoothing,
  optimizer,
  clipNorm,
  samRho,
  accumulate,
}: TrainSettings): StepOptions {
  return { batch, vichKl, labelSmoothing, optimizer, accumulate, clip: clipNorm > 0, sam: samRho > 0 };
}

/** mu and logvar of a split in evaluation mode; a graph with constant weights pays for itself within a few batches. */
async function predictSplit(
  weights: Weights,
  config: ModelConfig,
  device: DeviceId,
  split: readonly TrainingImage[],
  pixels: PixelCache,
): Promise<{ mu: Float32Array; logvar: Float32Array | null }> {
  const batch = batchOf(config.size);
  const classifier = await openClassifier(weights, config, device, batch);
  const mu = new Float32Array(split.length * config.classes);
  const logvar = config.vich ? new Float32Array(mu.length) : null;
  const load = (start: number): Promise<Uint8Array[]> =>
    Promise.all(split.slice(start, start + batch).map((image) => pixels.get(image)));
  try {
    for (let start = 0; start < split.length; start += batch) {
      const loaded = await load(start);
      const images = new Float32Array(loaded.length * IMAGE_SIZE);
      loaded.forEach((rgb, slot) => normalise(rgb, images, slot * IMAGE_SIZE));
      const outputs = await classifier.run(images, loaded.length);
      mu.set(outputs.mu, start * config.classes);
      if (logvar && outputs.logvar) logvar.set(outputs.logvar, start * config.classes);
    }
  } finally {
    await classifier.dispose();
  }
  return { mu, logvar };
}
