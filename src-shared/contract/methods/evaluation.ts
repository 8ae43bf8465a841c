import { z } from 'zod';
import { Comparison, Evaluation, EvaluationIntervals } from '../../domain/evaluation.ts';
import { methods } from '../define.ts';
import { id } from './common.ts';

const measure = z.object({ run: id, dataset: id, split: z.string().nullable() });

/** Runs measured on stored predictions and the labels as they are now. */
export const evaluation = methods({
  'runs.evaluate': { params: measure, value: Evaluation },
  /** Bootstrap intervals of what `runs.evaluate` tells: slower, so asked for apart. */
  'runs.intervals': { params: measure, value: EvaluationIntervals },
  /** Two runs on the images that both have predicted; without a split, on every one that neither was trained on. */
  'runs.compare': { params: measure.extend({ baseline: id }), value: Comparison },
});
