/** The head-only training call: checks its plan against the checkpoint, trains, and writes the checkpoint with the new head. */
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { inspectCheckpoint, loadCheckpoint, saveCheckpoint } from '../checkpoint/checkpoint.ts';
import type { LoadedCheckpoint } from '../checkpoint/checkpoint.ts';
import type { HeadPlan } from '../interface.ts';
import { sizeTable } from '../model/config.ts';
import type { ModelConfig } from '../model/config.ts';
import { initialise } from '../model/initialise.ts';
import type { StoredTensor, Weights } from '../model/initialise.ts';
import { parameterTable } from '../model/parameters.ts';
import { HeadTrainer } from '../runtime/head-trainer.ts';
import { trainHeads } from '../train/head-loop.ts';
import type { CallTable } from './protocol.ts';

export const trainHead: CallTable['trainHead'] = async (plan, { tell, signal }) => {
  const loaded = loadCheckpoint(plan.checkpoint);
  const config: ModelConfig = { ...loaded.config, classes: plan.classes.length, vich: plan.settings.vich };
  requireFit(plan, loaded, config);
  const start = plan.start === 'fresh' ? freshHead(plan, config) : loaded.weights;
  const { vichKl, labelSmoothing, optimizer, clipNorm } = plan.settings;
  const trainer = new HeadTrainer(config, { vichKl, labelSmoothing, optimizer, clip: clipNorm > 0 }, plan.device);
  try {
    const judgement = await trainHeads(plan, config, trainer, start, tell, signal);
    if (plan.out === null) return { ...judgement, written: null };
    const weights = withHead(loaded.weights, start, await trainer.weights(), config);
    saveCheckpoint(plan.out, weights, { config, classes: plan.classes });
    return { ...judgement, written: inspectCheckpoint(plan.out) };
  } finally {
    await trainer.dispose();
  }
};

/** The head's entries, drawn from the seed. */
function freshHead({ settings }: HeadPlan, config: ModelConfig): Weights {
  return initialise(config, settings.seed, (name) => name.startsWith('VIT.head'));
}

/** Every entry that the configuration has: the trained head, then what the head started from, then the checkpoint's own. */
function withHead(own: Weights, start: Weights, trained: Weights, config: ModelConfig): Map<string, StoredTensor> {
  const all = new Map<string, StoredTensor>();
  for (const { name } of parameterTable(config)) {
    const tensor = trained.get(name) ?? start.get(name) ?? own.get(name);
    if (tensor) all.set(name, tensor);
  }
  return all;
}

function requireFit(
  { features, targets, rounds, start, classes }: HeadPlan,
  loaded: LoadedCheckpoint,
  config: ModelConfig,
): void {
  const { width } = sizeTable(config.size).vit;
  const count = features.length / width;
  const same = classes.join() === loaded.classes.join() && config.vich === loaded.config.vich;
  const empty = rounds.length === 0 || rounds.some(({ train }) => train.length === 0);
  const outside = rounds.some(({ train, judge }) => [train, judge].some((rows) => rows.some((row) => row >= count)));
  const wrong =
    !Number.isInteger(count) || count === 0
      ? `Features of this checkpoint have ${width} numbers an image; ${features.length} numbers are no such rows.`
      : targets.length !== count * classes.length
        ? `${count} images with ${classes.length} classes need ${count * classes.length} target numbers, not ${targets.length}.`
        : empty
          ? 'There are no images to train the head on.'
          : outside
            ? `A round names a row beyond the last one (${count - 1}).`
            : start === 'checkpoint' && !same
              ? 'The checkpoint’s head has other classes or another kind of output than the one to be trained.'
              : null;
  if (wrong === null) return;
  throw new FailureError({
    kind: 'invalid',
    message: wrong,
    remedy: 'Compute the features with this checkpoint again, or start from a fresh head.',
  });
}
