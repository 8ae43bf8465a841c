import { z } from 'zod';
import { Expression } from './expression.ts';
import { Annotation } from './label.ts';

/** What an event is about: the label and what people say of it, or another part of an image. */
export const AUDIT_PARTS = ['label', 'exclude', 'flag', 'note', 'box'] as const;
export const AuditPart = z.enum(AUDIT_PARTS);
export type AuditPart = z.infer<typeof AuditPart>;

/** Which events of the log are meant; null: of all. */
export const AuditFilter = z.object({
  dataset: z.number().int().nullable().default(null),
  annotator: z.string().nullable().default(null),
  part: AuditPart.nullable().default(null),
  /** The label before or after. */
  label: Expression.nullable().default(null),
  /** The queue in which it was decided; '' for none. */
  queue: z.string().max(60).nullable().default(null),
  /** A part of the image's path. */
  path: z.string().max(400).default(''),
  /** ISO times: from, and up to but without. */
  since: z.string().max(40).nullable().default(null),
  until: z.string().max(40).nullable().default(null),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

/** One event: a line of the log with its image and where it came from. */
export const AuditLine = Annotation.extend({
  dataset: z.number().int(),
  path: z.string(),
  action: z.enum(['apply', 'undo', 'redo']),
  /** Says what somebody thinks and leaves the label as it is. */
  opinionOnly: z.boolean(),
  /** The version that it went back to. */
  backTo: z.string().nullable(),
  /** A revert of another event, which a person chose. */
  reverts: z.boolean(),
  /** Came with the dataset's own export, from another project. */
  restored: z.boolean(),
  /** A later undo or revert took it back. */
  takenBack: z.boolean(),
});
export type AuditLine = z.infer<typeof AuditLine>;

/** More events than this are not counted one by one. */
export const AUDIT_COUNTED = 100_000;
/** Events that one act reverts at most. */
export const AUDIT_REVERTED = 10_000;

export const AuditSummary = z.object({
  /** Events that the filter leaves, at most AUDIT_COUNTED. */
  events: z.number().int(),
  /** The newest of all events; 0 for an empty log. What is reverted by filter goes no further. */
  last: z.number().int(),
  /** Everybody and every queue that the log names. */
  annotators: z.array(z.string()),
  queues: z.array(z.string()),
});
export type AuditSummary = z.infer<typeof AuditSummary>;
