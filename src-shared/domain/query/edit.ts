import type { Condition, FacetField, NumberField, Span, Term } from './ast.ts';
import { formatTerm, quoteValue } from './format.ts';
import { pieces } from './parse.ts';

/** One word of the query as a chip; `problem` says why it filters nothing. */
export interface Chip extends Span {
  readonly text: string;
  readonly problem?: string;
  /** The word as it was probably meant. */
  readonly suggestion?: string | null;
}

/** The words of a query in order, for chips that mirror the text. */
export function chips(q: string): Chip[] {
  return pieces(q).map(({ start, end, text, ...piece }) =>
    piece.problem === null
      ? { start, end, text }
      : { start, end, text, problem: piece.problem, suggestion: piece.suggestion },
  );
}

function join(words: readonly string[]): string {
  return words.filter((word) => word !== '').join(' ');
}

/** Keeps the words that pass, as they were written. */
function keep(q: string, wanted: (term: Term | null, index: number) => boolean): string[] {
  return pieces(q)
    .filter((piece, index) => wanted(piece.term, index))
    .map((piece) => piece.text);
}

/** The query with a term added at its end; unchanged when it is there already in any spelling. */
export function withTerm(q: string, term: Term | string): string {
  const added = typeof term === 'string' ? pieces(term)[0]?.term : term;
  const text = typeof term === 'string' ? term.trim() : formatTerm(term);
  const canonical = added ? formatTerm(added) : text;
  const there = pieces(q).some((piece) => piece.term !== null && formatTerm(piece.term) === canonical);
  return there ? q : join([q.trim(), text]);
}

/** The query with another word in place of the one at `index` (the order of `chips`). */
export function withWord(q: string, index: number, word: string): string {
  return join(pieces(q).map((piece, at) => (at === index ? word : piece.text)));
}

/** The query without its word at `index` (the order of `chips`). */
export function withoutTerm(q: string, index: number): string {
  return join(keep(q, (_term, at) => at !== index));
}

function isFacet(condition: Condition, field: FacetField): boolean {
  if (condition.kind === 'class') return condition.field === field;
  return condition.kind === field;
}

/** Values that the query asks of a facet: of all its positive terms on that field; empty when it asks nothing. */
export function facetValues(q: string, field: FacetField): string[] {
  return pieces(q).flatMap(({ term }) => {
    if (term === null || term.negated || !isFacet(term.condition, field)) return [];
    return 'values' in term.condition ? term.condition.values.map(String) : [];
  });
}

/** The query with exactly these values of a facet, in place of what it asked before; no values: without that facet. */
export function withFacet(q: string, field: FacetField, values: readonly string[]): string {
  const rest = keep(q, (term) => term === null || term.negated || !isFacet(term.condition, field));
  return join([...rest, values.length === 0 ? '' : `${field}:${values.map(quoteValue).join(',')}`]);
}

/** The query with this closed range of a number, in place of what it asked of it before; null: without. */
export function withRange(q: string, field: NumberField, range: readonly [number, number] | null): string {
  const rest = keep(
    q,
    (term) => term === null || term.negated || term.condition.kind !== 'range' || term.condition.field !== field,
  );
  return join([...rest, range === null ? '' : `${field}=${range[0]}..${range[1]}`]);
}
