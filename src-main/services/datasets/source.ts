import { basename } from 'node:path';
import type { ColumnMap, ImportFormat } from '../../../src-shared/domain/dataset.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { splitOf } from '../../../src-shared/domain/synonyms.ts';
import { findBase } from './base-folder.ts';
import { readVotes, voteColumns } from './columns.ts';
import type { SourceEntry } from './entry.ts';
import { folderEntries, folderLayout } from './folders.ts';
import { Locator } from './locate.ts';
import { openTable, tableRows } from './table/table.ts';
import type { Table } from './table/table.ts';

/** A folder or table that images can be read from, any number of times, always in the same order. */
export interface Source {
  readonly format: ImportFormat;
  readonly root: string;
  readonly locator: Locator;
  /** First rows of a table by column; empty for folders. */
  readonly head: readonly Readonly<Record<string, string>>[];
  entries(): AsyncGenerator<SourceEntry>;
}

/** A folder of class folders. Throws FailureError 'not-found' or 'unreadable' where the folder cannot be read. */
export async function openFolders(path: string): Promise<Source> {
  const { root } = await folderLayout(path);
  return { format: 'folders', root, locator: new Locator(root), head: [], entries: () => folderEntries(root) };
}

/**
 * A table with its columns mapped.
 * @throws FailureError 'invalid' where a mapped column does not exist, with the columns that do.
 */
export async function openTableSource(path: string, mapping: ColumnMap): Promise<Source> {
  const table = await openTable(path);
  const columns = {
    path: columnIndex(table, mapping.path),
    label: columnIndex(table, mapping.label),
    split: mapping.split === undefined ? -1 : columnIndex(table, mapping.split),
  };
  const { root, base } = await findBase(
    path,
    table.head.map((row) => row[columns.path] ?? ''),
  );
  const head = table.head
    .slice(0, 5)
    .map((row) => Object.fromEntries(table.columns.map((name, index) => [name, row[index] ?? ''])));
  return {
    format: 'csv',
    root,
    locator: new Locator(root, [base, '']),
    head,
    entries: () => tableEntries(table, columns),
  };
}

function columnIndex(table: Table, name: string): number {
  const index = table.columns.indexOf(name);
  if (index >= 0) return index;
  throw new FailureError({
    kind: 'invalid',
    message: `The table ${basename(table.path)} has no column “${name}”.`,
    remedy: `Map one of its columns: ${table.columns.join(', ')}.`,
  });
}

async function* tableEntries(
  table: Table,
  columns: { readonly path: number; readonly label: number; readonly split: number },
): AsyncGenerator<SourceEntry> {
  const votes = voteColumns(table.columns, table.head);
  for await (const row of tableRows(table)) {
    const given = 'cells' in row ? (row.cells[columns.path] ?? '') : '';
    if (!('cells' in row) || given.trim() === '') {
      const reason = 'cells' in row ? 'The row names no image.' : row.problem;
      yield { problem: { path: `${basename(table.path)}, line ${row.line}`, kind: 'bad-row', reason } };
      continue;
    }
    const split = (row.cells[columns.split] ?? '').trim();
    yield {
      problem: null,
      given,
      rawLabel: (row.cells[columns.label] ?? '').trim(),
      split: splitOf(split) ?? split,
      votes: readVotes(row.cells, votes),
    };
  }
}
