/** Which images of a dataset match a query: each term is one pass over a column. */
import {
  NONE,
  type Condition,
  type Outcome,
  type Query,
  type Term,
  type Word,
} from '../../../../src-shared/domain/query/ast.ts';
import { attributeSelection, containsSelections, RELABELLED_BETWEEN, SEEN_ELSEWHERE } from '../where.ts';
import type { Columns } from './columns.ts';
import type { DatasetColumns, RunColumns } from './dataset-columns.ts';
import type { NumberColumn } from './number-column.ts';
import type { CodeColumn } from './code-column.ts';
import { SELECT } from './selections.ts';

/** What a query is asked of. Without a run there are no predictions. */
export interface Asked {
  readonly columns: Columns;
  readonly dataset: DatasetColumns;
  readonly run: RunColumns | null;
}

/** The columns of a query's dataset and run as they stand now. */
export function ask(columns: Columns, query: { readonly dataset: number; readonly run: number | null }): Asked {
  const dataset = columns.of(query.dataset);
  return { columns, dataset, run: query.run === null ? null : columns.run(dataset, query.run) };
}

/** Keeps in a mask the ids of some lists, or, negated, all others. */
function keepIds(mask: Uint8Array, lists: readonly Int32Array[], first: number, negated: boolean): void {
  const listed = new Uint8Array(mask.length);
  for (const ids of lists) for (let i = 0; i < ids.length; i++) listed[(ids[i] ?? 0) - first] = 1;
  const wanted = Number(!negated);
  for (let place = 0; place < mask.length; place++) if (listed[place] !== wanted) mask[place] = 0;
}

/** Without a column nothing has a value. */
function keepNone(mask: Uint8Array, passes: boolean): void {
  if (!passes) mask.fill(0);
}

const CODED_WORDS = {
  wrong: ['outcome', 'wrong'],
  right: ['outcome', 'right'],
  stale: ['stale', 'stale'],
  flagged: ['flagged', 'flagged'],
  reviewed: ['reviewed', 'reviewed'],
  broken: ['status', 'broken'],
  excluded: ['status', 'excluded'],
} as const satisfies Partial<Record<Word, readonly [string, string]>>;

function keepWord(mask: Uint8Array, { dataset, run }: Asked, word: Word, negated: boolean): void {
  if (word === 'unlabelled') return dataset.label.keep(mask, [], true, negated);
  const [column, value] = CODED_WORDS[word];
  const codes = column === 'outcome' || column === 'stale' ? run?.[column] : dataset[column];
  if (codes === undefined) keepNone(mask, negated);
  else codes.keep(mask, [value], false, negated);
}

/** What is right: the run that is looked at, and its baseline. */
const OUTCOMES: Readonly<Record<Outcome, readonly [own: readonly string[], other: readonly string[]]>> = {
  fixed: [['right'], ['wrong']],
  regressed: [['wrong'], ['right']],
  bothright: [['right'], ['right']],
  bothwrong: [['wrong'], ['wrong']],
  compared: [
    ['right', 'wrong'],
    ['right', 'wrong'],
  ],
};

/**
 * The same images as a comparison counts: usable, with a label that the run knows, the same one for both trainings, seen alike by both,
 * and learned by neither from another dataset.
 */
function keepOutcome(
  mask: Uint8Array,
  { columns, dataset, run }: Asked,
  { outcome, baseline }: Extract<Condition, { kind: 'outcome' }>,
  negated: boolean,
): void {
  if (run === null) return keepNone(mask, negated);
  const passing = dataset.extent.present.slice();
  const [own, other] = OUTCOMES[outcome];
  run.outcome.keep(passing, own, false, false);
  const base = columns.run(dataset, baseline);
  base.outcome.keep(passing, other, false, false);
  run.number('loss').keep(passing, null, null, false);
  dataset.status.keep(passing, [], true, false);
  const relabelled = dataset.passing(`relabelled ${baseline} ${run.run}`, {
    sql: RELABELLED_BETWEEN,
    params: [dataset.dataset, ...[1, 2, 3].flatMap(() => [baseline, run.run])],
  });
  const elsewhere = dataset.passing(`seen elsewhere ${baseline}@${base.revision} ${run.run}@${run.revision}`, {
    sql: SEEN_ELSEWHERE,
    params: [run.run, dataset.dataset, baseline, run.run],
  });
  keepIds(passing, [relabelled, elsewhere], dataset.extent.first, true);
  for (let place = 0; place < mask.length; place++) if ((passing[place] === 1) === negated) mask[place] = 0;
}

function keepClass(
  mask: Uint8Array,
  column: CodeColumn | undefined,
  values: readonly string[],
  negated: boolean,
): void {
  const none = values.includes(NONE);
  if (column === undefined) keepNone(mask, none !== negated);
  else column.keep(mask, values, none, negated);
}

function keep(mask: Uint8Array, asked: Asked, { condition, negated }: Term): void {
  const { dataset, run } = asked;
  const { first } = dataset.extent;
  switch (condition.kind) {
    case 'class':
      return keepClass(mask, condition.field === 'label' ? dataset.label : run?.predicted, condition.values, negated);
    case 'split':
      return dataset.split.keep(mask, condition.values, false, negated);
    case 'status':
      return dataset.status.keep(mask, condition.values, condition.values.includes('ok'), negated);
    case 'id':
      return keepIds(mask, [Int32Array.from(condition.values)], first, negated);
    case 'annotator':
      return keepIds(
        mask,
        condition.values.map((name) => annotated(dataset, name)),
        first,
        negated,
      );
    case 'range': {
      const column: NumberColumn | undefined =
        condition.field === 'disagreement' ? dataset.disagreement : run?.number(condition.field);
      if (column === undefined) keepNone(mask, negated);
      else column.keep(mask, condition.min, condition.max, negated);
      return;
    }
    case 'contains': {
      const { fixed, passing } = containsSelections(condition, dataset.dataset);
      const key = `${condition.field} ${condition.values.join('\n')}`;
      const lists = [
        ...(fixed === null ? [] : [dataset.fixed(key, fixed)]),
        ...(passing === null ? [] : [dataset.passing(key, passing)]),
      ];
      return keepIds(mask, lists, first, negated);
    }
    case 'attribute':
    case 'attributeRange':
      return keepIds(
        mask,
        [dataset.fixed(JSON.stringify(condition), attributeSelection(condition, dataset.dataset))],
        first,
        negated,
      );
    case 'outcome':
      return keepOutcome(mask, asked, condition, negated);
    case 'word':
      return keepWord(mask, asked, condition.word, negated);
  }
}

/** Ids of the images that somebody has an opinion on. */
export function annotated(dataset: DatasetColumns, name: string): Int32Array {
  return dataset.passing(`annotator ${name}`, SELECT.annotator(dataset.dataset, name));
}

/** A mask of the images that match every term: by place, 1 for those. */
export function maskOf(asked: Asked, query: Query): Uint8Array {
  const mask = asked.dataset.extent.present.slice();
  for (const term of query) keep(mask, asked, term);
  return mask;
}
