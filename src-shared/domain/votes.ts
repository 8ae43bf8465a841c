import { z } from 'zod';
import { EXPRESSIONS, Expression } from './expression.ts';

/** What a tagger could choose: an expression, or that it cannot be told, or that there is no face (FER+'s NF). */
export const VOTE_CHOICES = [...EXPRESSIONS, 'unknown', 'no-face'] as const;
export const VoteChoice = z.enum(VOTE_CHOICES);
export type VoteChoice = z.infer<typeof VoteChoice>;

/** Votes an image got, by choice; a choice that nobody took may be left out. */
export const Votes = z.partialRecord(VoteChoice, z.number().nonnegative());
export type Votes = z.infer<typeof Votes>;

/**
 * A target over the expressions; those that are left out have none of it. It sums to 1, but with `votes-sum`, whose
 * targets sum below 1 where taggers said unknown or no face.
 */
export const SoftLabel = z.partialRecord(Expression, z.number().nonnegative());
export type SoftLabel = z.infer<typeof SoftLabel>;

/** How votes become a target; see metrics/vote-rules. */
export const VOTE_RULES = ['first', 'majority', 'probability', 'crossentropy', 'multi-target', 'votes-sum'] as const;
export const VoteRule = z.enum(VOTE_RULES);
export type VoteRule = z.infer<typeof VoteRule>;
