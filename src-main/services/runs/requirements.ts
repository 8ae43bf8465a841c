/** What must hold before a training is queued, beyond its splits having images. */
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { TrainRequest, TrainSettings } from '../../../src-shared/domain/run.ts';
import { findLeaks } from '../duplicates/leaks.ts';
import type { Engine } from '../engine/interface.ts';
import { idlePatterns } from '../engine/model/freeze.ts';
import { usedParameters } from '../engine/model/parameters.ts';
import type { Store } from '../store/interface.ts';

/**
 * That no picture stands in both splits: a model would be measured on what it has learnt by heart.
 * @returns a sentence for the run's log where the request trains in spite of such pictures.
 * @throws FailureError 'leak'
 */
export async function requireNoLeak(
  store: Store,
  { dataset, trainSplit, valSplit, allowLeak = false }: TrainRequest,
): Promise<string | null> {
  const leaks = await findLeaks(store, { dataset, splits: [trainSplit, valSplit] });
  if (leaks.length === 0) return null;
  const exact = leaks.filter(({ kind }) => kind === 'exact').length;
  const kinds = [
    ...(exact > 0 ? [`${exact} exactly`] : []),
    ...(leaks.length > exact ? [`${leaks.length - exact} nearly`] : []),
  ].join(', ');
  const found = `${leaks.length === 1 ? '1 picture' : `${leaks.length} pictures`} of “${trainSplit}” ${leaks.length === 1 ? 'stands' : 'stand'} in “${valSplit}” too (${kinds})`;
  if (allowLeak) return `Trained in spite of a leak: ${found}.`;
  throw new FailureError({
    kind: 'leak',
    message: `${found}: its accuracy would count what was learnt by heart.`,
    remedy: 'Leave them out under Data, Duplicates; or train all the same, which the run records.',
  });
}

/** That each pattern freezes something, and that something is left to learn. @throws FailureError 'invalid' */
export function requireFreezable({ size, vich, layerEmbedding, freeze }: TrainSettings, classes: number): void {
  if (freeze.length === 0) return;
  const config = { size, classes, vich, layerEmbedding, frozenBackboneBatchNorm: 'batch', freeze } as const;
  const parameters = usedParameters(config);
  const [idle] = idlePatterns(
    freeze,
    parameters.filter(({ role }) => role !== 'buffer').map(({ name }) => name),
  );
  const nothing = parameters.every(({ role }) => role !== 'trainable');
  if (idle === undefined && !nothing) return;
  throw new FailureError({
    kind: 'invalid',
    message: idle === undefined ? 'These patterns freeze the whole model.' : `No parameter is called “${idle}”.`,
    remedy: 'Name modules as the checkpoint does, e.g. ir_back, face_landback, VIT.blocks.0 or embed_*.',
  });
}

/**
 * Settings of a training of the head alone, as its model has them.
 * @param models files that the weights start from: one whole model.
 * @throws FailureError 'invalid', and those of reading the file.
 */
export async function headSettings(
  engine: Pick<Engine, 'inspect'>,
  settings: TrainSettings,
  models: readonly string[],
): Promise<TrainSettings> {
  const [model, ...others] = models;
  if (model === undefined || others.length > 0 || !model.endsWith('.safetensors')) {
    throw new FailureError({
      kind: 'invalid',
      message: 'The head alone is trained on the features of one whole model.',
      remedy:
        'Choose a run of the project under “Initial weights”, or one .safetensors checkpoint; import a .pth file first.',
    });
  }
  const { size, layerEmbedding } = await engine.inspect(model);
  return { ...settings, size, layerEmbedding };
}
