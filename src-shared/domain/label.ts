import { z } from 'zod';
import { Box } from './box.ts';
import { Expression } from './expression.ts';
import { SoftLabel } from './votes.ts';

/** A target over several classes as a person gives it: shares that sum to 1. */
export const SoftChoice = SoftLabel.refine(
  (soft) => Math.abs(Object.values(soft).reduce((sum, share) => sum + share, 0) - 1) < 1e-6,
  'The shares of a soft label sum to 100 %.',
);

/** What one annotator says of one image. `label` of a soft opinion is its largest class. */
export const Opinion = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hard'), label: Expression }),
  z.object({ kind: z.literal('soft'), label: Expression, soft: SoftLabel }),
  /** Looked at, and it cannot be told. */
  z.object({ kind: z.literal('unsure') }),
  /** Put aside without a judgement. */
  z.object({ kind: z.literal('skip') }),
]);
export type Opinion = z.infer<typeof Opinion>;

export const AnnotatorOpinion = z.object({ annotator: z.string(), opinion: Opinion, at: z.string() });
export type AnnotatorOpinion = z.infer<typeof AnnotatorOpinion>;

/**
 * What a label says: `label`, the label that stands and one's own opinion (relabelling); `opinion`, the opinion alone (a second
 * annotator); `decision`, the label alone (adjudication: the judge is no further voter).
 */
export const LabelRole = z.enum(['label', 'opinion', 'decision']);
export type LabelRole = z.infer<typeof LabelRole>;

/** The queue in which a decision was made, with the score that it was made on. */
export const DecisionContext = z.object({
  queue: z.string().max(60),
  run: z.number().int().nullable(),
  score: z.number().nullable(),
});
export type DecisionContext = z.infer<typeof DecisionContext>;

/** What a person does to images. Everything is appended to a log; the current label is derived from it. */
export const LabelChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hard'), label: Expression }),
  z.object({ kind: z.literal('soft'), soft: SoftChoice }),
  z.object({ kind: z.literal('unsure') }),
  z.object({ kind: z.literal('skip') }),
  /** Back to no label, or to no opinion. */
  z.object({ kind: z.literal('clear') }),
  z.object({ kind: z.literal('exclude'), excluded: z.boolean() }),
  z.object({ kind: z.literal('flag'), flagged: z.boolean() }),
  z.object({ kind: z.literal('note'), note: z.string().max(4_000) }),
  /** Where the face is; null: the whole picture. */
  z.object({ kind: z.literal('box'), box: Box.nullable() }),
]);
export type LabelChange = z.infer<typeof LabelChange>;

export const AnnotationKind = z.enum(['hard', 'soft', 'unsure', 'skip', 'clear', 'exclude', 'flag', 'note', 'box']);
export type AnnotationKind = z.infer<typeof AnnotationKind>;

/** A line of the log as it is stored, for taking a dataset with its whole history elsewhere and back. */
export const LogLine = z.object({
  /** Number of the act among the acts of its project: lines of one act share it. */
  batch: z.number().int(),
  action: z.enum(['apply', 'undo', 'redo']),
  /** The act that an undo or redo is about. */
  target: z.number().int().nullable(),
  annotator: z.string(),
  at: z.string(),
  kind: AnnotationKind,
  labelBefore: Expression.nullable(),
  labelAfter: Expression.nullable(),
  softBefore: SoftLabel.nullable().default(null),
  softAfter: SoftLabel.nullable().default(null),
  /** Whose opinion the line is about, and that opinion before and after. */
  voter: z.string().nullable().default(null),
  opinionBefore: Opinion.nullable().default(null),
  opinionAfter: Opinion.nullable().default(null),
  /** Status, flag, note or box before and after, for those kinds. */
  valueBefore: z.string().nullable(),
  valueAfter: z.string().nullable(),
  reviewedBefore: z.boolean(),
  reviewedAfter: z.boolean(),
  /** The queue and the score that its act was made on; the run is one of the project that wrote it. */
  context: DecisionContext.nullable().default(null),
});
export type LogLine = z.infer<typeof LogLine>;

/** Images by id, or everything in a query snapshot but some: a selection of a million is never a list of a million ids. */
export const ImageSelection = z.union([
  z.object({ images: z.array(z.number().int()).min(1).max(10_000) }),
  z.object({ snapshot: z.string(), except: z.array(z.number().int()).max(10_000) }),
]);
export type ImageSelection = z.infer<typeof ImageSelection>;

/** One line of the append-only log. */
export const Annotation = z.object({
  id: z.number().int(),
  /** Annotations made in one action share a batch: one undo step. */
  batch: z.number().int(),
  image: z.number().int(),
  annotator: z.string(),
  kind: AnnotationKind,
  /** In words: "Sad", "excluded", the note's text. */
  value: z.string(),
  /** Label before and after this line. */
  before: Expression.nullable(),
  after: Expression.nullable(),
  /** True for an undo or redo, or where an act went back to a version. */
  reversal: z.boolean(),
  at: z.string(),
  /** The queue in which it was decided and the score that it was decided on; null elsewhere. */
  queue: z.string().nullable(),
  score: z.number().nullable(),
});
export type Annotation = z.infer<typeof Annotation>;

/** The outcome of apply, undo and redo. */
export const LabelBatch = z.object({
  batch: z.number().int(),
  /** Images whose state changed. */
  changed: z.number().int(),
  /** Lines that an undo, redo or revert left as they are, because somebody changed them since. */
  left: z.number().int(),
  /** First 1,000 of them, to refresh tiles; more are refreshed by event. */
  images: z.array(z.number().int()),
  /** "Sad on 10 images". */
  description: z.string(),
  canUndo: z.boolean(),
  canRedo: z.boolean(),
});
export type LabelBatch = z.infer<typeof LabelBatch>;
