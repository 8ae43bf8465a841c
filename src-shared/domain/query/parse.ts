import { EXPRESSIONS } from '../expression.ts';
import { ImageStatus } from '../image.ts';
import {
  NONE,
  NUMBER_FIELDS,
  OUTCOMES,
  VALUE_FIELDS,
  WORDS,
  type Bound,
  type Condition,
  type NumberField,
  type Piece,
  type Query,
  type QueryProblem,
  type Word,
} from './ast.ts';
import { expressionNamed } from './names.ts';
import { nearest } from './nearest.ts';
import { splitWords, type RawWord } from './words.ts';

/** A sentence for the person, on its way out of the functions below; never leaves this file. */
class Problem extends Error {
  /** What was typed, and what it was probably meant to be. */
  readonly meant: readonly [typed: string, meant: string] | null;

  constructor(message: string, typed = '', known: readonly string[] = []) {
    const meant = typed === '' ? null : nearest(typed, known);
    super(meant === null ? message : `${message} Did you mean “${meant}”?`);
    this.meant = meant === null ? null : [typed, meant];
  }
}

function includes<T extends string>(list: readonly T[], word: string): word is T {
  return (list as readonly string[]).includes(word);
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function toNumber(text: string, word: string): number {
  // Number('') is 0 and Number('0x10') is 16: neither is what a person means here.
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text))
    throw new Problem(text === '' ? `A number is missing after “${word}”.` : `“${text}” is not a number.`);
  return Number(text);
}

interface Bounds {
  readonly min: Bound | null;
  readonly max: Bound | null;
}

function bounds(field: string, operator: string, text: string): Bounds {
  const at = (inclusive: boolean): Bound => ({ value: toNumber(text, `${field}${operator}`), inclusive });
  switch (operator) {
    case '>':
    case '>=':
      return { min: at(operator === '>='), max: null };
    case '<':
    case '<=':
      return { min: null, max: at(operator === '<=') };
    default: {
      const [low, high, ...more] = text.split('..');
      if (more.length > 0) throw new Problem(`“${text}” is not a range: write ${field}=0.2..0.6.`);
      const bound = (side: string | undefined): Bound | null =>
        side === undefined || side === '' ? null : { value: toNumber(side, field), inclusive: true };
      if (high === undefined) return { min: at(true), max: at(true) };
      const [min, max] = [bound(low), bound(high)];
      if (min === null && max === null) throw new Problem(`A number is missing: write ${field}=0.2..0.6.`);
      if (min !== null && max !== null && min.value > max.value)
        throw new Problem(`The range ${text} is empty: its first number is the larger one.`);
      return { min, max };
    }
  }
}

function range(field: NumberField, operator: string, text: string): Condition {
  return { kind: 'range', field, ...bounds(field, operator, text) };
}

/** `@name:value` or `@name>1`. */
function attribute(name: string, { operator, values }: RawWord): Condition {
  if (operator !== ':') return { kind: 'attributeRange', name, ...bounds(`@${name}`, operator, values.join(',')) };
  if (values.length === 0 || values.includes('')) throw new Problem(`A value is missing after “@${name}:”.`);
  return { kind: 'attribute', name, values };
}

function classValues(values: readonly string[]): (typeof NONE | (typeof EXPRESSIONS)[number])[] {
  return values.map((value) => {
    if (value.toLowerCase() === NONE) return NONE;
    const expression = expressionNamed(value);
    if (expression === null)
      throw new Problem(`No expression is called “${value}”: use ${listed([...EXPRESSIONS, NONE])}.`, value, [
        ...EXPRESSIONS,
        NONE,
      ]);
    return expression;
  });
}

function toId(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Problem(`“${text}” is not the number of an image.`);
  return Number(text);
}

function field(name: string, values: readonly string[]): Condition {
  if (includes(OUTCOMES, name)) {
    const [baseline = ''] = values;
    if (values.length !== 1 || !/^\d{1,9}$/.test(baseline))
      throw new Problem(`Write “${name}:” with the number of the run to compare with, as in ${name}:3.`);
    return { kind: 'outcome', outcome: name, baseline: Number(baseline) };
  }
  if (!includes(VALUE_FIELDS, name)) {
    if (includes(NUMBER_FIELDS, name)) return range(name, '=', values.join(','));
    const known = [...VALUE_FIELDS, ...NUMBER_FIELDS, ...OUTCOMES];
    throw new Problem(`There is no field “${name}”: use ${listed(known)}, or put the words in quotes.`, name, known);
  }
  if (values.length === 0 || values.includes('')) throw new Problem(`A value is missing after “${name}:”.`);
  switch (name) {
    case 'label':
    case 'pred':
      return { kind: 'class', field: name, values: classValues(values) };
    case 'split':
    case 'annotator':
      return { kind: name, values };
    case 'status':
      return {
        kind: 'status',
        values: values.map((value) => {
          const status = ImageStatus.options.find((option) => option === value.toLowerCase());
          if (status === undefined)
            throw new Problem(
              `No status is called “${value}”: use ${listed(ImageStatus.options)}.`,
              value,
              ImageStatus.options,
            );
          return status;
        }),
      };
    case 'path':
    case 'note':
      return { kind: 'contains', field: name, values };
    case 'id':
      return { kind: 'id', values: values.map(toId) };
  }
}

/** Spellings that people reach for. */
const WORD_ALIASES: Readonly<Record<string, Word>> = { unlabeled: 'unlabelled', correct: 'right', incorrect: 'wrong' };
const FIELD_ALIASES: Readonly<Record<string, string>> = { prediction: 'pred', predicted: 'pred', name: 'path' };

function condition(word: RawWord): Condition {
  if (word.unclosed) throw new Problem('A quotation mark is not closed.');
  if (word.field !== null) {
    if (word.field.startsWith('@')) return attribute(word.field.slice(1).replace(/^"(.+)"$/, '$1'), word);
    const lower = word.field.toLowerCase();
    const name = FIELD_ALIASES[lower] ?? lower;
    if (word.operator === ':') return field(name, word.values);
    if (!includes(NUMBER_FIELDS, name))
      throw new Problem(
        `“${word.field}” cannot be compared: only ${listed(NUMBER_FIELDS)} are numbers.`,
        word.field,
        NUMBER_FIELDS,
      );
    return range(name, word.operator, word.values.join(','));
  }
  const [value = ''] = word.values;
  if (value === '') throw new Problem('A word is missing.');
  const lower = value.toLowerCase();
  const known = WORD_ALIASES[lower] ?? lower;
  if (!word.quoted && includes(WORDS, known)) return { kind: 'word', word: known };
  return { kind: 'contains', field: 'text', values: [value] };
}

/** Reads a query word by word. Never throws: a word that makes no sense is a piece with its problem. */
export function pieces(text: string): Piece[] {
  return splitWords(text).map((word) => {
    const span = { start: word.start, end: word.end, text: text.slice(word.start, word.end) };
    try {
      return { ...span, term: { negated: word.negated, condition: condition(word) }, problem: null };
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown;
      const [typed, meant] = thrown.meant ?? ['', ''];
      const suggestion = typed === '' ? null : span.text.replace(typed, meant);
      return { ...span, term: null, problem: thrown.message, suggestion };
    }
  });
}

export type ParsedQuery =
  { readonly ok: true; readonly query: Query } | { readonly ok: false; readonly problems: readonly QueryProblem[] };

/** Reads a query; with problems, each names the word's place in the text. An empty text is the query for everything. */
export function parseQuery(text: string): ParsedQuery {
  const query: Query[number][] = [];
  const problems: QueryProblem[] = [];
  for (const piece of pieces(text)) {
    if (piece.term !== null) query.push(piece.term);
    else problems.push({ start: piece.start, end: piece.end, message: piece.problem, suggestion: piece.suggestion });
  }
  return problems.length === 0 ? { ok: true, query } : { ok: false, problems };
}
