import { z } from 'zod';

/**
 * The expressions in the order of the keys 1-8. Everything that is stored or exchanged names classes by these words,
 * never by a bare index: index 2 is Disgust in RAF-DB, Sad in AffectNet, Fear in FER2013 and surprise in FER+.
 */
export const EXPRESSIONS = ['neutral', 'happy', 'sad', 'surprise', 'fear', 'disgust', 'anger', 'contempt'] as const;

export const Expression = z.enum(EXPRESSIONS);
export type Expression = z.infer<typeof Expression>;

/** The seven basic expressions: a model's class order for 7-class data made here. */
export const SEVEN = EXPRESSIONS.slice(0, 7);

/** Mark drawn for a class beside its colour, so that colour alone never carries meaning. */
export type ClassShape = 'circle' | 'triangle' | 'triangle-down' | 'diamond' | 'square' | 'plus' | 'star' | 'y';

/** How a class is written and drawn. */
export interface ExpressionFace {
  /** Full name for people, e.g. "Surprise". */
  readonly title: string;
  /** Two-letter code, e.g. "Su". */
  readonly code: string;
  /** Digit key that labels it, 1-8 (`event.code` Digit1 … Digit8). */
  readonly digit: number;
  readonly shape: ClassShape;
}

export const EXPRESSION_FACES: Readonly<Record<Expression, ExpressionFace>> = {
  neutral: { title: 'Neutral', code: 'Ne', digit: 1, shape: 'circle' },
  happy: { title: 'Happy', code: 'Ha', digit: 2, shape: 'triangle' },
  sad: { title: 'Sad', code: 'Sa', digit: 3, shape: 'triangle-down' },
  surprise: { title: 'Surprise', code: 'Su', digit: 4, shape: 'diamond' },
  fear: { title: 'Fear', code: 'Fe', digit: 5, shape: 'square' },
  disgust: { title: 'Disgust', code: 'Di', digit: 6, shape: 'plus' },
  anger: { title: 'Anger', code: 'An', digit: 7, shape: 'star' },
  contempt: { title: 'Contempt', code: 'Co', digit: 8, shape: 'y' },
};
