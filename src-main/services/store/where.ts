import {
  NONE,
  type Bound,
  type Condition,
  type Outcome,
  type Query,
  type Term,
  type Word,
} from '../../../src-shared/domain/query/ast.ts';
import { parseQuery } from '../../../src-shared/domain/query/parse.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { RELABELLED } from './paired.ts';

export type Param = string | number;

/** A piece of SQL that is true, false or null for a row, with its parameters. */
export interface Clause {
  readonly sql: string;
  readonly params: readonly Param[];
}

/** A query's terms by the table that answers them; an image matches when all three do. */
export interface Clauses {
  /** On `states`. */
  readonly states: readonly Clause[];
  /** On `images`. */
  readonly images: readonly Clause[];
  /** On `predictions` of one run. */
  readonly predictions: readonly Clause[];
  /** Whether an image without a prediction satisfies all terms on predictions, as it does for `-pred:fear`. */
  readonly absent: boolean;
}

/** Reads a query. @throws FailureError 'invalid' with the first word that makes no sense. */
export function understand(q: string): Query {
  const parsed = parseQuery(q);
  if (parsed.ok) return parsed.query;
  const problem = parsed.problems[0];
  throw new FailureError({
    kind: 'invalid',
    message: problem?.message ?? 'The filter cannot be read.',
    remedy: 'Correct or remove that word of the filter.',
  });
}

function anyOf(clauses: readonly Clause[]): Clause {
  if (clauses.length === 0) return { sql: '0', params: [] };
  return { sql: `(${clauses.map((one) => one.sql).join(' OR ')})`, params: clauses.flatMap((one) => one.params) };
}

export function allOf(clauses: readonly Clause[]): Clause {
  if (clauses.length === 0) return { sql: '1', params: [] };
  return { sql: clauses.map((one) => one.sql).join(' AND '), params: clauses.flatMap((one) => one.params) };
}

/** Not, where unknown counts as false: an image without a label is not labelled sad. */
export function not(clause: Clause): Clause {
  return { sql: `NOT coalesce((${clause.sql}), 0)`, params: clause.params };
}

function oneOf(column: string, values: readonly string[]): Clause {
  return values.length === 0
    ? { sql: '0', params: [] }
    : { sql: `${column} IN (${values.map(() => '?').join(', ')})`, params: values };
}

/** Contains one of the texts; % and _ of a text stand for themselves. */
function contains(column: string, values: readonly string[]): Clause {
  return anyOf(
    values.map((value) => ({
      sql: `${column} LIKE ? ESCAPE '\\'`,
      params: [`%${value.replace(/[\\%_]/g, '\\$&')}%`],
    })),
  );
}

type Place = 'states' | 'images' | 'predictions';

function place(condition: Condition): Place {
  switch (condition.kind) {
    case 'class':
      return condition.field === 'pred' ? 'predictions' : 'states';
    case 'range':
      return condition.field === 'disagreement' ? 'states' : 'predictions';
    case 'outcome':
      return 'predictions';
    case 'contains':
      return condition.field === 'note' ? 'states' : 'images';
    case 'attribute':
    case 'attributeRange':
      return 'images';
    case 'word':
      return condition.word === 'right' || condition.word === 'wrong' ? 'predictions' : 'states';
    case 'split':
    case 'status':
    case 'annotator':
    case 'id':
      return 'states';
  }
}

/** Each word's column and what it must be. */
const WORD_SQL: Readonly<Record<Word, readonly [column: string, test: string]>> = {
  wrong: ['correct', '= 0'],
  right: ['correct', '= 1'],
  flagged: ['flagged', '= 1'],
  reviewed: ['reviewed', '= 1'],
  unlabelled: ['label', 'IS NULL'],
  broken: ['status', `= 'broken'`],
  excluded: ['status', `= 'excluded'`],
};

/**
 * How a term names its column. Alone it may be answered from its column's index, which holds all that is asked; beside others the
 * index would send SQLite to the table for every row, slower by far than one scan of these narrow tables: a `+` keeps it from that.
 */
type Column = (name: string) => string;
const indexed: Column = (name) => name;
const scanned: Column = (name) => `+${name}`;

function classClause(column: Column, field: 'label' | 'pred', values: readonly string[]): Clause {
  const named = values.filter((value) => value !== NONE);
  if (field === 'pred') return oneOf(column('predicted'), named);
  return named.length < values.length
    ? anyOf([oneOf(column('label'), named), { sql: `${column('label')} IS NULL`, params: [] }])
    : oneOf(column('label'), named);
}

function wordClause(column: Column, word: Word): Clause {
  const [name, test] = WORD_SQL[word];
  return { sql: `${column(name)} ${test}`, params: [] };
}

/** What is right: the run that is looked at, and its baseline. */
const OUTCOME_SQL: Readonly<Record<Outcome, readonly [run: number, baseline: number]>> = {
  fixed: [1, 0],
  regressed: [0, 1],
  bothright: [1, 1],
  bothwrong: [0, 0],
};

/** The same images as a comparison counts: readable, with a label that the run knows, the same one for both trainings. */
function outcomeClause(outcome: Outcome, baseline: number): Clause {
  const [run, other] = OUTCOME_SQL[outcome];
  return {
    sql: `+correct = ${run} AND loss IS NOT NULL
      AND EXISTS (SELECT 1 FROM predictions AS base WHERE base.run = ? AND base.dataset = predictions.dataset
        AND base.image = predictions.image AND base.correct = ${other})
      AND EXISTS (SELECT 1 FROM states WHERE states.dataset = predictions.dataset AND states.image = predictions.image
        AND states.status = 'ok')
      AND NOT ${RELABELLED('predictions.image', '?', 'predictions.run')}`,
    params: [baseline, baseline, baseline],
  };
}

/** Both sides of a range on a value, whose own parameters come first each time. */
function sidesOf(
  value: string,
  own: readonly Param[],
  { min, max }: { min: Bound | null; max: Bound | null },
): Clause[] {
  const sides: Clause[] = [];
  if (min !== null) sides.push({ sql: `${value} ${min.inclusive ? '>=' : '>'} ?`, params: [...own, min.value] });
  if (max !== null) sides.push({ sql: `${value} ${max.inclusive ? '<=' : '<'} ?`, params: [...own, max.value] });
  return sides;
}

/** JSON path of a further fact; the query language has no name with a quotation mark. */
function attributePath(name: string): string {
  return `$."${name}"`;
}

function toClause(condition: Condition, dataset: number, column: Column): Clause {
  switch (condition.kind) {
    case 'class':
      return classClause(column, condition.field, condition.values);
    case 'split':
    case 'status':
      return oneOf(column(condition.kind), condition.values);
    case 'id':
      // As JSON: a statement takes only so many parameters.
      return { sql: 'image IN (SELECT value FROM json_each(?))', params: [JSON.stringify(condition.values)] };
    case 'annotator': {
      const named = oneOf('name', condition.values);
      return {
        sql: `image IN (SELECT image FROM opinions WHERE dataset = ?
          AND annotator IN (SELECT id FROM annotators WHERE ${named.sql}))`,
        params: [dataset, ...named.params],
      };
    }
    case 'contains': {
      const { field, values } = condition;
      // "note <> ''" lets the index of the few images with a note answer.
      if (field === 'note') return allOf([{ sql: `note <> ''`, params: [] }, contains('note', values)]);
      if (field === 'path') return contains('path', values);
      const noted = contains('note', values);
      return anyOf([
        contains('path', values),
        {
          sql: `id IN (SELECT image FROM states WHERE dataset = ? AND note <> '' AND ${noted.sql})`,
          params: [dataset, ...noted.params],
        },
      ]);
    }
    case 'attribute': {
      const path = attributePath(condition.name);
      const values = oneOf('CAST(attributes ->> ? AS TEXT)', condition.values);
      return { sql: values.sql, params: [path, ...values.params] };
    }
    case 'attributeRange': {
      const path = attributePath(condition.name);
      const number = { sql: `json_type(attributes, ?) IN ('integer', 'real')`, params: [path] };
      return allOf([number, ...sidesOf('(attributes ->> ?)', [path], condition)]);
    }
    case 'range':
      return allOf(sidesOf(column(condition.field), [], condition));
    case 'outcome':
      return outcomeClause(condition.outcome, condition.baseline);
    case 'word':
      return wordClause(column, condition.word);
  }
}

/** Whether an image without any prediction satisfies a term on predictions. */
function acceptsAbsent({ negated, condition }: Term): boolean {
  const asksNone = condition.kind === 'class' && condition.values.includes(NONE);
  return asksNone !== negated;
}

export function compile(query: Query, dataset: number): Clauses {
  const at = (wanted: Place): Clause[] => {
    const terms = query.filter((term) => place(term.condition) === wanted);
    const column = terms.length === 1 ? indexed : scanned;
    return terms.map((term) => {
      const clause = toClause(term.condition, dataset, column);
      return term.negated ? not(clause) : { sql: `(${clause.sql})`, params: clause.params };
    });
  };
  return {
    states: at('states'),
    images: at('images'),
    predictions: at('predictions'),
    absent: query.filter((term) => place(term.condition) === 'predictions').every(acceptsAbsent),
  };
}
