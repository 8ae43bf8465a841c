import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { ColumnMap, ImportRequest } from '../../../../src-shared/domain/dataset.ts';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { splitOf } from '../../../../src-shared/domain/synonyms.ts';
import { isTableName } from '../../files/kinds.ts';
import { findBase } from '../base-folder.ts';
import { readAttributes } from './attributes.ts';
import { guessMapping, readVotes, voteColumns } from '../columns.ts';
import { Locator } from '../locate.ts';
import type { Source, SourceEntry } from '../source.ts';
import { openTable, tableRows } from '../table/table.ts';
import type { Table } from '../table/table.ts';
import { STRENGTH, type Format, type Sighting } from './format.ts';
import { badRow } from './problem.ts';

/** Tables of one folder that are looked at. */
const TABLES = 12;
const HEAD = 5;
const DELIMITER_NAMES = { ',': 'commas', '\t': 'tabs', ';': 'semicolons' } as const;

/** Any CSV or TSV with a column of image paths; the columns are mapped by the person, or guessed. */
export const csv: Format = {
  detect: async (path, isFolder) => {
    if (!isFolder) return [await sight(path)];
    const found = await Promise.all((await tablesIn(path)).map(sightOrNull));
    return found.filter((sighting) => sighting !== null);
  },
  open: (sighting, request) => openCsv(sighting, request),
};

async function openCsv({ path, mapping, columns = [], reason }: Sighting, request: ImportRequest): Promise<Source> {
  const chosen = request.mapping ?? mapping ?? null;
  if (chosen !== null) return openTableSource(path, chosen);
  throw new FailureError({
    kind: 'invalid',
    message: reason,
    remedy: `Say which column holds the path and which the label, among: ${columns.join(', ')}.`,
  });
}

async function tablesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => isTableName(name) && !name.startsWith('.'))
    .sort()
    .slice(0, TABLES)
    .map((name) => join(folder, name));
}

/** A file beside the images that is no readable table speaks for nothing; asked for by name it is an error. */
async function sightOrNull(path: string): Promise<Sighting | null> {
  try {
    return await sight(path);
  } catch (thrown) {
    if (thrown instanceof FailureError) return null;
    throw thrown;
  }
}

async function sight(path: string): Promise<Sighting> {
  const table = await openTable(path);
  const columns = [...table.columns];
  const mapping = guessMapping(columns, table.head);
  const delimiter = DELIMITER_NAMES[table.dialect.delimiter];
  const saw = `${basename(path)} is a table separated by ${delimiter} with ${columns.length} columns`;
  if (mapping === null) {
    const reason = `${saw}; none looks like image paths and labels.`;
    return { path, columns, mapping, strength: STRENGTH.unmapped, reason };
  }
  const at = columns.indexOf(mapping.path);
  const base = await findBase(
    path,
    table.head.map((row) => row[at] ?? ''),
  );
  const place = relative(dirname(path), join(base.root, base.base)) || 'the folder of the table';
  const files =
    base.found === 0
      ? 'none of the first images is found beside it'
      : `${base.found} of the first ${base.tried} images are found in ${place}`;
  const votes = voteColumns(columns, table.head);
  const counts = votes.length > 0 ? `; ${votes.length} columns hold vote counts` : '';
  return {
    path,
    columns,
    mapping,
    strength: base.found === 0 ? STRENGTH.table : STRENGTH.general,
    reason: `${saw}: “${mapping.path}” names images and “${mapping.label}” labels; ${files}${counts}.`,
  };
}

/** The first rows of a table by column, to be shown. */
export function headOf(table: Table): Source['head'] {
  return table.head
    .slice(0, HEAD)
    .map((row) => Object.fromEntries(table.columns.map((name, index) => [name, row[index] ?? ''])));
}

/**
 * A table with its columns mapped.
 * @throws FailureError 'invalid' where a mapped column does not exist, with the columns that do.
 */
async function openTableSource(path: string, mapping: ColumnMap): Promise<Source> {
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
  return {
    format: 'csv',
    root,
    locator: new Locator(root, [base, '']),
    head: headOf(table),
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
  const used = new Set([...Object.values(columns), ...votes.map(([column]) => column)]);
  const others = [...table.columns.entries()].filter(([column]) => !used.has(column));
  for await (const row of tableRows(table)) {
    const given = 'cells' in row ? (row.cells[columns.path] ?? '') : '';
    if (!('cells' in row) || given.trim() === '') {
      yield badRow(table.path, row.line, 'cells' in row ? 'The row names no image.' : row.problem);
      continue;
    }
    const split = (row.cells[columns.split] ?? '').trim();
    yield {
      problem: null,
      given,
      rawLabel: (row.cells[columns.label] ?? '').trim(),
      split: splitOf(split) ?? split,
      votes: readVotes(row.cells, votes),
      attributes: readAttributes(row.cells, others),
    };
  }
}
