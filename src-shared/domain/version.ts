import { z } from 'zod';
import { Expression } from './expression.ts';

/** A named point in a dataset's log of annotations: the labels as they stood then can be compared, exported, trained on and gone back to. */
export const Version = z.object({
  id: z.number().int(),
  dataset: z.number().int(),
  name: z.string(),
  note: z.string(),
  annotator: z.string(),
  at: z.string(),
  /** SHA-256 (hex) over what a model would learn from: path, content, split, status, label, soft target and box of each image. */
  contentHash: z.string(),
  images: z.number().int(),
  /** Usable images with a label. */
  labelled: z.number().int(),
  excluded: z.number().int(),
  /** Images whose label, status or box differs now. */
  changedSince: z.number().int(),
});
export type Version = z.infer<typeof Version>;

export const VersionName = z.string().trim().min(1).max(80);

/** What differs between two points of a dataset's log, `after` seen from `before`. */
export const VersionDifference = z.object({
  /** Images that differ in anything below. */
  images: z.number().int(),
  /** Some of them, the first by id, to look at. */
  some: z.array(z.number().int()),
  /** Labels: how many images went from which to which. */
  labels: z.array(z.object({ from: Expression.nullable(), to: Expression.nullable(), images: z.number().int() })),
  excluded: z.number().int(),
  included: z.number().int(),
  boxes: z.number().int(),
  soft: z.number().int(),
  notes: z.number().int(),
  flags: z.number().int(),
  /** Who set what differs now, and on how many images. */
  annotators: z.array(z.object({ annotator: z.string(), images: z.number().int() })),
});
export type VersionDifference = z.infer<typeof VersionDifference>;
