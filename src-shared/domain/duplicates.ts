import { z } from 'zod';
import { ImageRow } from './image.ts';

/** Differing bits up to which pictures are compared unless somebody says otherwise. */
export const NEAR_BITS = 3;

/** Differing bits of two 64-bit difference hashes up to which two images count as near duplicates; 0: equal bytes only. */
export const DuplicateRequest = z.object({
  dataset: z.number().int(),
  near: z.number().int().min(0).max(7),
});
export type DuplicateRequest = z.infer<typeof DuplicateRequest>;

export const DuplicateImage = ImageRow.pick({
  id: true,
  path: true,
  split: true,
  label: true,
  status: true,
  box: true,
});
export type DuplicateImage = z.infer<typeof DuplicateImage>;

/** Which groups are looked at; `across`: of both kinds, those that reach over splits. */
export const GroupFilter = z.enum(['all', 'across', 'exact', 'near']);
export type GroupFilter = z.infer<typeof GroupFilter>;

/** Images of a group that a list of groups shows. */
export const GROUP_SHOWN = 24;
/** Images of a group that a query names. */
export const GROUP_NAMED = 200;

/** Images that are the same, or nearly: `exact` have equal bytes (and box), `near` are alike to the eye. */
export const DuplicateGroup = z.object({
  /** Its place in the comparison that found it; the same as long as nobody compares again. */
  group: z.number().int(),
  kind: z.enum(['exact', 'near']),
  /** It reached over splits when it was found: what is tested may have been trained on. */
  across: z.boolean(),
  size: z.number().int(),
  /** How many of them are not left out (or broken) now; with one or none, nothing is left to decide. */
  usable: z.number().int(),
  /** The first 24, as they are now. */
  images: z.array(DuplicateImage),
  /** Ids of the first 200. */
  ids: z.array(z.number().int()),
});
export type DuplicateGroup = z.infer<typeof DuplicateGroup>;

const Count = z.object({ groups: z.number().int(), images: z.number().int() });

/** What the last comparison of a dataset found, counted over the images that are usable now. */
export const DuplicateReport = z.object({
  dataset: z.number().int(),
  near: z.number().int(),
  /** When the images were compared, ISO 8601. */
  at: z.string(),
  /** Usable images that were compared. */
  images: z.number().int(),
  exact: Count,
  /** Groups with at least one pair that is not equal byte for byte. */
  nearly: Count,
  /** Of both kinds, those that reach over splits. */
  across: Count,
  /** Groups of which at most one image is still used. */
  settled: z.number().int(),
  /** Images that would be left out: all but one of each group, or what leaks only. */
  surplus: z.object({ all: z.number().int(), across: z.number().int() }),
  /** False where more pairs of like hashes were found than are looked at. */
  complete: z.boolean(),
});
export type DuplicateReport = z.infer<typeof DuplicateReport>;

/**
 * What is left out: `all`, every image but one of each group; `across`, only those that another split also has. The one
 * in the test split stays, then the one in validation: measured figures keep their meaning.
 */
export const ExclusionScope = z.enum(['all', 'across']);
export type ExclusionScope = z.infer<typeof ExclusionScope>;

/** Of every group what a scope says, or of one group all but the image that is kept. */
export const DuplicateExclusion = z.union([
  z.object({ scope: ExclusionScope }),
  z.object({ group: z.number().int().min(0), keep: z.number().int() }),
]);
export type DuplicateExclusion = z.infer<typeof DuplicateExclusion>;
