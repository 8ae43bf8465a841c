import { z } from 'zod';
import { Expression } from './expression.ts';
import { VoteRule } from './votes.ts';

/** How datasets lie on disks: those of the literature by name, our own export, and the two general ways. */
export const IMPORT_FORMATS = [
  'portable',
  'rafdb',
  'affectnet',
  'fer2013',
  'ferplus',
  'manifest',
  'expw',
  'sfew',
  'caers',
  'ckplus',
  'jaffe',
  'kdef',
  'csv',
  'folders',
] as const;
export const ImportFormat = z.enum(IMPORT_FORMATS);
export type ImportFormat = z.infer<typeof ImportFormat>;

/** What was chosen for an import and stays in the dataset's record. */
export const ImportChoices = z.object({
  /** How votes became labels; absent where the source has none or they were only kept. */
  voteRule: VoteRule.optional(),
  /** Classes that are kept: 7 leaves contempt out. */
  classes: z.union([z.literal(7), z.literal(8)]).optional(),
  /** Which of the pictures that the source has of each face, e.g. RAF-DB's `aligned` or `original`. */
  variant: z.string().optional(),
  /** Image files are copied into the project instead of being referred to. */
  copy: z.boolean().optional(),
});
export type ImportChoices = z.infer<typeof ImportChoices>;

/** A set of images with labels, as imported. Images stay where they are; the database refers to them. */
export const Dataset = z.object({
  id: z.number().int(),
  name: z.string(),
  /** Folder that image paths are relative to. */
  root: z.string(),
  format: ImportFormat,
  choices: ImportChoices,
  classes: z.array(Expression),
  images: z.number().int(),
  broken: z.number().int(),
  /** Images without a current label; those that are left out do not count. */
  unlabelled: z.number().int(),
  /** Images with a person's annotation. */
  reviewed: z.number().int(),
  splits: z.record(z.string(), z.number().int()),
  createdAt: z.string(),
});
export type Dataset = z.infer<typeof Dataset>;

/** Column mapping of a CSV/TSV: which column holds what. Unmapped columns are ignored. */
export const ColumnMap = z.object({
  path: z.string(),
  label: z.string(),
  split: z.string().optional(),
});
export type ColumnMap = z.infer<typeof ColumnMap>;

/** Where a raw class name goes: an expression, or null = left unlabelled. Keys are raw names as they stand in the source. */
export const LabelMap = z.record(z.string(), Expression.nullable());
export type LabelMap = z.infer<typeof LabelMap>;

/** Random split by share, stratified by label; used where the source names no split. */
export const SplitPlan = z.object({
  /** Shares by split name, e.g. {train: 0.8, val: 0.2}; they must sum to 1. */
  shares: z.record(z.string(), z.number().positive()),
  seed: z.number().int(),
});
export type SplitPlan = z.infer<typeof SplitPlan>;

/** One way to read a source, with what was seen that speaks for it. */
export const ImportCandidate = z.object({
  format: ImportFormat,
  /** The table for `csv`, the folder for `folders`. */
  path: z.string(),
  /** Which of the source's pictures, where it has several of each face. */
  variant: z.string().nullable(),
  reason: z.string(),
  /** No other way fits as well: only then it may be taken without asking. */
  certain: z.boolean(),
  columns: z.array(z.string()),
  /** Proposed mapping; null for `folders` or where no column fits. */
  mapping: ColumnMap.nullable(),
});
export type ImportCandidate = z.infer<typeof ImportCandidate>;

export const ImportPreviewClass = z.object({
  /** Class name as it stands in the source. */
  raw: z.string(),
  count: z.number().int(),
  /** Proposed expression, or null where the synonyms table does not know the name. */
  expression: Expression.nullable(),
  /** Up to 12 indices for `media/preview/<preview>/<index>`. */
  samples: z.array(z.number().int()),
});

/** A file that will not become a normal row, with the reason in words. */
export const ImportProblem = z.object({
  path: z.string(),
  kind: z.enum(['missing', 'unreadable', 'unknown-label', 'no-label', 'bad-row', 'outside', 'duplicate']),
  reason: z.string(),
});
export type ImportProblem = z.infer<typeof ImportProblem>;

/** What a vote rule makes of the images of one split. */
export const VoteOutcomeCount = z.object({
  rule: VoteRule,
  split: z.string(),
  kept: z.number().int(),
  dropped: z.number().int(),
  /** Images kept by the class that has most of their target. */
  classes: z.partialRecord(Expression, z.number().int()),
});
export type VoteOutcomeCount = z.infer<typeof VoteOutcomeCount>;

/** What an import would do, before anything is written. */
export const ImportPreview = z.object({
  /** Key for preview thumbnails; kept for a while by the service. */
  preview: z.string(),
  rows: z.number().int(),
  format: ImportFormat,
  /** What was seen that speaks for reading it so. */
  reason: z.string(),
  /** Rows that would be kept but left out, by their reason. */
  excluded: z.array(z.object({ reason: z.string(), count: z.number().int() })),
  /** The rule that the import would use; null where there are no votes or they are only kept. */
  voteRule: VoteRule.nullable(),
  /** What every rule makes of every split; empty where the source has no votes. */
  votes: z.array(VoteOutcomeCount),
  /** Splits named by the source; empty when it names none. */
  splits: z.record(z.string(), z.number().int()),
  classes: z.array(ImportPreviewClass),
  /** First problems (at most 200) and how many there are in all. Unreadable files are found among the sampled ones only. */
  problems: z.array(ImportProblem),
  problemCount: z.number().int(),
  /** First five rows of the table, by column; empty for folders. */
  head: z.array(z.record(z.string(), z.string())),
});
export type ImportPreview = z.infer<typeof ImportPreview>;

export const ImportRequest = z.object({
  source: z.string().min(1),
  format: z.enum(['auto', ...IMPORT_FORMATS]),
  choices: ImportChoices.optional(),
  mapping: ColumnMap.optional(),
  /** Corrections to the synonyms table for this source. */
  labels: LabelMap.optional(),
});
export type ImportRequest = z.infer<typeof ImportRequest>;

/** Where a dataset's files should be, and whether they are: by a sample of its images. */
export const FilesFound = z.object({
  dataset: z.number().int(),
  root: z.string(),
  looked: z.number().int(),
  missing: z.number().int(),
  /** Those of another size than when they were last read. */
  changed: z.number().int(),
  /** Paths of a few that are missing; where none is, of a few that have changed. */
  examples: z.array(z.string()),
});
export type FilesFound = z.infer<typeof FilesFound>;

/** What is imported, under which name, and how rows without a split are dealt. */
export const ImportOrder = ImportRequest.extend({
  name: z.string().min(1).max(120),
  split: SplitPlan.optional(),
});
export type ImportOrder = z.infer<typeof ImportOrder>;

/** An import that was cut short, and can go on where it was. */
export const InterruptedImport = z.object({
  dataset: z.number().int(),
  name: z.string(),
  source: z.string(),
  /** Rows of the source that are done, and all of them. */
  done: z.number().int(),
  total: z.number().int(),
});
export type InterruptedImport = z.infer<typeof InterruptedImport>;

/** The result of an import job. */
export const ImportReport = z.object({
  dataset: z.number().int(),
  name: z.string(),
  /** Rows written, broken ones included. */
  images: z.number().int(),
  broken: z.number().int(),
  /** Rows that are kept but left out: no face, no expression, no agreement among the taggers, a class left out. */
  excluded: z.number().int().default(0),
  /** Images whose bytes equal an earlier image of this dataset. */
  duplicates: z.number().int(),
  unlabelled: z.number().int(),
  classes: z.record(z.string(), z.number().int()),
  splits: z.record(z.string(), z.number().int()),
  problems: z.array(ImportProblem),
  problemCount: z.number().int(),
  /** How the source was read, and what was seen that spoke for it. */
  format: ImportFormat.default('csv'),
  reason: z.string().default(''),
  choices: ImportChoices.default({}),
  seconds: z.number(),
});
export type ImportReport = z.infer<typeof ImportReport>;
