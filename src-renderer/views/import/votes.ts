/** What a vote rule comes to, worked out from the preview's counts. Pure. */
import type { VoteOutcomeCount } from '../../../src-shared/domain/dataset.ts';
import { EXPRESSIONS, type Expression } from '../../../src-shared/domain/expression.ts';
import type { VoteRule } from '../../../src-shared/domain/votes.ts';
import { ruleForSplit } from '../../../src-shared/metrics/vote-rules.ts';

export interface VoteOutcomes {
  /** Each split under the rule that it would get. */
  readonly splits: readonly VoteOutcomeCount[];
  /** Images by class over all splits, in the order of the keys. */
  readonly classes: readonly { readonly expression: Expression; readonly count: number }[];
}

export function outcomeOf(votes: readonly VoteOutcomeCount[], rule: VoteRule | null): VoteOutcomes {
  const splits = rule === null ? [] : votes.filter((one) => one.rule === ruleForSplit(rule, one.split));
  const classes = EXPRESSIONS.map((expression) => ({
    expression,
    count: splits.reduce((sum, { classes: of }) => sum + (of[expression] ?? 0), 0),
  }));
  return { splits, classes: classes.filter(({ count }) => count > 0) };
}
