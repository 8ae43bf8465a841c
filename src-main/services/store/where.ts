/** The terms of a query that are answered by SQL: those that look into texts. All others are answered from columns. */
import type { Bound, Condition, Query } from '../../../src-shared/domain/query/ast.ts';
import { parseQuery } from '../../../src-shared/domain/query/parse.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Selection } from './columns/selections.ts';
import { LEARNED_ELSEWHERE, RELABELLED } from './paired.ts';

export type Param = string | number;

/** A piece of SQL that is true, false or null for a row, with its parameters. */
interface Clause {
  readonly sql: string;
  readonly params: readonly Param[];
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

/** Contains one of the texts; % and _ of a text stand for themselves. */
function contains(column: string, values: readonly string[]): Clause {
  return {
    sql: `(${values.map(() => `${column} LIKE ? ESCAPE '\\'`).join(' OR ')})`,
    params: values.map((value) => `%${value.replace(/[\\%_]/g, '\\$&')}%`),
  };
}

/** Images whose path contains one of the texts, which an import settles, and those whose note does, which people change. */
export function containsSelections(
  { field, values }: Extract<Condition, { kind: 'contains' }>,
  dataset: number,
): { fixed: Selection | null; passing: Selection | null } {
  const path = contains('path', values);
  const note = contains('note', values);
  return {
    fixed:
      field === 'note'
        ? null
        : { sql: `SELECT id FROM images WHERE dataset = ? AND ${path.sql}`, params: [dataset, ...path.params] },
    // By the index of the few images with a note: SQLite would rather look through all of them.
    passing:
      field === 'path'
        ? null
        : {
            sql: `SELECT image FROM states INDEXED BY states_noted WHERE dataset = ? AND note <> '' AND ${note.sql}`,
            params: [dataset, ...note.params],
          },
  };
}

/** Both sides of a range on a value, whose own parameters come first each time. */
function sidesOf(value: string, own: readonly Param[], range: { min: Bound | null; max: Bound | null }): Clause[] {
  const { min, max } = range;
  const sides: Clause[] = [];
  if (min !== null) sides.push({ sql: `${value} ${min.inclusive ? '>=' : '>'} ?`, params: [...own, min.value] });
  if (max !== null) sides.push({ sql: `${value} ${max.inclusive ? '<=' : '<'} ?`, params: [...own, max.value] });
  return sides;
}

/** JSON path of a further fact; the query language has no name with a quotation mark. */
function attributePath(name: string): string {
  return `$."${name}"`;
}

/** Images by a further fact that came with them. */
export function attributeSelection(
  condition: Extract<Condition, { kind: 'attribute' | 'attributeRange' }>,
  dataset: number,
): Selection {
  const path = attributePath(condition.name);
  const clauses: Clause[] =
    condition.kind === 'attribute'
      ? [
          {
            sql: `CAST(attributes ->> ? AS TEXT) IN (${condition.values.map(() => '?').join(', ')})`,
            params: [path, ...condition.values],
          },
        ]
      : [
          { sql: `json_type(attributes, ?) IN ('integer', 'real')`, params: [path] },
          ...sidesOf('(attributes ->> ?)', [path], condition),
        ];
  return {
    sql: `SELECT id FROM images WHERE dataset = ? AND ${clauses.map(({ sql }) => sql).join(' AND ')}`,
    params: [dataset, ...clauses.flatMap(({ params }) => params)],
  };
}

/** Images of a dataset that were relabelled after one of two trainings had begun and before the other. */
export const RELABELLED_BETWEEN = `
  SELECT image FROM annotations AS own
  WHERE own.dataset = ? AND own.id > (SELECT min(label_position) FROM runs WHERE id IN (?, ?))
    AND ${RELABELLED('own.image', '?', '?')}
  ORDER BY own.id`;

/** Images of a dataset that one of two runs was trained on in another dataset. */
export const SEEN_ELSEWHERE = `
  SELECT own.image FROM outputs AS own
  WHERE own.run = ? AND own.dataset = ?
    AND ${LEARNED_ELSEWHERE('own.image', 'own.dataset', '?', '?')}
  ORDER BY own.image`;
