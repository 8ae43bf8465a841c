/** The training call: the loop, with the traced step as its learner and the classifier as its judge. */
import { decodeSquare, normalise } from '../../images/pixels.ts';
import type { TrainingEvent, TrainingImage, TrainingPlan } from '../interface.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Weights } from '../model/initialise.ts';
import type { DeviceId } from '../runtime/devices.ts';
import { IMAGE_SIZE } from '../runtime/graphs.ts';
import { openClassifier } from '../runtime/inference.ts';
import { trainLoop } from '../train/loop.ts';
import { PixelCache } from '../train/pixels.ts';
import { patience } from '../train/waiting.ts';
import { openLearner } from './learner.ts';
import type { CallTable } from './protocol.ts';
import { batchOf } from './sessions.ts';

export function configOf({ settings, classes }: Pick<TrainingPlan, 'settings' | 'classes'>): ModelConfig {
  const { size, vich, layerEmbedding, frozenBackboneBatchNorm, freeze } = settings;
  return { size, classes: classes.length, vich, layerEmbedding, frozenBackboneBatchNorm, freeze };
}

export const train: CallTable['train'] = async (plan, { tell: send, signal }) => {
  const tell = (event: TrainingEvent): void => void send(event);
  const config = configOf(plan);
  const { device } = plan;
  const pixels = new PixelCache(decodeSquare);
  const learner = await openLearner(plan, config, device, (text) => tell({ kind: 'note', text }));
  try {
    const tools = {
      config,
      pixels,
      learner,
      predict: (weights: Weights) => predictSplit(weights, config, device, plan.val, pixels),
      patience: patience(plan.roots, (reason) => tell({ kind: 'waiting', reason })),
    };
    return await trainLoop(plan, tools, tell, signal);
  } finally {
    await learner.dispose();
  }
};

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
