import { z } from 'zod';

/** Another project with the same pictures, whose annotations are brought here. */
export const MergeSource = z.object({
  /** Here. */
  dataset: z.number().int(),
  /** Folder of the other project. */
  project: z.string().min(1),
  /** Name of its dataset; by default the one that shares the most pictures. */
  from: z.string().optional(),
});
export type MergeSource = z.infer<typeof MergeSource>;

export const MergePart = z.enum(['label', 'opinion', 'note']);
export type MergePart = z.infer<typeof MergePart>;

/** Who is right where both projects say something else of the same thing. */
export const MergeSide = z.enum(['ours', 'theirs']);
export type MergeSide = z.infer<typeof MergeSide>;
export const MergePreference = z.enum(['ours', 'theirs', 'newer']);
export type MergePreference = z.infer<typeof MergePreference>;

export const MergeConflict = z.object({
  /** Names it in `choices`. */
  key: z.string(),
  image: z.number().int(),
  path: z.string(),
  part: MergePart,
  /** Whose opinion; null for the label and the note. */
  annotator: z.string().nullable(),
  /** In words. */
  ours: z.string(),
  theirs: z.string(),
  oursAt: z.string().nullable(),
  theirsAt: z.string().nullable(),
});
export type MergeConflict = z.infer<typeof MergeConflict>;

/** Conflicts that are listed one by one. */
export const MERGE_LISTED = 500;

/** What a merge would do; nothing changes. */
export const MergePlan = z.object({
  project: z.string(),
  from: z.string(),
  /** Pictures in both, by the hash of their bytes; here only; there only. */
  matched: z.number().int(),
  onlyHere: z.number().int(),
  onlyThere: z.number().int(),
  /** What is taken without a question. */
  labels: z.number().int(),
  opinions: z.number().int(),
  exclusions: z.number().int(),
  flags: z.number().int(),
  notes: z.number().int(),
  conflicts: z.number().int(),
  listed: z.array(MergeConflict),
});
export type MergePlan = z.infer<typeof MergePlan>;
