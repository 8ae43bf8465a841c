import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { isWithin } from '../files/access.ts';
import { writeFailure } from '../files/write.ts';
import type { Store } from '../store/interface.ts';
import type { GreyPixels } from './source.ts';

/** Folder of a project for image files that it owns: pixels from a table, and copies that somebody asked for. */
const IMAGES = 'images';
const LONGEST = 60;
/** Lies in each of them: a folder without it is a person's own, whatever its name. */
const MARK = '.made-by-an-import';
const MARK_TEXT = 'The image files here belong to a dataset of this project. They go when that dataset is removed.\n';
/** Key of the project's facts: folders that are to go. */
const LEAVING = 'leaving-folders';
/** Key of the project's facts: folders that a dataset was pointed away from; they go with it. */
const LEFT_BEHIND = 'left-behind-folders';
const LeftBehind = z.array(z.object({ dataset: z.number().int(), folder: z.string() }));

/** A folder in the project for a new dataset's files; it does not exist yet. */
export function freeFolder(project: string, name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replace(/^-|-$/g, '')
    .slice(0, LONGEST);
  const base = plain === '' ? 'dataset' : plain;
  let folder = join(project, IMAGES, base);
  for (let copy = 2; existsSync(folder); copy++) folder = join(project, IMAGES, `${base}-${copy}`);
  return folder;
}

/** Makes the folder, and marks it: only folders that carry the mark are ever taken away again. */
export async function makeOwnFolder(folder: string): Promise<void> {
  await put(join(folder, MARK), () => writeFile(join(folder, MARK), MARK_TEXT));
}

/**
 * Removes a dataset's rows, and the folder of the project with its image files where an import made it and no other
 * dataset uses it. What is to go is noted first: after a crash the next opening ends it.
 */
export async function removeDataset(store: Store, dataset: number): Promise<void> {
  const behind = leftBehind(store);
  const isOf = (one: { readonly dataset: number }): boolean => one.dataset === dataset;
  const going = [...behind.filter(isOf).map(({ folder }) => folder), ...ownFolder(store, dataset)];
  if (going.length > 0) store.setMeta(LEAVING, JSON.stringify([...leaving(store), ...going]));
  store.datasets.remove(dataset);
  if (behind.some(isOf)) store.setMeta(LEFT_BEHIND, JSON.stringify(behind.filter((one) => !isOf(one))));
  await sweep(store);
}

/** Points a dataset at another folder. Files of its import in the project stay, to go back to, until the dataset is removed. */
export function moveRoot(store: Store, dataset: number, root: string): void {
  const more = ownFolder(store, dataset).map((folder) => ({ dataset, folder }));
  if (more.length > 0) store.setMeta(LEFT_BEHIND, JSON.stringify([...leftBehind(store), ...more]));
  store.datasets.setRoot(dataset, root);
}

/** The project's folder with a dataset's image files, as a path within the project; none where they lie elsewhere. */
function ownFolder(store: Store, dataset: number): string[] {
  const root = store.datasets.get(dataset)?.root;
  const folder = root === undefined ? null : ownFolderOf(store.folder, root);
  return folder === null ? [] : [relative(store.folder, folder)];
}

function leftBehind(store: Store): z.infer<typeof LeftBehind> {
  const text = store.getMeta(LEFT_BEHIND);
  return text === null ? [] : LeftBehind.parse(JSON.parse(text));
}

/** Takes away the folders of datasets that have gone; those that a dataset still uses stay. For opening a project, too. */
export async function sweep(store: Store): Promise<void> {
  const left: string[] = [];
  for (const name of leaving(store)) {
    const folder = ownFolderOf(store.folder, join(store.folder, name));
    if (folder === null || isUsed(store, folder)) continue;
    // The mark goes last: what is left of a folder that could not be emptied is still known as ours.
    const emptied = await empty(folder).then(
      () => true,
      () => false,
    );
    if (!emptied) left.push(name);
  }
  if (left.length > 0 || leaving(store).length > 0) store.setMeta(LEAVING, JSON.stringify(left));
}

async function empty(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (name !== MARK) await rm(join(folder, name), { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}

function leaving(store: Store): string[] {
  const text = store.getMeta(LEAVING);
  return text === null ? [] : z.array(z.string()).parse(JSON.parse(text));
}

/** The folder that an import made for the files below `root`; null where somebody else put them. */
function ownFolderOf(project: string, root: string): string | null {
  const [name] = isWithin(join(project, IMAGES), root) ? relative(join(project, IMAGES), root).split(sep) : [];
  if (name === undefined || name === '' || name === '..') return null;
  const folder = join(project, IMAGES, name);
  return existsSync(join(folder, MARK)) ? folder : null;
}

function isUsed(store: Store, folder: string): boolean {
  const unfinished = store.imports
    .unfinished()
    .flatMap(({ progress }) => [progress.folder ?? '', progress.order.source]);
  return [...store.datasets.list().map(({ root }) => root), ...unfinished].some(
    (other) => other !== '' && (isWithin(folder, other) || isWithin(other, folder)),
  );
}

/** Writes pixels as a PNG. @throws FailureError 'disk-full' or 'unavailable'; null where the name leads out of the folder. */
export async function writePixels(folder: string, name: string, { side, bytes }: GreyPixels): Promise<string | null> {
  const file = ownFile(folder, name);
  if (file === null) return null;
  const png = await sharp(bytes, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer();
  await put(file, () => writeFile(file, png));
  return file;
}

/** Copies a file under the same relative path; sharing blocks where the file system can. Errors as `writePixels`. */
export async function copyInto(folder: string, path: string, from: string): Promise<string | null> {
  const file = ownFile(folder, path);
  if (file === null) return null;
  await put(file, () => copyFile(from, file, constants.COPYFILE_FICLONE));
  return file;
}

function ownFile(folder: string, path: string): string | null {
  if (path.includes('\0')) return null;
  const file = resolve(folder, path);
  return file !== folder && isWithin(folder, file) ? file : null;
}

async function put(file: string, write: () => Promise<void>): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await write();
  } catch (thrown) {
    throw writeFailure(file, thrown);
  }
}
