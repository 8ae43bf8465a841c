import type { Expression } from '../../../src-shared/domain/expression.ts';
import { EXPRESSIONS } from '../../../src-shared/domain/expression.ts';

/**
 * FACS action units that the faces are drawn from (Ekman, Friesen & Hager, Facial Action Coding System, 2002): 1 inner brow raiser,
 * 2 outer brow raiser, 4 brow lowerer, 5 upper lid raiser, 6 cheek raiser, 7 lid tightener, 9 nose wrinkler, 10 upper lip raiser,
 * 12 lip corner puller, 15 lip corner depressor, 17 chin raiser, 20 lip stretcher, 23 lip tightener, 25 lips part, 26 jaw drop.
 */
export const ACTION_UNITS = [1, 2, 4, 5, 6, 7, 9, 10, 12, 15, 17, 20, 23, 25, 26] as const;
export type ActionUnit = (typeof ACTION_UNITS)[number];

/** Intensity of every unit, 0 (absent) to 1 (FACS E, maximum). */
export type Activation = Readonly<Record<ActionUnit, number>>;

/** What a face shows: its units, and how far the lip corners differ (1: AU 12 on the right side only, as in contempt). */
export interface FacialState {
  readonly units: Activation;
  readonly asymmetry: number;
}

function state(units: Partial<Record<ActionUnit, number>>, asymmetry = 0): FacialState {
  const all = Object.fromEntries(ACTION_UNITS.map((unit) => [unit, units[unit] ?? 0])) as Record<ActionUnit, number>;
  return { units: all, asymmetry };
}

/**
 * A prototype a class. Units after EMFACS (Friesen & Ekman 1983) and the prototypes of FACS 2002, table 10-1; which of the
 * optional units take part follows the frequencies of Du, Tao & Martinez (PNAS 2014, table 1): 25 with happiness, fear and
 * surprise, 17 with sadness, disgust and anger. Contempt is unilateral 12 (Matsumoto & Ekman 2004).
 */
export const PROTOTYPES: Readonly<Record<Expression, FacialState>> = {
  neutral: state({}),
  happy: state({ 6: 0.8, 12: 1, 25: 0.8 }),
  sad: state({ 1: 0.9, 4: 0.6, 15: 1, 17: 0.5 }),
  surprise: state({ 1: 0.9, 2: 0.95, 5: 0.8, 25: 0.6, 26: 1 }),
  fear: state({ 1: 0.95, 2: 0.45, 4: 0.75, 5: 1, 7: 0.2, 20: 1, 25: 0.75, 26: 0.2 }),
  disgust: state({ 4: 0.35, 6: 0.2, 7: 0.4, 9: 1, 10: 0.9, 15: 0.3, 17: 0.45 }),
  anger: state({ 4: 1, 5: 0.45, 7: 0.7, 17: 0.35, 23: 1 }),
  contempt: state({ 12: 0.55 }, 1),
};

/** Weighted sum of prototypes; the weights need not sum to 1: less is a weaker expression. */
export function blend(weights: Readonly<Partial<Record<Expression, number>>>): FacialState {
  const terms = EXPRESSIONS.map((expression) => [PROTOTYPES[expression], weights[expression] ?? 0] as const);
  const sum = (value: (prototype: FacialState) => number): number =>
    terms.reduce((total, [prototype, weight]) => total + weight * value(prototype), 0);
  const units = Object.fromEntries(
    ACTION_UNITS.map((unit) => [
      unit,
      Math.min(
        1,
        sum((prototype) => prototype.units[unit]),
      ),
    ]),
  ) as Record<ActionUnit, number>;
  return {
    units,
    asymmetry: Math.min(
      1,
      sum((prototype) => prototype.asymmetry),
    ),
  };
}

/** Euclidean distance of two faces in the space of action units; asymmetry counts as one more unit. */
export function distance(a: FacialState, b: FacialState): number {
  let sum = (a.asymmetry - b.asymmetry) ** 2;
  for (const unit of ACTION_UNITS) sum += (a.units[unit] - b.units[unit]) ** 2;
  return Math.sqrt(sum);
}
