import { z } from 'zod';
import { ImageRow, SortKey } from './image.ts';
import { Opinion } from './label.ts';

/**
 * Ways through a dataset, the image that needs a person most first. `view`: the gallery's filter and order; `second`: images that lack an
 * opinion of this annotator; `adjudicate`: images on which annotators differ.
 */
export const QUEUES = ['mislabelled', 'ambiguous', 'hard', 'duplicates', 'view', 'second', 'adjudicate'] as const;
export const QueueName = z.enum(QUEUES);
export type QueueName = z.infer<typeof QueueName>;

export const QueueRequest = z.object({
  queue: QueueName,
  dataset: z.number().int(),
  run: z.number().int().nullable(),
  /** Whose opinions count as done. */
  annotator: z.string(),
  /** Images that score less are left out; by default the queue's own. */
  threshold: z.number().optional(),
  /** Second opinions of a round: this annotator's list in its order. */
  round: z.number().int().optional(),
  /** Filter of the gallery; its order counts for `view` only. */
  q: z.string().max(2_000),
  sort: SortKey,
  descending: z.boolean(),
});
export type QueueRequest = z.infer<typeof QueueRequest>;

/** What an order of likely wrong labels could draw on. */
export const QueueEvidence = z.object({
  /** Heads that had not seen the labels have judged them. */
  outOfSample: z.boolean(),
  /** The run recorded how it learned each image. */
  dynamics: z.boolean(),
  /** The run has a checkpoint, so that its labels can be judged out of sample. */
  canJudge: z.boolean(),
});
export type QueueEvidence = z.infer<typeof QueueEvidence>;

export const OpenedQueue = z.object({
  /** For the methods of images and queues that page through it. */
  snapshot: z.string(),
  total: z.number().int(),
  /** Images that have a score at all, and how many the threshold leaves out. */
  scored: z.number().int(),
  /** Null where there is no score. */
  threshold: z.number().nullable(),
  /** What the score is, in words, with its source. */
  measure: z.string(),
  /** What a person should know before trusting it; null: nothing. */
  caveat: z.string().nullable(),
  /** Null for queues that need none. */
  evidence: QueueEvidence.nullable(),
});
export type OpenedQueue = z.infer<typeof OpenedQueue>;

export const QueueEntry = z.object({
  row: ImageRow,
  score: z.number().nullable(),
  /** Why it stands here, in words. */
  reason: z.string(),
  /** What this annotator says of it now. */
  mine: Opinion.nullable(),
});
export type QueueEntry = z.infer<typeof QueueEntry>;

export const QueueProgress = z.object({
  /** Images of the queue that this annotator has decided, or that are excluded. */
  decided: z.number().int(),
  /** Decisions made in this queue so far by anybody, and how many of them changed the label. */
  decisions: z.number().int(),
  changed: z.number().int(),
  /** Labels that would still change if the rest went as the decisions so far; null before ten of them. */
  expected: z.number().int().nullable(),
});
export type QueueProgress = z.infer<typeof QueueProgress>;
