import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { explainAccess } from '../../files/access.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
export type Delimiter = ',' | '\t' | ';';

/** How a table's text is stored. */
export interface TableDialect {
  readonly encoding: Encoding;
  readonly delimiter: Delimiter;
}

const SAMPLE = 64 * 1024;
const DELIMITERS: readonly Delimiter[] = [',', '\t', ';'];

/** Reads encoding and delimiter off the first 64 KiB. Throws FailureError 'unreadable' for what is no regular file. */
export async function sniffDialect(path: string): Promise<TableDialect> {
  const sample = await readSample(path);
  const encoding = sniffEncoding(sample);
  const text = new TextDecoder(encoding).decode(sample, { stream: true });
  return { encoding, delimiter: sniffDelimiter(text) };
}

async function readSample(path: string): Promise<Uint8Array> {
  try {
    const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      if (!(await handle.stat()).isFile()) throw new Error('it is no regular file');
      const { buffer, bytesRead } = await handle.read(new Uint8Array(SAMPLE), 0, SAMPLE, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    throw new FailureError({
      kind: 'unreadable',
      message: `The table ${path} cannot be read: ${explainAccess(thrown)}`,
      remedy: 'Choose a CSV or TSV file that you may read.',
    });
  }
}

/**
 * A byte-order mark decides; without one, zero bytes speak for UTF-16, and what is no UTF-8 is taken as windows-1252.
 */
export function sniffEncoding(sample: Uint8Array): Encoding {
  const [first, second] = sample;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  let evenZeros = 0;
  let oddZeros = 0;
  for (let i = 0; i + 1 < sample.length; i += 2) {
    if (sample[i] === 0) evenZeros++;
    if (sample[i + 1] === 0) oddZeros++;
  }
  // Paths and labels are mostly ASCII, whose every second byte is zero in UTF-16.
  const pairs = sample.length / 2;
  if (oddZeros > pairs * 0.4 && evenZeros < pairs * 0.1) return 'utf-16le';
  if (evenZeros > pairs * 0.4 && oddZeros < pairs * 0.1) return 'utf-16be';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}

/** The delimiter that splits the header and most of the first 20 lines into equally many cells, more than one. */
export function sniffDelimiter(text: string): Delimiter {
  const lines = text
    .split(/\r\n|\n|\r/)
    .filter((line) => line !== '')
    .slice(0, 20);
  let best: Delimiter = ',';
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const counts = lines.map((line) => outsideQuotes(line).split(delimiter).length);
    const width = counts[0] ?? 1;
    const agreeing = counts.filter((count) => count === width).length / Math.max(1, counts.length);
    const score = width > 1 ? agreeing * 1_000 + width : 0;
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

const outsideQuotes = (line: string): string => line.replace(/"[^"]*"/g, '');
