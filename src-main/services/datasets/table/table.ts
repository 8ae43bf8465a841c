import { createReadStream } from 'node:fs';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { RecordSplitter } from './records.ts';
import type { TableRecord } from './records.ts';
import { sniffDialect } from './sniff.ts';
import type { TableDialect } from './sniff.ts';
import { isImageName } from '../../files/kinds.ts';

/** A CSV or TSV file that can be read row by row, any number of times. */
export interface Table {
  readonly path: string;
  readonly dialect: TableDialect;
  readonly columns: readonly string[];
  /** False where the first line is already data; columns are then called "column 1" and so on. */
  readonly header: boolean;
  /** First rows, for guesses and previews. */
  readonly head: readonly (readonly string[])[];
}

const HEAD = 50;

/**
 * Opens a table: dialect, column names and first rows.
 * @throws FailureError 'unreadable' where it cannot be read, 'invalid' where it holds no row.
 */
export async function openTable(path: string): Promise<Table> {
  const dialect = await sniffDialect(path);
  const first: (readonly string[])[] = [];
  for await (const record of records(path, dialect)) {
    if ('cells' in record) first.push(record.cells);
    if (first.length > HEAD) break;
  }
  const [top, ...rest] = first;
  if (top === undefined)
    throw new FailureError({
      kind: 'invalid',
      message: `The table ${path} holds no row.`,
      remedy: 'Choose a CSV or TSV file with a header line and a line for each image.',
    });
  const header = !top.some((cell) => isImageName(cell));
  const columns = header ? distinct(top.map((cell) => cell.trim())) : top.map((_, index) => `column ${index + 1}`);
  return { path, dialect, columns, header, head: header ? rest : first };
}

/** Every row after the header, streamed: memory does not grow with the file. */
export async function* tableRows(table: Table): AsyncGenerator<TableRecord> {
  let skip = table.header;
  for await (const record of records(table.path, table.dialect)) {
    if (skip && 'cells' in record) skip = false;
    else yield record;
  }
}

async function* records(path: string, dialect: TableDialect): AsyncGenerator<TableRecord> {
  const decoder = new TextDecoder(dialect.encoding);
  const splitter = new RecordSplitter(dialect.delimiter);
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>)
    yield* splitter.push(decoder.decode(chunk, { stream: true }));
  yield* splitter.push(decoder.decode());
  yield* splitter.finish();
}

/** Nameless columns get a name and repeated ones a number, so that a name always means one column. */
function distinct(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.map((name, index) => {
    let unique = name === '' ? `column ${index + 1}` : name;
    for (let copy = 2; seen.has(unique); copy++) unique = `${name} (${copy})`;
    seen.add(unique);
    return unique;
  });
}
