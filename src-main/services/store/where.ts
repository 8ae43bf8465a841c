import { NONE, type Condition, type Query, type Term } from '../../../src-shared/domain/query/ast.ts';
import { parseQuery } from '../../../src-shared/domain/query/parse.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';

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
      return 'predictions';
    case 'contains':
      return condition.field === 'note' ? 'states' : 'images';
    case 'word':
      return condition.word === 'right' || condition.word === 'wrong' ? 'predictions' : 'states';
    case 'split':
    case 'status':
      return 'states';
  }
}

const WORD_SQL = {
  wrong: 'correct = 0',
  right: 'correct = 1',
  flagged: 'flagged = 1',
  reviewed: 'reviewed = 1',
  unlabelled: 'label IS NULL',
  broken: `status = 'broken'`,
  excluded: `status = 'excluded'`,
} as const;

function classClause(field: 'label' | 'pred', values: readonly string[]): Clause {
  const named = values.filter((value) => value !== NONE);
  if (field === 'pred') return oneOf('predicted', named);
  return named.length < values.length
    ? anyOf([oneOf('label', named), { sql: 'label IS NULL', params: [] }])
    : oneOf('label', named);
}

function toClause(condition: Condition, dataset: number): Clause {
  switch (condition.kind) {
    case 'class':
      return classClause(condition.field, condition.values);
    case 'split':
    case 'status':
      return oneOf(condition.kind, condition.values);
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
    case 'range': {
      const sides: Clause[] = [];
      const { field, min, max } = condition;
      if (min !== null) sides.push({ sql: `${field} ${min.inclusive ? '>=' : '>'} ?`, params: [min.value] });
      if (max !== null) sides.push({ sql: `${field} ${max.inclusive ? '<=' : '<'} ?`, params: [max.value] });
      return allOf(sides);
    }
    case 'word':
      return { sql: WORD_SQL[condition.word], params: [] };
  }
}

/** Whether an image without any prediction satisfies a term on predictions. */
function acceptsAbsent({ negated, condition }: Term): boolean {
  const asksNone = condition.kind === 'class' && condition.values.includes(NONE);
  return asksNone !== negated;
}

export function compile(query: Query, dataset: number): Clauses {
  const at = (wanted: Place): Clause[] =>
    query
      .filter((term) => place(term.condition) === wanted)
      .map((term) => {
        const clause = toClause(term.condition, dataset);
        return term.negated ? not(clause) : { sql: `(${clause.sql})`, params: clause.params };
      });
  return {
    states: at('states'),
    images: at('images'),
    predictions: at('predictions'),
    absent: query.filter((term) => place(term.condition) === 'predictions').every(acceptsAbsent),
  };
}
