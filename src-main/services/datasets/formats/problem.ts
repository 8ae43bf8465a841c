import { basename } from 'node:path';
import type { SourceEntry } from '../source.ts';

/** A row of a table or list that names no image. */
export function badRow(file: string, line: number, reason: string): SourceEntry {
  return { problem: { path: `${basename(file)}, line ${line}`, kind: 'bad-row', reason } };
}
