import { basename, join } from 'node:path';
import { splitOf } from '../../../../src-shared/domain/synonyms.ts';
import { findBase } from '../base-folder.ts';
import { readVotes, type VoteColumns } from '../columns.ts';
import { Locator } from '../locate.ts';
import type { SourceEntry } from '../source.ts';
import { openTable, tableRows } from '../table/table.ts';
import type { Table } from '../table/table.ts';
import { readAttributes } from './attributes.ts';
import { headOf } from './csv.ts';
import { STRENGTH, type Format, type Sighting } from './format.ts';
import { namesIn } from './look.ts';
import { badRow } from './problem.ts';

/** The manifest of the official POSTER-Var code: path, label, fold, and the votes for eight classes in FER+'s order. */
export const manifest: Format = {
  detect: async (path, isFolder) => {
    const files = isFolder ? (await namesIn(path)).map((name) => join(path, name)) : [path];
    const sightings: Sighting[] = [];
    for (const file of files.filter((name) => name.toLowerCase().endsWith('.csv'))) {
      const table = await openTable(file).catch(() => null);
      if (table === null || columnsOf(table) === null) continue;
      const reason = `${basename(file)} has the columns path, label, fold and eight votes: a manifest of the official code.`;
      sightings.push({ path: file, reason, strength: STRENGTH.named, columns: table.columns });
    }
    return sightings;
  },
  open: async ({ path }) => {
    const table = await openTable(path);
    const { root, base } = await findBase(
      path,
      table.head.map((row) => row[columnsOf(table)?.path ?? 0] ?? ''),
    );
    const locator = new Locator(root, [base, '']);
    return { format: 'manifest', root, locator, head: headOf(table), entries: () => entries(table) };
  },
};

/** The official order of classes: a label that is a number counts in it. */
const CLASSES = ['neutral', 'happiness', 'surprise', 'sadness', 'anger', 'disgust', 'fear', 'contempt'] as const;
const EXPRESSIONS = ['neutral', 'happy', 'surprise', 'sad', 'anger', 'disgust', 'fear', 'contempt'] as const;

interface Columns {
  readonly path: number;
  readonly label: number;
  readonly fold: number;
  readonly votes: VoteColumns;
}

function columnsOf(table: Table): Columns | null {
  const at = (name: string): number => table.columns.findIndex((column) => column.toLowerCase() === name);
  const votes = CLASSES.map((name, index) => [at(name), EXPRESSIONS[index] ?? 'neutral'] as const);
  const columns = { path: at('path'), label: at('label'), fold: at('fold'), votes };
  const found = [columns.path, columns.label, columns.fold, ...votes.map(([column]) => column)];
  return found.every((column) => column >= 0) ? columns : null;
}

async function* entries(table: Table): AsyncGenerator<SourceEntry> {
  const columns = columnsOf(table);
  if (columns === null) return;
  const used = [columns.path, columns.label, columns.fold, ...columns.votes.map(([column]) => column)];
  const others = [...table.columns.entries()].filter(([column]) => !used.includes(column));
  for await (const row of tableRows(table)) {
    const cell = (column: number): string => ('cells' in row ? (row.cells[column] ?? '').trim() : '');
    if (!('cells' in row) || cell(columns.path) === '') {
      yield badRow(table.path, row.line, 'cells' in row ? 'The row names no image.' : row.problem);
      continue;
    }
    const label = cell(columns.label);
    yield {
      problem: null,
      given: row.cells[columns.path] ?? '',
      rawLabel: /^\d+$/.test(label) ? (CLASSES[Number(label)] ?? label) : label,
      split: splitOf(cell(columns.fold)) ?? cell(columns.fold),
      votes: readVotes(row.cells, columns.votes),
      attributes: readAttributes(row.cells, others),
    };
  }
}
