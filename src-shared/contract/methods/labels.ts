import { z } from 'zod';
import { ImageSelection, LabelBatch, LabelChange } from '../../domain/label.ts';
import { methods } from '../define.ts';
import { nothing } from './common.ts';

export const labels = methods({
  'labels.apply': { params: z.object({ on: ImageSelection, change: LabelChange }), value: LabelBatch },
  'labels.undo': { params: nothing, value: LabelBatch },
  'labels.redo': { params: nothing, value: LabelBatch },
  /** Undo state after opening a project. */
  'labels.state': { params: nothing, value: z.object({ canUndo: z.boolean(), canRedo: z.boolean() }) },
});
