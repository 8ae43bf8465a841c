import type { Expression } from '../expression.ts';
import type { ImageStatus } from '../image.ts';

/** Numbers that follow from a run's prediction. */
export const PREDICTION_FIELDS = ['sigma', 'flip', 'loss', 'confidence', 'margin', 'entropy'] as const;
export type PredictionField = (typeof PREDICTION_FIELDS)[number];

/** Numbers that a query can compare; the last one follows from what people said, whatever the run. */
export const NUMBER_FIELDS = [...PREDICTION_FIELDS, 'disagreement'] as const;
export type NumberField = (typeof NUMBER_FIELDS)[number];

/** Words that stand alone. `right` and `wrong` compare the prediction with the current label. */
export const WORDS = ['wrong', 'right', 'flagged', 'reviewed', 'unlabelled', 'broken', 'excluded', 'stale'] as const;
export type Word = (typeof WORDS)[number];

/** Fields whose values are chosen from a list: a facet each. */
export const FACET_FIELDS = ['label', 'pred', 'split', 'status', 'annotator'] as const;
export type FacetField = (typeof FACET_FIELDS)[number];

/** Fields written `field:value`. Several values, separated by commas, mean any of them. */
export const VALUE_FIELDS = [...FACET_FIELDS, 'path', 'note', 'id'] as const;

/** Fields written `fixed:12`: this run beside the run 12 as its baseline, both on the current label; `compared`: any of the four. */
export const OUTCOMES = ['fixed', 'regressed', 'bothright', 'bothwrong', 'compared'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Class value for "none": an image without a label, or without a prediction. */
export const NONE = 'none';

/** A side of a range; without it the range is open there. */
export interface Bound {
  readonly value: number;
  readonly inclusive: boolean;
}

/** What a term asks. */
export type Condition =
  | { readonly kind: 'class'; readonly field: 'label' | 'pred'; readonly values: readonly (Expression | typeof NONE)[] }
  | { readonly kind: 'split'; readonly values: readonly string[] }
  /** Single images by their number in the project: what another view has found. */
  | { readonly kind: 'id'; readonly values: readonly number[] }
  /** Somebody of these has an opinion on it. */
  | { readonly kind: 'annotator'; readonly values: readonly string[] }
  | { readonly kind: 'status'; readonly values: readonly ImageStatus[] }
  /** A further fact of the image by its name in the dataset: `@gender:female`, `@age=18..25`, `@"head pose">20`. */
  | { readonly kind: 'attribute'; readonly name: string; readonly values: readonly string[] }
  | { readonly kind: 'attributeRange'; readonly name: string; readonly min: Bound | null; readonly max: Bound | null }
  /** Contains, whatever the case; `text` looks in the path and in the note. */
  | { readonly kind: 'contains'; readonly field: 'path' | 'note' | 'text'; readonly values: readonly string[] }
  | { readonly kind: 'range'; readonly field: NumberField; readonly min: Bound | null; readonly max: Bound | null }
  | { readonly kind: 'outcome'; readonly outcome: Outcome; readonly baseline: number }
  | { readonly kind: 'word'; readonly word: Word };

/** One condition, or its negation (`-`). An image matches a query when it matches every term. */
export interface Term {
  readonly negated: boolean;
  readonly condition: Condition;
}

/** A piece of the query's text, [start, end). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Why a word could not be understood, as a sentence for a person. */
export interface QueryProblem extends Span {
  readonly message: string;
  /** The whole word as it was probably meant; null where nothing is near. */
  readonly suggestion: string | null;
}

/** A word of the query as read: a term, or the reason why it is none. */
export type Piece = Span & { readonly text: string } & (
    | { readonly term: Term; readonly problem: null }
    | { readonly term: null; readonly problem: string; readonly suggestion: string | null }
  );

/** A query that was understood throughout. */
export type Query = readonly Term[];
