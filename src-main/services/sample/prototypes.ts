/**
 * Which action units make which expression.
 * Sources: EMFACS (Ekman & Friesen 1978; table of prototypes in Ekman, Friesen & Hager 2002, FACS Investigator's
 * Guide) for the core units; Du, Tao & Martinez (2014), "Compound facial expressions of emotion", PNAS 111(15), table
 * 1, for the units that only some people show, with about the shares seen there. FACS has no prototype of neutral:
 * no unit acts. Contempt is EMFACS' unilateral 12 (with 14, which is not drawn).
 */
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { ACTION_UNITS, type ActionUnit, type Activation, activation } from './action-units.ts';
import type { Stream } from './stream.ts';

/** A unit that a share of people show in this expression. */
interface Optional {
  readonly unit: ActionUnit;
  readonly share: number;
  readonly intensity: number;
}

export interface Prototype {
  /** Units that everybody shows, at the intensity of a full expression. */
  readonly core: Readonly<Partial<Record<ActionUnit, number>>>;
  readonly optional: readonly Optional[];
}

export const PROTOTYPES: Readonly<Record<Expression, Prototype>> = {
  neutral: { core: {}, optional: [] },
  happy: { core: { '6': 0.8, '12': 1 }, optional: [{ unit: '25', share: 0.8, intensity: 0.9 }] },
  sad: {
    core: { '1': 0.95, '4': 0.55, '15': 1 },
    optional: [
      { unit: '17', share: 0.67, intensity: 0.7 },
      { unit: '6', share: 0.3, intensity: 0.3 },
    ],
  },
  surprise: {
    core: { '1': 1, '2': 1, '5': 0.8, '25': 0.9, '26': 0.85 },
    optional: [{ unit: '26', share: 0.4, intensity: 1 }],
  },
  fear: {
    core: { '1': 0.95, '2': 0.4, '4': 0.7, '5': 1, '20': 1, '25': 0.9 },
    optional: [
      { unit: '7', share: 0.4, intensity: 0.5 },
      { unit: '26', share: 0.5, intensity: 0.25 },
    ],
  },
  disgust: {
    core: { '9': 1, '10': 0.9, '7': 0.4 },
    optional: [
      { unit: '17', share: 0.6, intensity: 0.7 },
      { unit: '4', share: 0.31, intensity: 0.4 },
      { unit: '25', share: 0.35, intensity: 0.7 },
    ],
  },
  anger: {
    core: { '4': 1, '5': 0.5, '7': 0.6, '23': 1 },
    optional: [
      { unit: '17', share: 0.52, intensity: 0.5 },
      { unit: '10', share: 0.26, intensity: 0.4 },
    ],
  },
  contempt: { core: { R12: 1 }, optional: [] },
};

/** What people show on average: the core, and each optional unit in proportion to its share. */
export function typical(expression: Expression): Activation {
  const { core, optional } = PROTOTYPES[expression];
  const units: Partial<Record<ActionUnit, number>> = { ...core };
  for (const { unit, share, intensity } of optional) {
    const always = core[unit] ?? 0;
    units[unit] = always + share * (intensity - always);
  }
  return activation(units);
}

/** One person's full expression: optional units shown or not, each unit a little stronger or weaker. */
export function perform(expression: Expression, stream: Stream): Activation {
  const { core, optional } = PROTOTYPES[expression];
  const units: Partial<Record<ActionUnit, number>> = { ...core };
  for (const { unit, share, intensity } of optional) if (stream.chance(share)) units[unit] = intensity;
  for (const unit of ACTION_UNITS) {
    const vary = 1 + 0.1 * stream.normal();
    const acting = units[unit];
    if (acting !== undefined) units[unit] = Math.max(0, Math.min(1.15, acting * vary));
  }
  return activation(units);
}

/** The weighted sum of activations; weights that add to less than 1 give a weaker expression. */
export function blend(parts: readonly (readonly [Activation, number])[]): Activation {
  const units: Partial<Record<ActionUnit, number>> = {};
  for (const unit of ACTION_UNITS) units[unit] = parts.reduce((sum, [part, weight]) => sum + part[unit] * weight, 0);
  return activation(units);
}

/** A full expression lies on the line from rest to its prototype; from here on it is told from neutral. */
const WEAKEST = 0.5;

/**
 * Distance in the space of action units from what is shown to an expression: to the nearest point of the stretch
 * between its weakest recognisable and its full form, so that a faint smile is near to happy as well.
 */
export function distance(shown: Activation, expression: Expression): number {
  const prototype = typical(expression);
  const length = ACTION_UNITS.reduce((sum, unit) => sum + prototype[unit] ** 2, 0);
  const along = ACTION_UNITS.reduce((sum, unit) => sum + prototype[unit] * shown[unit], 0);
  const scale = length === 0 ? 0 : Math.max(WEAKEST, Math.min(1, along / length));
  return Math.sqrt(ACTION_UNITS.reduce((sum, unit) => sum + (shown[unit] - scale * prototype[unit]) ** 2, 0));
}

/** The expression of `among` whose prototype is nearest. */
export function nearest(shown: Activation, among: readonly Expression[]): Expression {
  const ranked = among.map((expression) => ({ expression, away: distance(shown, expression) }));
  return ranked.reduce((best, next) => (next.away < best.away ? next : best)).expression;
}
