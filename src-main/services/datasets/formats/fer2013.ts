import { basename, dirname, join } from 'node:path';
import { splitOf } from '../../../../src-shared/domain/synonyms.ts';
import { inspectImage } from '../../images/inspect.ts';
import { folderEntries } from '../folders.ts';
import type { GreyPixels, Source, SourceEntry } from '../source.ts';
import { openTable, tableRows } from '../table/table.ts';
import type { Table } from '../table/table.ts';
import { classSet } from './class-set.ts';
import { STRENGTH, type Format, type Sighting } from './format.ts';
import { findFile, inWrapped, isFile } from './look.ts';
import { badRow } from './problem.ts';

/** FER2013 (I. Goodfellow et al., ICONIP 2013): a CSV with the pixels in it, or the folders that people made of it. */
export const fer2013: Format = {
  detect: async (path, isFolder) => {
    if (!isFolder) return sightTable(path, false);
    const file = await inWrapped(path, (folder) => findFile(folder, [FER2013_CSV]));
    return [...(file === null ? [] : await sightTable(file, true)), ...(await folderSet.detect(path, isFolder))];
  },
  open: async (sighting, request) =>
    (await isFile(sighting.path)) ? openPixels(sighting) : folderSet.open(sighting, request),
};

export const FER2013_CSV = 'fer2013.csv';
export const FERPLUS_CSV = 'fer2013new.csv';
const CLASSES = ['Angry', 'Disgust', 'Fear', 'Happy', 'Sad', 'Surprise', 'Neutral'];
const SIDE = 48;

const folderSet = classSet({
  format: 'fer2013',
  title: 'FER2013 in folders',
  splits: ['train', 'test', 'validation', 'val'],
  classes: ['angry', 'disgust', 'fear', 'happy', 'neutral', 'sad', 'surprise'],
  // Other sets have folders of these names; pictures of 48 x 48 only this one.
  looksRight: async (images) => {
    for await (const entry of folderEntries(images)) {
      if (entry.problem !== null) continue;
      const { width, height } = await inspectImage(join(images, entry.given));
      return width === SIDE && height === SIDE;
    }
    return false;
  },
});

/** The table, if it has FER2013's columns. Where FER+'s votes lie beside it, it is rather a part of FER+. */
async function sightTable(path: string, inFolder: boolean): Promise<Sighting[]> {
  if (!path.toLowerCase().endsWith('.csv')) return [];
  const table = await openTable(path).catch(() => null);
  const columns = pixelColumns(table);
  if (columns === null) return [];
  const votes = inFolder && (await findFile(dirname(path), [FERPLUS_CSV])) !== null;
  const saw = `${basename(path)} has the columns of FER2013 (emotion, pixels${columns.usage < 0 ? '' : ', Usage'})`;
  const reason = votes ? `${saw}: its own labels, without the votes of ${FERPLUS_CSV} beside it.` : `${saw}.`;
  return [{ path, reason, strength: votes ? STRENGTH.folders : STRENGTH.named }];
}

interface PixelColumns {
  readonly emotion: number;
  readonly pixels: number;
  readonly usage: number;
}

function pixelColumns(table: Table | null): PixelColumns | null {
  const names = table?.columns.map((name) => name.toLowerCase()) ?? [];
  const columns = { emotion: names.indexOf('emotion'), pixels: names.indexOf('pixels'), usage: names.indexOf('usage') };
  return columns.emotion < 0 || columns.pixels < 0 ? null : columns;
}

async function openPixels({ path }: Sighting): Promise<Source> {
  const table = await openTable(path);
  const shown = (cell: string): string => (cell.length > 24 ? `${cell.slice(0, 20)} …` : cell);
  const head = table.head
    .slice(0, 5)
    .map((row) => Object.fromEntries(table.columns.map((name, index) => [name, shown(row[index] ?? '')])));
  return {
    format: 'fer2013',
    root: null,
    locator: null,
    head,
    entries: async function* () {
      for await (const row of pixelRows(path))
        if ('reason' in row) yield badRow(path, row.line, row.reason);
        else yield toEntry(row);
    },
  };
}

function toEntry({ index, emotion, usage, pixels }: PixelRow): SourceEntry {
  const rawLabel = CLASSES[Number(emotion)] ?? emotion;
  return { problem: null, given: pixelName(index), rawLabel, split: splitOf(usage) ?? usage, pixels };
}

/** A row's image gets the name that FER+ gives it. */
export function pixelName(index: number): string {
  return `fer${String(index).padStart(7, '0')}.png`;
}

/** A row of fer2013.csv; `index` counts the rows from 0, broken ones too. */
export interface PixelRow {
  readonly index: number;
  readonly line: number;
  readonly emotion: string;
  readonly usage: string;
  readonly pixels: GreyPixels;
}

/** The rows of a fer2013.csv, streamed. */
export async function* pixelRows(
  file: string,
): AsyncGenerator<PixelRow | { readonly index: number; readonly line: number; readonly reason: string }> {
  const table = await openTable(file);
  const columns = pixelColumns(table);
  if (columns === null) return;
  let index = -1;
  for await (const row of tableRows(table)) {
    index++;
    const { line } = row;
    if (!('cells' in row)) {
      yield { index, line, reason: row.problem };
      continue;
    }
    const cell = (column: number): string => (row.cells[column] ?? '').trim();
    const pixels = readPixels(cell(columns.pixels));
    if (pixels === null) yield { index, line, reason: 'Its pixels are not 48 × 48 numbers from 0 to 255.' };
    else yield { index, line, emotion: cell(columns.emotion), usage: cell(columns.usage), pixels };
  }
}

function readPixels(text: string): GreyPixels | null {
  const bytes = new Uint8Array(SIDE * SIDE);
  let count = 0;
  for (const part of text.split(/\s+/)) {
    const value = Number(part);
    if (part === '' || !Number.isInteger(value) || value < 0 || value > 255 || count >= bytes.length) return null;
    bytes[count++] = value;
  }
  return count === bytes.length ? { side: SIDE, bytes } : null;
}
