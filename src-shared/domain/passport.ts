/** What a run was made of: enough to repeat it, and to tell whether two runs can be compared. */
import { z } from 'zod';
import { Expression } from './expression.ts';
import { BestEpoch, ModelSize, RunStatus } from './run.ts';

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A setting whose value is not the preset's. */
export const PresetDifference = z.object({ setting: z.string(), preset: z.unknown(), run: z.unknown() });
export type PresetDifference = z.infer<typeof PresetDifference>;

/** The images that a split gave to a training. */
export const SplitFacts = z.object({
  split: z.string(),
  images: z.number().int(),
  /** Over path, content, label, soft target, certainty and box of each of them, as they were trained on. */
  hash: Sha256,
});
export type SplitFacts = z.infer<typeof SplitFacts>;

export const DataFacts = z.object({
  dataset: z.string(),
  /** Name of the version that was trained on; null: the labels as they stood when the run began. */
  version: z.string().nullable(),
  /** The dataset's content as it was trained on, the same as a version of it has. */
  contentHash: Sha256,
  train: SplitFacts,
  val: SplitFacts,
});
export type DataFacts = z.infer<typeof DataFacts>;

/** What computed. */
export const Environment = z.object({
  workbench: z.string(),
  node: z.string(),
  onnxruntime: z.string(),
  tensorflow: z.string(),
  platform: z.string(),
  processor: z.string(),
});
export type Environment = z.infer<typeof Environment>;

export const Passport = z.object({
  format: z.literal('poster-var-passport/1'),
  model: z.object({
    size: ModelSize,
    classes: z.array(Expression),
    vich: z.boolean(),
    layerEmbedding: z.boolean(),
  }),
  /** As the run has them; the seed is among them. */
  settings: z.record(z.string(), z.unknown()),
  /** Null where the preset is not known any more. */
  preset: z
    .object({
      name: z.string(),
      /** Of the preset's settings in canonical JSON. */
      sha256: Sha256,
      differences: z.array(PresetDifference),
    })
    .nullable(),
  device: z.string(),
  /** Those that the run went through, the first first: one that was resumed elsewhere has several. */
  environments: z.array(Environment),
  /** How pixels became input. */
  preprocessing: z.record(z.string(), z.unknown()),
  data: DataFacts.nullable(),
  /** Checkpoints that the weights began from, in order; a null hash: the file was gone before it was looked at. */
  parents: z.array(z.object({ name: z.string(), sha256: Sha256.nullable() })),
  time: z.object({
    /** Seconds of work. */
    process: z.number(),
    /** Seconds from start to end, pauses included. */
    wall: z.number().nullable(),
    startedAt: z.string().nullable(),
    endedAt: z.string().nullable(),
  }),
  status: RunStatus,
  epochs: z.number().int(),
  best: BestEpoch.nullable(),
  /** SHA-256 of the checkpoint. */
  checkpoint: z.string().nullable(),
});
export type Passport = z.infer<typeof Passport>;

/** A passport with the SHA-256 of its canonical JSON. */
export const SealedPassport = z.object({ passport: Passport, sha256: Sha256 });
export type SealedPassport = z.infer<typeof SealedPassport>;

/** Values by their path, `augmentation.colorJitter`; lists count as one value. */
export function flatten(value: unknown, path = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map([[path, value]]);
  return new Map(
    Object.entries(value).flatMap(([name, inner]) => [...flatten(inner, path === '' ? name : `${path}.${name}`)]),
  );
}

/** Settings that are not the preset's, its name left out. */
export function presetDifferences(preset: object, run: object): PresetDifference[] {
  const [from, to] = [flatten(preset), flatten(run)];
  return [...new Set([...from.keys(), ...to.keys()])]
    .filter((setting) => setting !== 'preset' && JSON.stringify(from.get(setting)) !== JSON.stringify(to.get(setting)))
    .map((setting) => ({ setting, preset: from.get(setting) ?? null, run: to.get(setting) ?? null }));
}
