/** What is told of a run that was measured, and of two runs measured together. */
import { z } from 'zod';
import { Expression } from './expression.ts';

/** In the order in which they are shown; the last three are better when lower. */
export const Metric = z.enum(['accuracy', 'balancedAccuracy', 'macroF1', 'ece', 'nll', 'brier']);
export type Metric = z.infer<typeof Metric>;

/** Both ends of a 95% interval. */
export const Interval = z.tuple([z.number(), z.number()]);
export type Interval = z.infer<typeof Interval>;

/** Images of like confidence: how sure the model was of them, and how often it was right. */
export const CalibrationBin = z.object({
  count: z.number().int(),
  /** Lowest and highest confidence (largest softmax(mu)) in the bin. */
  low: z.number(),
  high: z.number(),
  meanConfidence: z.number(),
  accuracy: z.number(),
});
export type CalibrationBin = z.infer<typeof CalibrationBin>;

export const ClassScore = z.object({
  expression: Expression,
  support: z.number().int(),
  predicted: z.number().int(),
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  f1: z.number().nullable(),
  meanSigma: z.number().nullable(),
});
export type ClassScore = z.infer<typeof ClassScore>;

/** A run measured on the current labels of the images it has predictions for. */
export const Evaluation = z.object({
  run: z.number().int(),
  dataset: z.number().int(),
  split: z.string().nullable(),
  classes: z.array(Expression),
  images: z.number().int(),
  /** Images left out: excluded, broken, unlabelled, of a class the model does not have, or with a stale prediction. */
  leftOut: z.number().int(),
  /** Usable images among them whose prediction is stale: of another face box or file than now. */
  stale: z.number().int(),
  accuracy: z.number(),
  /** 95% Wilson score interval of the accuracy. */
  interval: Interval,
  /** Mean recall of the classes that occur (UAR). */
  balancedAccuracy: z.number(),
  macroF1: z.number(),
  /** Mean cross-entropy of softmax(mu) on the labels, nats. */
  nll: z.number(),
  /** Mean squared distance of softmax(mu) from the label, 0..2. */
  brier: z.number(),
  /** Expected calibration error over `calibration`, 0..1. */
  ece: z.number(),
  /** Equal-mass bins along the confidence, lowest first. */
  calibration: z.array(CalibrationBin),
  meanSigma: z.number().nullable(),
  /** confusion[i][j]: images labelled classes[i] and predicted classes[j]. */
  confusion: z.array(z.array(z.number().int())),
  perClass: z.array(ClassScore),
});
export type Evaluation = z.infer<typeof Evaluation>;

/** Bootstrap intervals of an evaluation; null where a figure is not defined in most resamples. */
export const EvaluationIntervals = z.object({
  metrics: z.record(Metric, Interval.nullable()),
  /** In the order of the run's classes. */
  perClass: z.array(z.object({ precision: Interval.nullable(), recall: Interval.nullable(), f1: Interval.nullable() })),
});
export type EvaluationIntervals = z.infer<typeof EvaluationIntervals>;

/** A figure of two runs on the same images. */
const Difference = z.object({
  baseline: z.number().nullable(),
  run: z.number().nullable(),
  /** Paired bootstrap interval of run - baseline. */
  interval: Interval.nullable(),
});

/** Two runs on the images that both have predicted. */
export const Comparison = z.object({
  baseline: z.number().int(),
  run: z.number().int(),
  dataset: z.number().int(),
  split: z.string().nullable(),
  classes: z.array(Expression),
  /** Images that were compared. */
  images: z.number().int(),
  leftOut: z.object({
    /** Predicted by one of the two only. */
    unpaired: z.number().int(),
    /** Labelled otherwise when the one was trained than when the other was. */
    relabelled: z.number().int(),
    /** Of a split that one of the two was trained on. */
    trained: z.number().int(),
    /** Training images of one of the two, in another dataset. */
    learned: z.number().int(),
    /** With a stale prediction by one of the two at least. */
    stale: z.number().int(),
  }),
  /** How the two are unlike, a sentence each: what a reader must know before believing a difference. */
  unlike: z.array(z.string()),
  outcomes: z.object({
    bothRight: z.number().int(),
    /** Only the run is right. */
    fixed: z.number().int(),
    /** Only the baseline is right. */
    regressed: z.number().int(),
    bothWrong: z.number().int(),
  }),
  /** Two-sided p of McNemar's exact test. */
  mcnemar: z.number(),
  metrics: z.array(Difference.extend({ metric: Metric })),
  /** Recall of each class. */
  perClass: z.array(Difference.extend({ expression: Expression, support: z.number().int() })),
  /** Every setting, as text; equal ones too. */
  configuration: z.array(z.object({ setting: z.string(), baseline: z.string(), run: z.string() })),
  /** Query of the images that were compared, to which an outcome (`fixed:12`) is added. */
  q: z.string(),
});
export type Comparison = z.infer<typeof Comparison>;

/** Images with a like sigma of the predicted class; no value of sigma lies in two bins. */
export const SigmaBin = z.object({
  low: z.number(),
  high: z.number(),
  images: z.number().int(),
  errors: z.number().int(),
  /** 95% Wilson interval of the error rate. */
  interval: Interval,
});
export type SigmaBin = z.infer<typeof SigmaBin>;

/** A cell of the grid over sigma and loss; lower ends belong to it, upper ends only in the last column or row. */
export const SigmaCell = z.object({
  sigma: Interval,
  loss: Interval,
  images: z.number().int(),
  last: z.tuple([z.boolean(), z.boolean()]),
});
export type SigmaCell = z.infer<typeof SigmaCell>;

/** Sigma against errors, on the images that an evaluation counts. */
export const SigmaErrors = z.object({
  images: z.number().int(),
  /** About ten, of about equal counts. */
  bins: z.array(SigmaBin),
  sigma: Interval,
  loss: Interval,
  cells: z.array(SigmaCell),
});
export type SigmaErrors = z.infer<typeof SigmaErrors>;

/** Usable images of a label; null: without one. */
export const ClassBalance = z.object({
  expression: Expression.nullable(),
  now: z.number().int(),
  imported: z.number().int(),
});
export type ClassBalance = z.infer<typeof ClassBalance>;

/** Some of the measured images: those of a split, of an annotator, or with a value of a further fact. */
export const Slice = z.object({
  title: z.string(),
  /** Query of exactly its images. */
  q: z.string(),
  images: z.number().int(),
  errors: z.number().int(),
  accuracy: z.number(),
  /** 95% Wilson interval of the accuracy. */
  interval: Interval,
  meanLoss: z.number(),
  meanSigma: z.number().nullable(),
  /** Too few images to say anything of it. */
  small: z.boolean(),
});
export type Slice = z.infer<typeof Slice>;

export const SliceGroup = z.object({
  name: z.string(),
  slices: z.array(Slice),
  /** Measured images that are in none of them. */
  others: z.number().int(),
});
export type SliceGroup = z.infer<typeof SliceGroup>;

/** Two runs' confusions on the images that both have predicted, in the order of the baseline's classes. */
export const ConfusionPair = z.object({
  classes: z.array(Expression),
  images: z.number().int(),
  baseline: z.array(z.array(z.number().int())),
  run: z.array(z.array(z.number().int())),
  /** Query of exactly the images that were compared. */
  q: z.string(),
});
export type ConfusionPair = z.infer<typeof ConfusionPair>;
