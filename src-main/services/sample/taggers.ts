/** Ten simulated people who say what they see in a face. */
import { EXPRESSIONS, type Expression } from '../../../src-shared/domain/expression.ts';
import { ACTION_UNITS, type Activation, type ActionUnit, activation } from './action-units.ts';
import { distance } from './prototypes.ts';
import type { Stream } from './stream.ts';

/** As many as FER+ had a face (Barsoum, Zhang, Canton Ferrer & Zhang 2016). */
export const TAGGERS = 10;

/** How wrongly a tagger sees each action unit (standard deviation), and how freely he chooses between near classes. */
const PERCEPTION = 0.13;
const TEMPERATURE = 0.09;

export type Votes = Readonly<Record<Expression, number>>;

/**
 * Counts what the taggers say of a face. Each sees its units with an error of his own and names a class with
 * probability falling with the distance from its prototype, so that clear faces agree and mixed ones are split.
 */
export function vote(shown: Activation, stream: Stream): Votes {
  const votes: Record<Expression, number> = {
    neutral: 0,
    happy: 0,
    sad: 0,
    surprise: 0,
    fear: 0,
    disgust: 0,
    anger: 0,
    contempt: 0,
  };
  for (let tagger = 0; tagger < TAGGERS; tagger += 1) votes[opinion(seen(shown, stream), stream)] += 1;
  return votes;
}

function seen(shown: Activation, stream: Stream): Activation {
  const units: Partial<Record<ActionUnit, number>> = {};
  for (const unit of ACTION_UNITS) units[unit] = shown[unit] + PERCEPTION * stream.normal();
  return activation(units);
}

function opinion(shown: Activation, stream: Stream): Expression {
  const [first, ...others] = EXPRESSIONS;
  const away = EXPRESSIONS.map((expression) => distance(shown, expression));
  const least = Math.min(...away);
  return stream.pick(
    [first, ...others],
    away.map((far) => Math.exp((least - far) / TEMPERATURE)),
  );
}
