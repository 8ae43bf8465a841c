/** What the statistics thread is asked and answers. Numbers go as typed arrays, copied by the platform. */
import type { EvaluationIntervals } from '../../../src-shared/domain/evaluation.ts';
import type { Cases } from '../../../src-shared/metrics/cases.ts';
import { bootstrapDifferences, bootstrapScores } from './bootstrap.ts';

export type Question =
  | { readonly kind: 'scores'; readonly cases: Cases; readonly seed: number }
  | { readonly kind: 'differences'; readonly first: Cases; readonly second: Cases; readonly seed: number };

export function answer(question: Question): EvaluationIntervals {
  return question.kind === 'scores'
    ? bootstrapScores(question.cases, question.seed)
    : bootstrapDifferences(question.first, question.second, question.seed);
}
