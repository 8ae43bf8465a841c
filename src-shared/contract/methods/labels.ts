import { z } from 'zod';
import { AUDIT_REVERTED, AuditFilter, AuditLine, AuditSummary } from '../../domain/audit.ts';
import { Agreement } from '../../domain/agreement.ts';
import { Consensus, ConsensusMethod } from '../../domain/consensus.ts';
import { MergePlan, MergePreference, MergeSide, MergeSource } from '../../domain/merge.ts';
import { Round, RoundRequest } from '../../domain/round.ts';
import { DecisionContext, ImageSelection, LabelBatch, LabelChange, LabelRole } from '../../domain/label.ts';
import { methods } from '../define.ts';
import { annotatorName, id, nothing } from './common.ts';

export const labels = methods({
  /** `annotator`: who acts, by default the account that runs the workbench; `as`: by default 'label'. */
  'labels.apply': {
    params: z.object({
      on: ImageSelection,
      change: LabelChange,
      as: LabelRole.optional(),
      annotator: annotatorName.optional(),
      context: DecisionContext.optional(),
    }),
    value: LabelBatch,
  },
  'labels.undo': { params: z.object({ annotator: annotatorName.optional() }), value: LabelBatch },
  'labels.redo': { params: z.object({ annotator: annotatorName.optional() }), value: LabelBatch },
  /** How far annotators agree on a dataset, and what most of them propose. */
  'labels.agreement': { params: z.object({ dataset: id }), value: Agreement },
  /** What a method makes of all judgements; nothing changes. */
  'labels.consensus': { params: z.object({ dataset: id, method: ConsensusMethod }), value: Consensus },
  /** Applies a proposal but for some images, as one act; `through` says which proposal was seen. */
  'labels.applyConsensus': {
    params: z.object({
      dataset: id,
      method: ConsensusMethod,
      through: id,
      except: z.array(id).max(10_000),
      annotator: annotatorName.optional(),
    }),
    value: LabelBatch,
  },
  /** What another project's annotations of the same pictures would change here; nothing changes. */
  'merge.plan': { params: MergeSource, value: MergePlan },
  /** Brings them here as one act; `choices` by the conflicts' keys, `prefer` for all others. */
  'merge.apply': {
    params: MergeSource.extend({
      prefer: MergePreference,
      choices: z.record(z.string(), MergeSide),
      annotator: annotatorName.optional(),
    }),
    value: LabelBatch,
  },
  /** Rounds of second opinions with everybody's progress, the newest first. */
  'rounds.list': { params: z.object({ dataset: id }), value: z.array(Round) },
  'rounds.start': { params: RoundRequest, value: z.object({ round: id }) },
  /** Opinions stay. */
  'rounds.remove': { params: z.object({ round: id }), value: z.null() },
  /** Everybody who has labelled in this project. */
  'labels.annotators': {
    params: nothing,
    value: z.array(z.object({ name: z.string(), opinions: z.number().int() })),
  },
  /** What this annotator can undo and redo. */
  'labels.state': {
    params: z.object({ annotator: annotatorName.optional() }),
    value: z.object({ canUndo: z.boolean(), canRedo: z.boolean() }),
  },
  /** The log, event by event, the newest first: those before one. */
  'history.page': {
    params: z.object({ filter: AuditFilter, before: id.nullable(), limit: z.number().int().min(1).max(1_000) }),
    value: z.array(AuditLine),
  },
  'history.summary': { params: z.object({ filter: AuditFilter }), value: AuditSummary },
  /** Takes events back as one new act. `through`: the last event that the person could see. */
  'history.revert': {
    params: z.object({
      what: z.union([
        z.object({ events: z.array(id).min(1).max(AUDIT_REVERTED) }),
        z.object({ filter: AuditFilter, through: id }),
      ]),
      annotator: annotatorName.optional(),
    }),
    value: LabelBatch,
  },
});
