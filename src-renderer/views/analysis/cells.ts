/** From cells of the confusion matrix to the gallery's query and back. Pure. */
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { facetValues, withFacet, withTerm } from '../../../src-shared/domain/query/edit.ts';

/** A label and what was predicted for it. */
export interface Pair {
  readonly label: Expression;
  readonly prediction: Expression;
}

export interface Scope {
  /** The split that was measured; null = all. */
  readonly split: string | null;
  /** The dataset has excluded images: those are not counted in the matrix and must not be shown for a cell. */
  readonly excluded: boolean;
}

function scoped(q: string, { split, excluded }: Scope): string {
  const inSplit = split === null ? q : withFacet(q, 'split', [split]);
  return excluded ? withTerm(inSplit, '-excluded') : inSplit;
}

/** Exactly the images of a cell. */
export function cellQuery({ label, prediction }: Pair, scope: Scope): string {
  return scoped(`label:${label} pred:${prediction}`, scope);
}

/** Exactly the images of a cell that two runs were compared on: `q` of their comparison. */
export function comparedCellQuery({ label, prediction }: Pair, q: string): string {
  return withTerm(withTerm(q, `label:${label}`), `pred:${prediction}`);
}

/** The query with a further cell: its label and prediction besides those that are asked for already. */
export function withCell(q: string, { label, prediction }: Pair, scope: Scope): string {
  const add = (field: 'label' | 'pred', value: string): string[] => [...new Set([...facetValues(q, field), value])];
  return scoped(withFacet(withFacet(q, 'label', add('label', label)), 'pred', add('pred', prediction)), scope);
}

/** Whether the query asks for a cell: only a query that names labels and predictions does. */
export function asksFor(q: string, { label, prediction }: Pair): boolean {
  return facetValues(q, 'label').includes(label) && facetValues(q, 'pred').includes(prediction);
}
