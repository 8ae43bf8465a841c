import { z } from 'zod';
import {
  ClassBalance,
  Comparison,
  ConfusionPair,
  Evaluation,
  EvaluationIntervals,
  SigmaErrors,
  SliceGroup,
} from '../../domain/evaluation.ts';
import { UncertaintyWorth } from '../../domain/uncertainty.ts';
import { methods } from '../define.ts';
import { id } from './common.ts';

const measure = z.object({ run: id, dataset: id, split: z.string().nullable() });

/** Runs measured on stored predictions and the labels as they are now. */
export const evaluation = methods({
  'runs.evaluate': { params: measure, value: Evaluation },
  /** Bootstrap intervals of what `runs.evaluate` tells: slower, so asked for apart. */
  'runs.intervals': { params: measure, value: EvaluationIntervals },
  /** Sigma against errors: by decile, and over loss. */
  'runs.sigmaErrors': { params: measure, value: SigmaErrors },
  /** Accuracy on parts of the images: splits, annotators, further facts. */
  'runs.slices': { params: measure, value: z.array(SliceGroup) },
  /** Two runs' confusions on the images that both have predicted. */
  'runs.confusions': { params: measure.extend({ baseline: id }), value: ConfusionPair },
  /** How many images each class has, as labels stand and as imported. */
  'datasets.balance': { params: measure.omit({ run: true }), value: z.array(ClassBalance) },
  /** Whether sigma finds the run's errors, beside entropy, margin and confidence; with intervals, so it takes seconds. */
  'runs.uncertainty': { params: measure, value: UncertaintyWorth },
  /** Two runs on the images that both have predicted; without a split, on every one that neither was trained on. */
  'runs.compare': { params: measure.extend({ baseline: id }), value: Comparison },
});
