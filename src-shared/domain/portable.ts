import { z } from 'zod';
import { Box } from './box.ts';
import { Expression } from './expression.ts';
import { Attributes, ImageStatus } from './image.ts';
import { LogLine } from './label.ts';
import { SoftLabel, Votes } from './votes.ts';

/**
 * Our own portable dataset: a folder with `manifest.json` and `images.jsonl`, one JSON object a line and image, in the
 * order of the dataset. What is exported comes back as it was: import(export(x)) = x.
 */
export const PORTABLE_FORMAT = 'poster-var-dataset';
/** Raised when a reader of the last version would misread the new one. */
export const PORTABLE_SCHEMA = 1;
export const PORTABLE_MANIFEST = 'manifest.json';
export const PORTABLE_IMAGES = 'images.jsonl';

export const PortableManifest = z.object({
  format: z.literal(PORTABLE_FORMAT),
  schema: z.number().int().min(1),
  name: z.string(),
  /** In the order that a model of the dataset has its outputs. */
  classes: z.array(Expression),
  images: z.number().int(),
  /** Folder that paths are relative to; null: the folder of the manifest, which then holds the image files too. */
  root: z.string().nullable(),
  /** How the dataset came into the workbench: its format's name and choices, for people. */
  origin: z.record(z.string(), z.unknown()),
  exportedAt: z.string(),
});
export type PortableManifest = z.infer<typeof PortableManifest>;

/** One line of `images.jsonl`. */
export const PortableImage = z.object({
  /** Relative to the root, with forward slashes. */
  path: z.string(),
  split: z.string(),
  /** Current status, and why a broken or excluded image is so. */
  status: ImageStatus,
  reason: z.string().nullable(),
  /** Current label. */
  label: Expression.nullable(),
  /** As it came with the dataset, and as its source called it. */
  datasetLabel: Expression.nullable(),
  rawLabel: z.string(),
  /** Soft target that stands, and the one that the dataset's votes made. */
  soft: SoftLabel.nullable(),
  datasetSoft: SoftLabel.nullable().default(null),
  votes: Votes.nullable(),
  /** Current box, and the dataset's. */
  box: Box.nullable(),
  datasetBox: Box.nullable(),
  attributes: Attributes.nullable(),
  reviewed: z.boolean(),
  flagged: z.boolean(),
  note: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  bytes: z.number().int(),
  /** SHA-256 of the file, hex; '' where it could not be read. */
  contentHash: z.string(),
  perceptualHash: z.string(),
  /** What people said, the oldest first, line by line as the log has it. */
  annotations: z.array(LogLine),
});
export type PortableImage = z.infer<typeof PortableImage>;
