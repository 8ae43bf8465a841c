import { z } from 'zod';
import { DecisionContext, ImageSelection, LabelBatch, LabelChange, LabelRole } from '../../domain/label.ts';
import { methods } from '../define.ts';
import { nothing } from './common.ts';

const annotatorName = z.string().trim().min(1).max(60);

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
  /** Undo state after opening a project. */
  'labels.state': { params: nothing, value: z.object({ canUndo: z.boolean(), canRedo: z.boolean() }) },
});
