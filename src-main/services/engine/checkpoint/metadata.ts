/** What a checkpoint says of itself, as safetensors metadata: text by text, structured values as JSON. */
import { z } from 'zod';
import { Expression } from '../../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { ModelSize } from '../../../../src-shared/domain/run.ts';
import type { ModelConfig } from '../model/config.ts';
import { PREPROCESSING } from '../preprocessing.ts';

/** Name and version of what stands in the metadata; other readers need only the tensors' names. */
const FORMAT = 'poster-var/1';

export interface CheckpointMeta {
  readonly config: ModelConfig;
  /** Class order of mu and logvar. */
  readonly classes: readonly Expression[];
}

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const Fields = z.object({
  format: z.literal(FORMAT),
  size: ModelSize,
  classes: z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(
      z
        .array(Expression)
        .min(2)
        .refine((classes) => new Set(classes).size === classes.length, 'names a class twice'),
    ),
  vich: flag,
  layerEmbedding: flag,
  frozenBackboneBatchNorm: z.enum(['batch', 'eval']),
});

/** Metadata of a checkpoint; `extra` goes in beside it (settings, epoch …) and is not read back. */
export function encodeMeta(meta: CheckpointMeta, extra: Readonly<Record<string, string>> = {}): Map<string, string> {
  const { config, classes } = meta;
  if (config.classes !== classes.length) {
    throw new RangeError(`A model of ${config.classes} classes cannot name ${classes.length}.`);
  }
  return new Map([
    ...Object.entries(extra),
    ['format', FORMAT],
    ['size', config.size],
    ['classes', JSON.stringify(classes)],
    ['vich', String(config.vich)],
    ['layerEmbedding', String(config.layerEmbedding)],
    ['frozenBackboneBatchNorm', config.frozenBackboneBatchNorm],
    ['preprocessing', JSON.stringify(PREPROCESSING)],
  ]);
}

/** @throws FailureError 'invalid' naming what is missing or wrong. */
export function decodeMeta(metadata: ReadonlyMap<string, string>): CheckpointMeta {
  const read = Fields.safeParse(Object.fromEntries(metadata));
  if (!read.success) {
    const wrong = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw new FailureError({
      kind: 'invalid',
      message: `The file does not say which POSTER-Var it holds (${wrong}).`,
      remedy:
        'Use a checkpoint that this workbench wrote ("model init" or training): it names size, classes and switches.',
    });
  }
  const { size, classes, vich, layerEmbedding, frozenBackboneBatchNorm } = read.data;
  return { classes, config: { size, classes: classes.length, vich, layerEmbedding, frozenBackboneBatchNorm } };
}

/** What one of our own files says of itself, whatever format it has been through; null for all others. */
export function ownMeta(metadata: ReadonlyMap<string, string>): CheckpointMeta | null {
  try {
    return decodeMeta(metadata);
  } catch {
    return null;
  }
}
