/**
 * From the votes of several taggers to a training target. The rules of the FER+ paper (E. Barsoum, C. Zhang, C. Canton
 * Ferrer, Z. Zhang, "Training Deep Networks for Facial Expression Recognition with Crowd-Sourced Label Distribution",
 * ICMI 2016) as its reference implementation has them (github.com/microsoft/FERPlus, src/ferplus.py), and the one of the
 * official POSTER-Var code.
 */
import { EXPRESSIONS, type Expression } from '../domain/expression.ts';
import type { SoftLabel, VoteChoice, VoteRule, Votes } from '../domain/votes.ts';

/** What a rule makes of an image's votes: a target with its largest class, or why the image is left out. */
export type VoteOutcome =
  | { readonly label: Expression; readonly soft: SoftLabel; readonly dropped: null }
  | { readonly label: null; readonly soft: null; readonly dropped: string };

/** FER+'s order of columns: where choices tie, the earlier one is found first. */
export const FERPLUS_ORDER = [
  'neutral',
  'happy',
  'surprise',
  'sad',
  'anger',
  'disgust',
  'fear',
  'contempt',
  'unknown',
  'no-face',
] as const satisfies readonly VoteChoice[];
const EMOTIONS = 8;
/** The official code divides by the number of taggers, not by the number of votes that an image got. */
const TAGGERS = 10;

type Counts = readonly number[];

function drop(dropped: string): VoteOutcome {
  return { label: null, soft: null, dropped };
}

const sum = (counts: Counts): number => counts.reduce((total, count) => total + count, 0);

/** Single votes are taken for slips and become 0, in all ten columns. */
function withoutSingles(votes: Votes): number[] {
  return FERPLUS_ORDER.map((choice) => votes[choice] ?? 0).map((count) => (count <= 1 ? 0 : count));
}

/** The counts that a rule lets stand, or null where it says unknown. */
type Selection = (counts: Counts) => number[] | null;

/** Only the choice with the most votes, of equals the first in the order of the columns. */
const first: Selection = (counts) => {
  const top = counts.indexOf(Math.max(...counts));
  return counts.map((count, at) => (at === top ? count : 0));
};

/** The choice with more than half of the votes. */
const majority: Selection = (counts) => (Math.max(...counts) > sum(counts) / 2 ? first(counts) : null);

/**
 * The largest choices one after the other, equals together, until they hold 75% of the votes or are three; unknown and
 * no face end the search and do not count after an emotion. Unknown where they hold at most half of the votes, or
 * are more than three.
 */
const probability: Selection = (counts) => {
  const total = sum(counts);
  const left = [...counts];
  const taken = counts.map(() => 0);
  let part = 0;
  let classes = 0;
  let search = true;
  while (part < 0.75 * total && classes < 3 && search) {
    const top = Math.max(...left);
    for (let at = 0; at < left.length; at++) {
      if (left[at] !== top) continue;
      taken[at] = top;
      left[at] = 0;
      part += top;
      classes++;
      if (at < EMOTIONS) continue;
      search = false;
      if (sum(taken) > top) {
        taken[at] = 0;
        classes--;
      }
      break;
    }
  }
  return sum(taken) <= 0.5 * total || classes > 3 ? null : taken;
};

/** Each choice with at least 30% of the votes; unknown where they hold at most half of them. */
const multiTarget: Selection = (counts) => {
  const total = sum(counts);
  const taken = counts.map((count) => (count >= 0.3 * total ? count : 0));
  return sum(taken) <= 0.5 * total ? null : taken;
};

const SELECTIONS: Readonly<Record<Exclude<VoteRule, 'votes-sum'>, Selection>> = {
  first,
  majority,
  probability,
  // The same targets; the reference implementation then draws one class an epoch for `probability`, and takes the
  // whole distribution into the loss for `crossentropy`.
  crossentropy: probability,
  'multi-target': multiTarget,
};

const NO_MAJORITY: Readonly<Record<Exclude<VoteRule, 'votes-sum'>, string>> = {
  first: 'Nobody agreed: no choice got two votes.',
  majority: 'No choice has more than half of the votes.',
  probability: 'The leading choices do not hold more than half of the votes, or are more than three.',
  crossentropy: 'The leading choices do not hold more than half of the votes, or are more than three.',
  'multi-target': 'The choices with 30% or more do not hold more than half of the votes.',
};

function softLabel(weights: Counts): SoftLabel {
  const soft: SoftLabel = {};
  for (const [at, choice] of FERPLUS_ORDER.entries()) {
    const weight = weights[at] ?? 0;
    if (weight > 0 && choice !== 'unknown' && choice !== 'no-face') soft[choice] = weight;
  }
  return soft;
}

/** The class that has most of a target, of equals the first in FER+'s order of columns; null for an empty target. */
export function topOf(soft: SoftLabel): Expression | null {
  let top: Expression | null = null;
  for (const choice of FERPLUS_ORDER)
    if (choice !== 'unknown' && choice !== 'no-face' && (soft[choice] ?? 0) > (top === null ? 0 : (soft[top] ?? 0)))
      top = choice;
  return top;
}

/** Votes / 10 over the eight classes, nothing taken off and nothing renormalised: the official POSTER-Var code's target. */
function votesSum(votes: Votes): VoteOutcome {
  const soft: SoftLabel = {};
  for (const expression of EXPRESSIONS) {
    const count = votes[expression] ?? 0;
    if (count > 0) soft[expression] = count / TAGGERS;
  }
  const label = topOf(soft);
  return label === null ? drop('No vote is for an expression.') : { label, soft, dropped: null };
}

/**
 * Applies a rule to one image's votes. Images whose largest choice is then unknown or no face are dropped; the others
 * lose these two columns and are renormalised to 1 (but `votes-sum`, which does neither). `multi-target` gives each of
 * its classes an equal share. `singles`: single votes are dropped as the slips of one of many taggers, or count, where there
 * are two or three annotators.
 */
export function applyVoteRule(
  rule: VoteRule,
  votes: Votes,
  { singles = 'drop' }: { readonly singles?: 'drop' | 'count' } = {},
): VoteOutcome {
  if (rule === 'votes-sum') return votesSum(votes);
  const counts = singles === 'drop' ? withoutSingles(votes) : FERPLUS_ORDER.map((choice) => votes[choice] ?? 0);
  if (sum(counts) === 0) return drop(NO_MAJORITY.first);
  const taken = SELECTIONS[rule](counts);
  if (taken === null) return drop(NO_MAJORITY[rule]);
  const top = taken.indexOf(Math.max(...taken));
  if (top >= EMOTIONS) return drop(top === EMOTIONS ? 'The taggers said: unknown.' : 'The taggers said: no face.');
  const emotions = taken.slice(0, EMOTIONS);
  const weights = rule === 'multi-target' ? emotions.map((count) => (count > 0 ? 1 : 0)) : emotions;
  const label = FERPLUS_ORDER[top];
  if (label === undefined || label === 'unknown' || label === 'no-face') throw new RangeError('No such column.');
  const total = sum(weights);
  return { label, soft: softLabel(weights.map((weight) => weight / total)), dropped: null };
}

/**
 * The rule that a split gets: the reference implementation measures on the majority whatever it trains on; the official
 * POSTER-Var code treats all splits alike.
 */
export function ruleForSplit(rule: VoteRule, split: string): VoteRule {
  if (rule === 'votes-sum' || rule === 'first') return rule;
  return split === 'val' || split === 'test' ? 'majority' : rule;
}
