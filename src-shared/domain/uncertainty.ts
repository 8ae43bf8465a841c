/** What a run's uncertainty is worth: how well it finds the run's own errors, beside what mu alone would tell. */
import { z } from 'zod';
import { Interval } from './evaluation.ts';

/**
 * Larger is less certain, of each: sigma of the predicted class, the flip probability, entropy of softmax(mu), one minus its margin,
 * one minus its largest probability. The first two need VICH; the others are their rivals.
 */
export const UncertaintyScore = z.enum(['sigma', 'flip', 'entropy', 'margin', 'confidence']);
export type UncertaintyScore = z.infer<typeof UncertaintyScore>;

/** Those that use sigma. */
export const VICH_SCORES = ['sigma', 'flip'] as const satisfies readonly UncertaintyScore[];

export const ScoreWorth = z.object({
  score: UncertaintyScore,
  /** Probability that an error is less certain than a right answer; 0.5 says nothing. */
  auroc: z.number(),
  aurocInterval: Interval.nullable(),
  /** Area under the risk-coverage curve; smaller is better. */
  aurc: z.number(),
  aurcInterval: Interval.nullable(),
  /** AUROC minus that of the best rival without sigma, with its paired interval; null for the rivals themselves. */
  gain: z.object({ over: UncertaintyScore, difference: z.number(), interval: Interval.nullable() }).nullable(),
  /** Rank correlation with the entropy of people's votes; null where there are too few. */
  spearman: z.object({ rho: z.number(), interval: Interval.nullable() }).nullable(),
  curve: z.array(z.object({ coverage: z.number(), risk: z.number(), threshold: z.number() })),
});
export type ScoreWorth = z.infer<typeof ScoreWorth>;

export const UncertaintyWorth = z.object({
  run: z.number().int(),
  dataset: z.number().int(),
  split: z.string().nullable(),
  images: z.number().int(),
  errors: z.number().int(),
  /** Images on which people cast at least two votes. */
  voted: z.number().int(),
  /** The least area under a risk-coverage curve that any order of these images could have. */
  bestAurc: z.number(),
  resamples: z.number().int(),
  scores: z.array(ScoreWorth),
  /** Whether sigma tells something here that mu alone does not; null where that cannot be said. */
  adds: z.boolean().nullable(),
  /** The answer to the page's question, in sentences. */
  verdict: z.array(z.string()),
});
export type UncertaintyWorth = z.infer<typeof UncertaintyWorth>;
