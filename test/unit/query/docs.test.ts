import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NUMBER_FIELDS, OUTCOMES, VALUE_FIELDS, WORDS } from '../../../src-shared/domain/query/ast.ts';
import { parseQuery } from '../../../src-shared/domain/query/parse.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/query.md'), 'utf8');

/** Cells of all tables, by row. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\|\s*-/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));
const code = (cell = ''): string => /^`([^`]+)`$/.exec(cell)?.[1] ?? '';

it('every example of the page is understood, and every bare word of its tables is one', () => {
  const examples = rows.flatMap((row) => row.map(code)).filter((text) => /[:<>=@"\s]/.test(text) && /\w/.test(text));
  expect(examples.length).toBeGreaterThan(20);
  for (const example of examples) expect(parseQuery(example), example).toMatchObject({ ok: true });
});

it('the page lists every field, number, word and comparison of two runs, each in its own row', () => {
  const first = rows.map((row) => code(row[1]));
  for (const word of [...VALUE_FIELDS, ...NUMBER_FIELDS, ...WORDS, ...OUTCOMES])
    expect(
      first.filter((one) => one === word),
      word,
    ).toHaveLength(1);
  for (const word of WORDS) {
    const parsed = parseQuery(word);
    expect(parsed.ok && parsed.query[0]?.condition, word).toMatchObject({ kind: 'word', word });
  }
});
