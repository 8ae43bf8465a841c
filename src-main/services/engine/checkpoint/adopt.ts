/** Foreign weights made ours: a whole network under a class order, or tensors that fresh weights start from. */
import type { Expression } from '../../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import type { ModelPart } from '../../../../src-shared/domain/model.ts';
import type { ModelConfig } from '../model/config.ts';
import { initialise } from '../model/initialise.ts';
import type { StoredTensor } from '../model/initialise.ts';
import { parameterTable } from '../model/parameters.ts';
import { saveCheckpoint } from './checkpoint.ts';
import { compare, configOf, examine, widestTable } from './foreign.ts';
import { locate } from './locate.ts';
import { ownMeta } from './metadata.ts';
import { withTensors } from './tensors.ts';

/** Seed of what a file lacks and no forward pass reads. */
const SEED = 0;

/**
 * Writes a foreign network (already safetensors) as one of ours.
 * @param classes what its outputs mean, in order.
 * @throws FailureError 'invalid' where it is no whole network or the order has another length.
 */
export function adopt(
  file: string,
  {
    classes,
    vich,
    out,
    extra,
  }: { classes: readonly Expression[]; vich?: boolean; out: string; extra: Readonly<Record<string, string>> },
): void {
  withTensors(file, (tensors) => {
    const { model, obstacles } = examine(tensors, { vich });
    if (model === null || obstacles.length > 0) {
      throw new FailureError({
        kind: 'invalid',
        message: `This file is no whole POSTER-Var: ${obstacles.join(' ')}`,
        remedy: 'Inspect it to see what is missing. A backbone can be given to training as initial weights.',
      });
    }
    if (classes.length !== model.classes || new Set(classes).size !== classes.length) {
      throw new FailureError({
        kind: 'invalid',
        message: `The model has ${model.classes} outputs, and the order names ${classes.length} (${classes.join(', ')}).`,
        remedy: 'Name each class once, in the order of the outputs.',
      });
    }
    const { frozenBackboneBatchNorm = 'batch' } = ownMeta(tensors.header.metadata)?.config ?? {};
    const config: ModelConfig = { ...configOf(model), frozenBackboneBatchNorm };
    const table = parameterTable(config);
    const { entries } = locate(tensors.header, [widestTable(config.size)]);
    const weights = new Map<string, StoredTensor>(initialise(config, SEED));
    for (const { name, dtype } of compare(table, entries).matched) {
      const entry = entries.get(name);
      if (entry) weights.set(name, tensors.read(entry, dtype));
    }
    saveCheckpoint(out, weights, { config, classes }, extra);
  });
}

/** What came of one file of initial weights. */
export interface Loaded {
  readonly part: ModelPart;
  readonly matched: number;
  readonly skipped: number;
}

/**
 * Copies what matches by name and shape into fresh weights, as the official loader does.
 * @throws FailureError 'invalid' when nothing matches.
 */
export function startFrom(weights: Map<string, StoredTensor>, config: ModelConfig, file: string): Loaded {
  return withTensors(file, (tensors) => {
    const table = parameterTable(config);
    const { entries, part } = locate(tensors.header, [table]);
    const { matched } = compare(table, entries);
    if (matched.length === 0) {
      throw new FailureError({
        kind: 'invalid',
        message: `Not one tensor of the initial weights fits a ${config.size} model by name and shape.`,
        remedy:
          'Choose ir50.pth, mobilefacenet_model_best.pth.tar or a checkpoint of POSTER-Var, and the size "paper".',
      });
    }
    for (const { name, dtype } of matched) {
      const entry = entries.get(name);
      if (entry) weights.set(name, tensors.read(entry, dtype));
    }
    return { part, matched: matched.length, skipped: tensors.header.tensors.length - matched.length };
  });
}
