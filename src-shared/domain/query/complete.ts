/** Completion of a query as it is typed: words, fields and values, with counts where they are known. */
import { EXPRESSION_FACES, type Expression } from '../expression.ts';
import { ImageStatus, type AttributeSample } from '../image.ts';
import { NONE, NUMBER_FIELDS, OUTCOMES, WORDS, type NumberField, type Span } from './ast.ts';
import { quoteValue } from './format.ts';
import { MEANINGS } from './meanings.ts';
import { splitWords } from './words.ts';

/** What can be suggested depends on what one looks at. */
export interface Completable {
  readonly classes: readonly Expression[];
  readonly splits: readonly string[];
  readonly annotators: readonly string[];
  /** Further facts of the dataset's images, with some of their values. */
  readonly attributes: readonly AttributeSample[];
  /** Runs that can be the baseline. */
  readonly runs: readonly { readonly id: number; readonly name: string }[];
  /** Images with a value of a field, as far as counted. */
  readonly count: (field: string, value: string) => number | null;
  /** Smallest and largest value of a number, as far as known. */
  readonly range: (field: NumberField) => readonly [min: number, max: number] | null;
}

export interface Suggestion {
  /** What stands in place of the span when it is chosen. */
  readonly text: string;
  /** What it means, in a few words. */
  readonly meaning: string;
  readonly count: number | null;
  /** The word is not whole yet: its value comes next. */
  readonly open: boolean;
}

/** Suggestions for the piece of the text that is replaced. */
export type Completion = Span & { readonly suggestions: readonly Suggestion[] };

/** More would not be read. */
const MOST = 12;

/** The word in which the caret stands or at whose end it is, up to the caret; an empty one between words. */
function wordAt(text: string, caret: number): { start: number; typed: string } {
  const word = splitWords(text.slice(0, caret)).at(-1);
  return word !== undefined && word.end === caret && caret > 0
    ? { start: word.start, typed: text.slice(word.start, caret) }
    : { start: caret, typed: '' };
}

function matching(all: readonly Suggestion[], typed: string, name: (one: Suggestion) => string): Suggestion[] {
  const wanted = typed.toLowerCase();
  const begins = all.filter((one) => name(one).toLowerCase().startsWith(wanted));
  const holds = all.filter(
    (one) => !begins.includes(one) && wanted.length > 1 && name(one).toLowerCase().includes(wanted),
  );
  return [...begins, ...holds].slice(0, MOST);
}

function words(known: Completable): Suggestion[] {
  const whole = WORDS.map((word) => ({
    text: word,
    meaning: MEANINGS[word],
    count: known.count('', word),
    open: false,
  }));
  const named = (['label', 'pred', 'split', 'status', 'annotator', 'note', 'path'] as const).map((field) => ({
    text: `${field}:`,
    meaning: MEANINGS[field],
    count: null,
    open: true,
  }));
  const numbers = NUMBER_FIELDS.map((field) => {
    const range = known.range(field);
    const span = range === null ? '' : `, ${shown(range[0])} to ${shown(range[1])}`;
    return { text: `${field}>`, meaning: `${MEANINGS[field]}${span}`, count: null, open: true };
  });
  const attributes = known.attributes.map(({ name, values }) => ({
    text: `${attributeField(name)}${values.every((value) => typeof value === 'number') ? '=' : ':'}`,
    meaning: 'a fact that the dataset brought',
    count: null,
    open: true,
  }));
  const outcomes = known.runs.length === 0 ? [] : OUTCOMES;
  return [
    ...named,
    ...numbers,
    ...whole,
    ...attributes,
    ...outcomes.map((outcome) => ({ text: `${outcome}:`, meaning: MEANINGS[outcome], count: null, open: true })),
  ];
}

const shown = (value: number): string => String(Number(value.toPrecision(3)));

function attributeField(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? `@${name}` : `@"${name}"`;
}

/** Values of a field, each with what it means. */
function values(field: string, known: Completable): { value: string; meaning: string }[] {
  switch (field) {
    case 'label':
    case 'pred':
    case 'prediction':
      return [
        ...known.classes.map((one) => ({ value: one, meaning: EXPRESSION_FACES[one].title })),
        { value: NONE, meaning: field === 'label' ? 'no label' : 'no prediction' },
      ];
    case 'split':
      return known.splits.filter((split) => split !== '').map((value) => ({ value, meaning: 'split' }));
    case 'status':
      return ImageStatus.options.map((value) => ({ value, meaning: MEANINGS[value] }));
    case 'annotator':
      return known.annotators.map((value) => ({ value, meaning: 'has an opinion on it' }));
    default: {
      if ((OUTCOMES as readonly string[]).includes(field))
        return known.runs.map(({ id, name }) => ({ value: String(id), meaning: name }));
      const attribute = known.attributes.find(({ name }) => attributeField(name).toLowerCase() === field);
      return (attribute?.values ?? []).map((value) => ({ value: String(value), meaning: attribute?.name ?? '' }));
    }
  }
}

/** Bounds that one may want of a number: its quarters. */
function bounds(field: NumberField, operator: string, typed: string, known: Completable): Suggestion[] {
  const range = known.range(field);
  if (range === null || typed !== '') return [];
  const [min, max] = range;
  return [0.25, 0.5, 0.75].map((share) => {
    const value = shown(min + (max - min) * share);
    return { text: `${field}${operator}${value}`, meaning: `${shown(min)} to ${shown(max)}`, count: null, open: false };
  });
}

/**
 * What can stand at the caret.
 * @param text the query as it stands in the box. @param caret position in it, 0 to its length.
 */
export function complete(text: string, caret: number, known: Completable): Completion {
  const { start, typed } = wordAt(text, caret);
  // The rest of the word behind the caret is replaced with it.
  const end = caret + (/^[^\s]*/.exec(text.slice(caret))?.[0].length ?? 0);
  const minus = typed.startsWith('-') ? '-' : '';
  const word = typed.slice(minus.length);
  const negated = (one: Suggestion): Suggestion => ({ ...one, text: `${minus}${one.text}` });
  const head = /^(@"[^"]*"|@?[\p{L}_][\p{L}\p{N}_]*)(:|>=|<=|>|<|=)(.*)$/u.exec(word);
  // Quoted text stands for itself.
  if (word.startsWith('"')) return { start, end, suggestions: [] };
  if (head === null) {
    const all = words(known).filter(({ text: one }) => one !== word);
    return {
      start,
      end,
      suggestions: matching(all, word.replaceAll('"', ''), ({ text: one }) => one.replaceAll('"', '')).map(negated),
    };
  }
  const [, name = '', operator = '', rest = ''] = head;
  const field = name.toLowerCase();
  if ((NUMBER_FIELDS as readonly string[]).includes(field))
    return { start, end, suggestions: bounds(field as NumberField, operator, rest, known).map(negated) };
  // The values before the last comma stand already.
  const comma = rest.lastIndexOf(',') + 1;
  const before = rest.slice(0, comma);
  const last = rest.slice(comma).replace(/^"/, '');
  const chosen = new Set(before.split(','));
  const all = values(field, known)
    .filter(({ value }) => !chosen.has(quoteValue(value)))
    .map(({ value, meaning }) => ({
      value,
      text: `${name}${operator}${before}${quoteValue(value)}`,
      meaning,
      count: known.count(field, value),
      open: false,
    }));
  const found = matching(all, last, (one) => (one as (typeof all)[number]).value);
  const whole = found.length === 1 && found[0]?.text === word;
  return {
    start,
    end,
    suggestions: whole
      ? []
      : found.map(({ text: one, meaning, count, open }) => negated({ text: one, meaning, count, open })),
  };
}

/** The text with a suggestion in place, and where the caret then stands. */
export function accept(text: string, { start, end }: Span, chosen: Suggestion): { text: string; caret: number } {
  const after = text.slice(end);
  const put = chosen.open || after.startsWith(' ') ? chosen.text : `${chosen.text} `;
  return { text: `${text.slice(0, start)}${put}${after}`, caret: start + put.length };
}
