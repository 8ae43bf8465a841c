import { basename, dirname, join, relative } from 'node:path';
import type { Attributes } from '../../../../src-shared/domain/image.ts';
import { FailureError, toFailure } from '../../../../src-shared/domain/failure.ts';
import { splitOf } from '../../../../src-shared/domain/synonyms.ts';
import { mapInOrder } from '../../images/parallel.ts';
import { folderEntries } from '../folders.ts';
import { Locator } from '../locate.ts';
import type { ImageEntry, Source, SourceEntry } from '../source.ts';
import { openTable, tableRows } from '../table/table.ts';
import type { Table } from '../table/table.ts';
import { headOf } from './csv.ts';
import { STRENGTH, type Format, type Sighting } from './format.ts';
import { findFile, findFolder, inWrapped, isFile, namesIn } from './look.ts';
import { readNpy } from './npy.ts';
import { badRow } from './problem.ts';

/**
 * AffectNet (A. Mollahosseini, B. Hasani, M. H. Mahoor, IEEE TAC 2017): the old release with its lists, whose faces are
 * cropped by the boxes that these bring, and the newer one with an .npy file for each fact of an image.
 */
export const affectnet: Format = {
  detect: async (path, isFolder) => {
    if (!isFolder) return (await isList(path)) ? [sightLists(placeOf(path), [path])] : [];
    const lists = await inWrapped(path, listsIn);
    if (lists !== null) return [sightLists(lists.root, lists.files)];
    const arrays = await inWrapped(path, async (folder) => ((await arrayFolders(folder)).length > 0 ? folder : null));
    if (arrays === null) return [];
    const found = (await arrayFolders(arrays)).map(({ name }) => name).join(' and ');
    const reason = `${found} hold images beside annotations/*_exp.npy: AffectNet's newer release.`;
    return [{ path: arrays, variant: ARRAYS, reason, strength: STRENGTH.named }];
  },
  open: (sighting) => (sighting.variant === ARRAYS ? openArrays(sighting.path) : openLists(sighting)),
};

const CLASSES = [
  'Neutral',
  'Happy',
  'Sad',
  'Surprise',
  'Fear',
  'Disgust',
  'Anger',
  'Contempt',
  'None',
  'Uncertain',
  'Non-Face',
];
/** From here on the ids are no expressions. */
const FIRST_OTHER = 8;
const WHY_OTHER = [
  'AffectNet 8, None: the face shows none of the eight expressions.',
  'AffectNet 9, Uncertain: the annotator could not tell.',
  'AffectNet 10, Non-Face: there is no face in the box.',
];
const ARRAYS = 'arrays';
const LISTS = ['training.csv', 'validation.csv'];
/** What AffectNet writes where there is no valence or arousal. */
const NO_VALUE = -2;

/** A class by its number; ids 8 to 10 come with the reason why they are never trained on. */
function classOf(id: number): Pick<ImageEntry, 'rawLabel' | 'excluded'> {
  const name = CLASSES[id] ?? (Number.isNaN(id) ? '' : String(id));
  return { rawLabel: name, excluded: id >= FIRST_OTHER ? (WHY_OTHER[id - FIRST_OTHER] ?? null) : null };
}

function affect(valence: number, arousal: number): Attributes | null {
  const attributes: Attributes = {};
  if (Number.isFinite(valence) && valence !== NO_VALUE) attributes['valence'] = valence;
  if (Number.isFinite(arousal) && arousal !== NO_VALUE) attributes['arousal'] = arousal;
  return Object.keys(attributes).length > 0 ? attributes : null;
}

/** The dataset's folder for one of its lists. */
function placeOf(list: string): string {
  const folder = dirname(list);
  return /annotated_file_lists$/i.test(folder) ? dirname(folder) : folder;
}

async function listsIn(folder: string): Promise<{ root: string; files: string[] } | null> {
  for (const place of ['Manually_Annotated_file_lists/', '']) {
    const found = await Promise.all(LISTS.map((name) => findFile(folder, [place + name])));
    const files: string[] = [];
    for (const file of found) if (file !== null && (await isList(file))) files.push(file);
    if (files.length > 0) return { root: folder, files };
  }
  return null;
}

/** A table with AffectNet's columns; the header alone tells it apart from any other training.csv. */
async function isList(file: string): Promise<boolean> {
  if (!file.toLowerCase().endsWith('.csv') || !(await isFile(file))) return false;
  const table = await openTable(file).catch(() => null);
  const names = table?.columns.map((name) => name.toLowerCase()) ?? [];
  return ['subdirectory_filepath', 'face_x', 'face_width', 'expression'].every((name) => names.includes(name));
}

function sightLists(root: string, files: readonly string[]): Sighting {
  const names = files.map((file) => basename(file)).join(' and ');
  const reason = `${names} ${files.length === 1 ? 'has' : 'have'} the columns of AffectNet's old release (face boxes, expression, valence, arousal).`;
  // The lists stand in the mapping's place: one list alone may have been meant.
  return { path: files.length === 1 ? (files[0] ?? root) : root, reason, strength: STRENGTH.named };
}

async function openLists({ path }: Sighting): Promise<Source> {
  const single = await isFile(path);
  const root = single ? placeOf(path) : path;
  const files = single ? [path] : ((await listsIn(path))?.files ?? []);
  const tables = await Promise.all(files.map((file) => openTable(file)));
  const [first] = tables;
  if (first === undefined)
    throw new FailureError({
      kind: 'not-found',
      message: `${root} no longer holds AffectNet's lists.`,
      remedy: 'Choose the source again.',
    });
  const images = await findFolder(root, [
    'Manually_Annotated_Images',
    'Manually_Annotated/Manually_Annotated_Images',
    'Manually_Annotated',
  ]);
  return {
    format: 'affectnet',
    root,
    locator: new Locator(root, [images === null ? '' : relative(root, images), '']),
    head: headOf(first),
    entries: async function* () {
      for (const table of tables) yield* listEntries(table);
    },
  };
}

async function* listEntries(table: Table): AsyncGenerator<SourceEntry> {
  const at = (name: string): number => table.columns.findIndex((column) => column.toLowerCase() === name);
  const [path, x, y, width, height] = ['subdirectory_filepath', 'face_x', 'face_y', 'face_width', 'face_height'].map(
    at,
  );
  const [expression, valence, arousal] = ['expression', 'valence', 'arousal'].map(at);
  const split = splitOf(basename(table.path, '.csv')) ?? '';
  for await (const row of tableRows(table)) {
    const cell = (column: number | undefined): string => ('cells' in row ? (row.cells[column ?? -1] ?? '').trim() : '');
    const number = (column: number | undefined): number => (cell(column) === '' ? Number.NaN : Number(cell(column)));
    if (!('cells' in row) || cell(path) === '') {
      yield badRow(table.path, row.line, 'cells' in row ? 'The row names no image.' : row.problem);
      continue;
    }
    const box = { x: number(x), y: number(y), width: number(width), height: number(height) };
    yield {
      problem: null,
      given: cell(path),
      split,
      ...classOf(number(expression)),
      // Non-faces have no box ("NULL" or 0).
      box: Object.values(box).every(Number.isFinite) && box.width > 0 && box.height > 0 ? box : null,
      attributes: affect(number(valence), number(arousal)),
    };
  }
}

interface ArrayFolder {
  readonly name: string;
  readonly split: string;
}

/** Folders with `images/` and `annotations/N_exp.npy`: train_set and val_set. */
async function arrayFolders(folder: string): Promise<ArrayFolder[]> {
  const found: ArrayFolder[] = [];
  for (const name of await namesIn(folder)) {
    const split = splitOf(name);
    if (split === null || (await findFolder(join(folder, name), ['images'])) === null) continue;
    const facts = await namesIn(join(folder, name, 'annotations'));
    if (facts.some((fact) => fact.endsWith('_exp.npy'))) found.push({ name, split });
  }
  return found.sort((a, b) => ORDER.indexOf(a.split) - ORDER.indexOf(b.split));
}

const ORDER = ['train', 'val', 'test'];
/** Label files read ahead. */
const AHEAD = 32;

async function openArrays(root: string): Promise<Source> {
  const parts = await arrayFolders(root);
  return {
    format: 'affectnet',
    root,
    locator: new Locator(root),
    head: [],
    entries: async function* () {
      for (const part of parts)
        yield* mapInOrder(folderEntries(join(root, part.name, 'images')), AHEAD, (entry) =>
          arrayEntry(root, part, entry),
        );
    },
  };
}

/** An image with its class; numeric names repeat across splits, so the path from the root tells them apart. */
async function arrayEntry(root: string, { name, split }: ArrayFolder, entry: SourceEntry): Promise<SourceEntry> {
  if (entry.problem !== null) return { problem: { ...entry.problem, path: `${name}/images/${entry.problem.path}` } };
  const given = `${name}/images/${entry.given}`;
  const stem = basename(entry.given).replace(/\.[^.]+$/, '');
  const fact = (which: string): Promise<number> => single(join(root, name, 'annotations', `${stem}_${which}.npy`));
  try {
    const id = await fact('exp');
    const attributes = affect(await fact('val').catch(() => NO_VALUE), await fact('aro').catch(() => NO_VALUE));
    return { problem: null, given, split, ...classOf(id), attributes };
  } catch (thrown) {
    // The picture stays, without a label; why is told.
    return { problem: null, given, split, rawLabel: '', remark: toFailure(thrown).message };
  }
}

/** The one number in an array, whatever its shape of ones. @throws FailureError 'unreadable'. */
async function single(file: string): Promise<number> {
  const { values, shape } = await readNpy(file);
  const [value] = values;
  if (values.length === 1 && value !== undefined && Number.isFinite(value)) return value;
  throw new FailureError({
    kind: 'unreadable',
    message: `${basename(file)} holds no single number but an array of shape (${shape.join(', ')}).`,
    remedy: '',
  });
}
