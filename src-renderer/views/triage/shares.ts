/** Shares of a soft label as the editor holds them: whole percents, one a class, that always sum to 100. */
import { EXPRESSIONS, type Expression } from '../../../src-shared/domain/expression.ts';
import type { SoftLabel } from '../../../src-shared/domain/votes.ts';

export type Percents = Readonly<Partial<Record<Expression, number>>>;

const WHOLE = 100;

/** Whole numbers in the proportions of `weights` that sum to `total`: the largest remainders get what rounding down leaves. */
function apportioned(weights: readonly number[], total: number): number[] {
  const sum = weights.reduce((one, other) => one + other, 0);
  if (sum === 0) return weights.map(() => 0);
  const exact = weights.map((weight) => (weight / sum) * total);
  const whole = exact.map(Math.floor);
  const left = total - whole.reduce((one, other) => one + other, 0);
  const order = exact.map((value, at) => ({ at, rest: value - Math.floor(value) })).sort((a, b) => b.rest - a.rest);
  for (const { at } of order.slice(0, left)) whole[at] = (whole[at] ?? 0) + 1;
  return whole;
}

function fromWeights(classes: readonly Expression[], weights: readonly number[]): Percents {
  const percents = apportioned(weights, WHOLE);
  return Object.fromEntries(classes.map((expression, at) => [expression, percents[at] ?? 0]));
}

/** Equal shares of these classes; more of them than 100 divides evenly give the first ones a percent more. */
export function equalShares(classes: readonly Expression[], chosen: readonly Expression[]): Percents {
  return fromWeights(
    classes,
    classes.map((expression) => (chosen.includes(expression) ? 1 : 0)),
  );
}

/** A soft label in whole percents. */
export function percentsOf(classes: readonly Expression[], soft: SoftLabel): Percents {
  return fromWeights(
    classes,
    classes.map((expression) => soft[expression] ?? 0),
  );
}

/**
 * Gives one class a share; the others shrink or grow in their proportions. Where no other class has any, what is left goes to `rest`,
 * the class that the person had in mind before.
 */
export function withShare(
  percents: Percents,
  classes: readonly Expression[],
  expression: Expression,
  wanted: number,
  rest: Expression,
): Percents {
  const value = Math.min(WHOLE, Math.max(0, Math.round(wanted)));
  const others = classes.filter((one) => one !== expression);
  const weights = others.map((one) => percents[one] ?? 0);
  const none = weights.every((weight) => weight === 0);
  const shares = apportioned(none ? others.map((one) => (one === rest ? 1 : 0)) : weights, WHOLE - value);
  return Object.fromEntries([
    ...others.map((one, at): [Expression, number] => [one, shares[at] ?? 0]),
    [expression, value],
  ]);
}

/** What the editor saves: a hard label where one class has it all. */
export function toChange(
  percents: Percents,
): { kind: 'hard'; label: Expression } | { kind: 'soft'; soft: SoftLabel } | null {
  const given = EXPRESSIONS.filter((expression) => (percents[expression] ?? 0) > 0);
  const [only] = given;
  if (only === undefined) return null;
  if (given.length === 1) return { kind: 'hard', label: only };
  return {
    kind: 'soft',
    soft: Object.fromEntries(given.map((expression) => [expression, (percents[expression] ?? 0) / WHOLE])),
  };
}

/** Equal co-labels as a change: exact thirds, not the editor's whole percents. */
export function coLabels(chosen: readonly Expression[]): ReturnType<typeof toChange> {
  const [only] = chosen;
  if (only === undefined) return null;
  if (chosen.length === 1) return { kind: 'hard', label: only };
  return { kind: 'soft', soft: Object.fromEntries(chosen.map((expression) => [expression, 1 / chosen.length])) };
}
