/** What the statistics thread is asked and answers. Numbers go as typed arrays, copied by the platform. */
import type { EvaluationIntervals } from '../../../src-shared/domain/evaluation.ts';
import type { Cases } from '../../../src-shared/metrics/cases.ts';
import { bootstrapDifferences, bootstrapScores } from './bootstrap.ts';
import { worthOf, type UncertaintyCases } from './worth.ts';

/** Asked for intervals of scores. */
export type ScoreQuestion =
  | { readonly kind: 'scores'; readonly cases: Cases; readonly seed: number }
  | { readonly kind: 'differences'; readonly first: Cases; readonly second: Cases; readonly seed: number };

export interface WorthQuestion {
  readonly kind: 'worth';
  readonly cases: UncertaintyCases;
  readonly seed: number;
}

export type Question = ScoreQuestion | WorthQuestion;

export function answer(question: Question): EvaluationIntervals | ReturnType<typeof worthOf> {
  switch (question.kind) {
    case 'scores':
      return bootstrapScores(question.cases, question.seed);
    case 'differences':
      return bootstrapDifferences(question.first, question.second, question.seed);
    case 'worth':
      return worthOf(question.cases, question.seed);
  }
}
