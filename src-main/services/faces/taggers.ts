import type { Random } from '../engine/random.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { ACTION_UNITS, distance, PROTOTYPES } from './action-units.ts';
import type { FacialState } from './action-units.ts';

/** Votes an image, as FER+ has them. */
export const TAGGERS = 10;

/** Standard deviation of a tagger's reading of one unit's intensity. */
const READING_NOISE = 0.26;

/** The class whose prototype lies nearest. */
export function nearest(state: FacialState, classes: readonly Expression[]): Expression {
  const ranked = classes.map((expression) => [expression, distance(state, PROTOTYPES[expression])] as const);
  const [first] = ranked.toSorted((a, b) => a[1] - b[1]);
  if (first === undefined) throw new Error('There is no class to choose from.');
  return first[0];
}

/** Ten simulated taggers: each reads the units with noise of its own and votes for the nearest prototype. */
export function vote(
  state: FacialState,
  classes: readonly Expression[],
  random: Random,
): Partial<Record<Expression, number>> {
  const votes: Partial<Record<Expression, number>> = {};
  for (let tagger = 0; tagger < TAGGERS; tagger++) {
    const units = { ...state.units };
    for (const unit of ACTION_UNITS) units[unit] += READING_NOISE * random.normal();
    const asymmetry = state.asymmetry + READING_NOISE * random.normal();
    const choice = nearest({ units, asymmetry }, classes);
    votes[choice] = (votes[choice] ?? 0) + 1;
  }
  return votes;
}
