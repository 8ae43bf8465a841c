import type { ColumnMap } from '../../../src-shared/domain/dataset.ts';
import type { VoteChoice, Votes } from '../../../src-shared/domain/votes.ts';
import { expressionOf, splitOf } from '../../../src-shared/domain/synonyms.ts';
import { isImageName } from '../files/kinds.ts';

const NAMES = {
  path: [
    'path',
    'image',
    'file',
    'filename',
    'filepath',
    'imagepath',
    'imagename',
    'pth',
    'img',
    'name',
    'subdirectoryfilepath',
  ],
  label: ['label', 'emotion', 'expression', 'class', 'target', 'category', 'classname', 'labels', 'annotation'],
  split: ['split', 'fold', 'usage', 'set', 'subset', 'partition'],
} as const;

const bare = (name: string): string => name.toLowerCase().replace(/[^\p{Letter}\p{Number}]/gu, '');

/** Share of the cells that are not empty which satisfy the test. */
function share(head: readonly (readonly string[])[], column: number, test: (cell: string) => boolean): number {
  const cells = head.map((row) => row[column] ?? '').filter((cell) => cell !== '');
  return cells.length === 0 ? 0 : cells.filter(test).length / cells.length;
}

/** The column that scores highest by its content, then by its name; -1 where none scores. */
function best(columns: readonly string[], names: readonly string[], content: (column: number) => number): number {
  let found = -1;
  let top = 0;
  for (const [index, column] of columns.entries()) {
    const rank = names.indexOf(bare(column));
    const score = (content(index) >= 0.5 ? 100 : 0) + (rank < 0 ? 0 : names.length - rank);
    if (score > top) {
      found = index;
      top = score;
    }
  }
  return found;
}

/**
 * Which column is which, by what stands in it and by its name. Null where no column looks like paths or none like
 * labels.
 */
export function guessMapping(columns: readonly string[], head: readonly (readonly string[])[]): ColumnMap | null {
  const path = best(columns, NAMES.path, (column) => share(head, column, isImageName));
  const others = columns.map((name, index) => (index === path ? '' : name));
  const label = best(others, NAMES.label, (column) =>
    column === path ? 0 : share(head, column, (cell) => expressionOf(cell) !== null),
  );
  const rest = others.map((name, index) => (index === label ? '' : name));
  const split = best(rest, NAMES.split, (column) =>
    column === path || column === label ? 0 : share(head, column, (cell) => splitOf(cell) !== null),
  );
  const [pathName, labelName, splitName] = [columns[path], columns[label], columns[split]];
  if (pathName === undefined || labelName === undefined) return null;
  return { path: pathName, label: labelName, ...(splitName === undefined ? {} : { split: splitName }) };
}

/** Index of a column and what its votes are for. */
export type VoteColumns = readonly (readonly [column: number, choice: VoteChoice])[];

/** What a tagger could also say, by the column's bare name. */
const OTHER_CHOICES: Readonly<Record<string, VoteChoice>> = {
  unknown: 'unknown',
  uncertain: 'unknown',
  nf: 'no-face',
  noface: 'no-face',
  nonface: 'no-face',
  notaface: 'no-face',
};

/** What a column of votes is for, by its name; null for a name that means something else. */
export function voteChoice(column: string): VoteChoice | null {
  return expressionOf(column) ?? OTHER_CHOICES[bare(column)] ?? null;
}

/**
 * Columns that are named like expressions (or unknown, NF) and hold small whole numbers: vote counts, as in FER+ and in
 * the official code's manifest. Fewer than three such expressions are taken for something else.
 */
export function voteColumns(columns: readonly string[], head: readonly (readonly string[])[]): VoteColumns {
  const found = columns.flatMap((name, index) => {
    const choice = voteChoice(name);
    return choice !== null && share(head, index, (cell) => /^\d{1,4}$/.test(cell.trim())) === 1
      ? [[index, choice] as const]
      : [];
  });
  const expressions = found.filter(([, choice]) => choice !== 'unknown' && choice !== 'no-face');
  return new Set(expressions.map(([, expression]) => expression)).size >= 3 ? found : [];
}

/** The votes in a row, or null where nobody voted. */
export function readVotes(cells: readonly string[], columns: VoteColumns): Votes | null {
  const votes: Votes = {};
  for (const [column, choice] of columns) {
    const count = Number.parseFloat(cells[column] ?? '');
    if (count > 0 && Number.isFinite(count)) votes[choice] = (votes[choice] ?? 0) + count;
  }
  return Object.keys(votes).length > 0 ? votes : null;
}
