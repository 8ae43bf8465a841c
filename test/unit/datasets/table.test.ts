import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_LINE, RecordSplitter } from '../../../src-main/services/datasets/table/records.ts';
import type { TableRecord } from '../../../src-main/services/datasets/table/records.ts';
import { sniffDelimiter, sniffEncoding } from '../../../src-main/services/datasets/table/sniff.ts';
import type { Delimiter } from '../../../src-main/services/datasets/table/sniff.ts';
import { openTable, tableRows } from '../../../src-main/services/datasets/table/table.ts';

/** Splits a text given in pieces of `size` characters. */
function split(text: string, delimiter: Delimiter = ',', size = text.length): TableRecord[] {
  const splitter = new RecordSplitter(delimiter);
  const rows: TableRecord[] = [];
  for (let at = 0; at < text.length; at += size) rows.push(...splitter.push(text.slice(at, at + size)));
  rows.push(...splitter.finish());
  return rows;
}

const cells = (rows: TableRecord[]): unknown[] => rows.map((row) => ('cells' in row ? row.cells : row.problem));

describe('RecordSplitter', () => {
  it('reads quotes, doubled quotes, delimiters and line breaks in cells, however the text is cut', () => {
    const text = 'a,"b ""c"", d",\r\n"two\r\nlines",x\n\n,last';
    const expected = [
      ['a', 'b "c", d', ''],
      ['two\r\nlines', 'x'],
      ['', 'last'],
    ];
    for (let size = 1; size <= text.length; size++) expect(cells(split(text, ',', size))).toEqual(expected);
    expect(split(text).map((row) => row.line)).toEqual([1, 2, 5]);
  });

  it('ends lines at a lone \\r too', () => {
    expect(cells(split('a\tb\rc\td\r', '\t'))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('takes a quote inside an unquoted cell as it stands', () => {
    expect(cells(split('5" screen,x\n'))).toEqual([['5" screen', 'x']]);
  });

  it('reports a quote that is never closed and reads the other rows', () => {
    expect(cells(split('a,1\n"b,2\nc,3\nd,4\n'))).toEqual([
      ['a', '1'],
      'A quote is opened and never closed.',
      ['c', '3'],
      ['d', '4'],
    ]);
    // The next quote opens a row of its own.
    expect(cells(split('"b,2\n"c",3\nd,4\n'))).toEqual(['A quote is opened and never closed.', ['c', '3'], ['d', '4']]);
  });

  it('keeps the damage of an unclosed quote local in a long table', () => {
    const rows = Array.from({ length: 500 }, (_, i) => (i === 100 ? '"bad,0' : `${i},x`));
    const read = split(rows.join('\n'), ',', 97);
    expect(read).toHaveLength(500);
    expect(read.map((row) => row.line)).toEqual(rows.map((_, i) => i + 1));
    expect(read.filter((row) => 'problem' in row)).toEqual([
      { line: 101, problem: 'A quote is opened and never closed.' },
    ]);
  });

  it('reports a line without end once and goes on behind it', () => {
    const splitter = new RecordSplitter(',');
    const rows: TableRecord[] = [...splitter.push('a,1\n')];
    for (let i = 0; i < 40; i++) rows.push(...splitter.push('x'.repeat(MAX_LINE / 10)));
    rows.push(...splitter.push('\nb,2\n'), ...splitter.finish());
    expect(rows.map((row) => ('problem' in row ? row.line : row.cells))).toEqual([['a', '1'], 2, ['b', '2']]);
  });
});

describe('sniffing', () => {
  it('finds the delimiter that cuts the lines alike', () => {
    expect(sniffDelimiter('path;label\na,b.jpg;happy\nc.jpg;sad\n')).toBe(';');
    expect(sniffDelimiter('path\tlabel\na, b.jpg\thappy\n')).toBe('\t');
    expect(sniffDelimiter('path,label\n"a;b;c.jpg",happy\n')).toBe(',');
    expect(sniffDelimiter('path\na.jpg\n')).toBe(',');
  });

  it('finds the encoding with and without a byte-order mark', () => {
    expect(sniffEncoding(Buffer.from('\ufeffpath,label', 'utf16le'))).toBe('utf-16le');
    expect(sniffEncoding(Buffer.from('path,label\n', 'utf16le'))).toBe('utf-16le');
    expect(sniffEncoding(Buffer.from('path,label\n', 'utf16le').swap16())).toBe('utf-16be');
    expect(sniffEncoding(Buffer.from('päth,läbel'))).toBe('utf-8');
    expect(sniffEncoding(Buffer.from('päth', 'latin1'))).toBe('windows-1252');
  });
});

describe('openTable', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'table-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const put = (name: string, bytes: string | Buffer): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const read = async (path: string): Promise<unknown[]> => {
    const rows = [];
    for await (const row of tableRows(await openTable(path))) rows.push('cells' in row ? row.cells : row.problem);
    return rows;
  };

  it.each([
    ['UTF-8 with a mark', Buffer.from('\ufeffpath,label\nä.jpg,happy\n')],
    ['UTF-16 with a mark', Buffer.from('\ufeffpath\tlabel\r\nä.jpg\thappy\r\n', 'utf16le')],
    ['UTF-16 big-endian', Buffer.from('\ufeffpath;label\nä.jpg;happy\n', 'utf16le').swap16()],
    ['windows-1252', Buffer.from('path;label\nä.jpg;happy', 'latin1')],
  ])('reads %s', async (_name, bytes) => {
    const path = put('table.csv', bytes);
    expect((await openTable(path)).columns).toEqual(['path', 'label']);
    expect(await read(path)).toEqual([['ä.jpg', 'happy']]);
  });

  it('takes a first line with an image in it as data', async () => {
    const table = await openTable(put('bare.csv', 'a.jpg,happy\nb.jpg,sad\n'));
    expect(table.columns).toEqual(['column 1', 'column 2']);
    expect(await read(table.path)).toHaveLength(2);
  });

  it('names every column once', async () => {
    expect((await openTable(put('twice.csv', 'x,x,,y\n1,2,3,4\n'))).columns).toEqual(['x', 'x (2)', 'column 3', 'y']);
  });

  it('refuses an empty table and a folder', async () => {
    await expect(openTable(put('empty.csv', ''))).rejects.toMatchObject({ failure: { kind: 'invalid' } });
    await expect(openTable(folder)).rejects.toMatchObject({ failure: { kind: 'unreadable' } });
  });

  it('streams: a table of 60 MB passes through with little memory', async () => {
    const line = `images/${'x'.repeat(90)}.jpg,happiness\n`;
    const path = put('long.csv', `path,label\n${line.repeat(550_000)}`);
    const table = await openTable(path);
    const before = process.memoryUsage().rss;
    let rows = 0;
    let worst = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      worst = Math.max(worst, performance.now() - last);
      last = performance.now();
    }, 5);
    for await (const _row of tableRows(table)) rows++;
    clearInterval(timer);
    expect(rows).toBe(550_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    expect(worst).toBeLessThan(500);
  });
});
