import { z } from 'zod';
import { Expression } from './expression.ts';

/** Differing bits up to which pictures are compared unless somebody says otherwise. */
export const NEAR_BITS = 3;

/** Differing bits of two 64-bit difference hashes up to which two images count as near duplicates; 0: equal bytes only. */
export const DuplicateRequest = z.object({
  dataset: z.number().int(),
  near: z.number().int().min(0).max(7),
});
export type DuplicateRequest = z.infer<typeof DuplicateRequest>;

export const DuplicateImage = z.object({
  id: z.number().int(),
  path: z.string(),
  split: z.string(),
  label: Expression.nullable(),
});

/** Images that are the same, or nearly: `exact` have equal bytes (and box), `near` are alike to the eye. */
export const DuplicateGroup = z.object({
  kind: z.enum(['exact', 'near']),
  /** It reaches over splits: what is tested may have been trained on. */
  across: z.boolean(),
  /** Images that a look at this group should show; the first 24 of them. */
  images: z.array(DuplicateImage),
  size: z.number().int(),
});
export type DuplicateGroup = z.infer<typeof DuplicateGroup>;

const Count = z.object({ groups: z.number().int(), images: z.number().int() });

export const DuplicateReport = z.object({
  dataset: z.number().int(),
  near: z.number().int(),
  /** Usable images that were compared. */
  images: z.number().int(),
  exact: Count,
  /** Groups with at least one pair that is not equal byte for byte. */
  nearly: Count,
  /** Of both kinds, those that reach over splits. */
  across: Count,
  /** Images that would be left out: all but one of each group, or what leaks only. */
  surplus: z.object({ all: z.number().int(), across: z.number().int() }),
  /** False where more pairs of like hashes were found than are looked at. */
  complete: z.boolean(),
  /** The first 200, those across splits first, larger ones before smaller ones. */
  listed: z.array(DuplicateGroup),
});
export type DuplicateReport = z.infer<typeof DuplicateReport>;

/**
 * What is left out: `all`, every image but one of each group; `across`, only those that another split also has. The one
 * in the test split stays, then the one in validation: measured figures keep their meaning.
 */
export const ExclusionScope = z.enum(['all', 'across']);
export type ExclusionScope = z.infer<typeof ExclusionScope>;
