import { opendir, readdir, stat } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { join, resolve } from 'node:path';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { expressionOf, splitOf } from '../../../src-shared/domain/synonyms.ts';
import { explainAccess } from '../files/access.ts';
import type { SourceEntry } from './source.ts';
import { isImageName } from '../files/kinds.ts';

/** Folders that only wrap: `train/images/happy/x.jpg` is of class happy. */
const WRAPPERS: ReadonlySet<string> = new Set(['images', 'image', 'img', 'imgs', 'faces', 'aligned', 'data']);
/** A wrapper chain longer than this is no wrapper chain. */
const DEEPEST_ROOT = 8;

const isHidden = (name: string): boolean => name.startsWith('.');

/**
 * The folder that class or split folders lie in: the given one, or, where that holds a single folder of folders and no
 * image (an unpacked archive), the one inside.
 * @throws FailureError 'not-found' or 'unreadable'.
 */
export async function folderLayout(path: string): Promise<{ root: string; wrapped: boolean }> {
  let root = resolve(path);
  let wrapped = false;
  for (let depth = 0; depth < DEEPEST_ROOT; depth++) {
    const [only, ...more] = await visible(root);
    if (only === undefined || more.length > 0 || !only.isDirectory() || splitOf(only.name) !== null) break;
    const inside = await visible(join(root, only.name));
    if (inside.length === 0 || !inside.every((entry) => entry.isDirectory())) break;
    root = join(root, only.name);
    wrapped = true;
  }
  return { root, wrapped };
}

/** Folders and images of a folder; other files say nothing about a layout. */
async function visible(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => !isHidden(entry.name) && (entry.isDirectory() || isImageName(entry.name)));
  } catch (thrown) {
    const reason = explainAccess(thrown);
    const missing = reason === 'File not found.';
    throw new FailureError({
      kind: missing ? 'not-found' : 'unreadable',
      message: missing ? `The folder ${folder} does not exist.` : `The folder ${folder} cannot be read. ${reason}`,
      remedy: 'Choose a folder that you may read.',
    });
  }
}

/** Split and class of an image by the folders it lies in, from the root down. */
export function readPlace(folders: readonly string[]): { split: string; rawLabel: string } {
  const [first, ...rest] = folders;
  if (first === undefined) return { split: '', rawLabel: '' };
  const split = splitOf(first);
  const names = split === null ? folders : rest;
  const label = names.find((name, index) => index === names.length - 1 || !WRAPPERS.has(name.toLowerCase()));
  // `train/images/x.jpg` has a wrapper and no class; `images/x.jpg` alone is taken as a class that nobody knows.
  const onlyWraps = split !== null && names.length === 1 && WRAPPERS.has((names[0] ?? '').toLowerCase());
  return { split: split ?? '', rawLabel: onlyWraps ? '' : (label ?? '') };
}

/**
 * Every image below the root, folder by folder in the order of names; links to folders are not followed, so none can
 * loop.
 */
export async function* folderEntries(root: string): AsyncGenerator<SourceEntry> {
  yield* walk(root, [], Infinity);
}

/** @param most images of one folder that are wanted. */
async function* walk(root: string, folders: readonly string[], most: number): AsyncGenerator<SourceEntry> {
  const here = join(root, ...folders);
  let entries: Dirent[];
  try {
    entries = await sorted(here);
  } catch (thrown) {
    const reason = `The folder cannot be read: ${explainAccess(thrown)}`;
    yield { problem: { path: folders.join('/') || root, kind: 'unreadable', reason } };
    return;
  }
  const place = readPlace(folders);
  let images = 0;
  for (const entry of entries) {
    const given = [...folders, entry.name].join('/');
    if (entry.isDirectory()) yield* walk(root, [...folders, entry.name], most);
    else if (entry.isSymbolicLink() && (await leadsToFolder(join(here, entry.name))))
      yield { problem: { path: given, kind: 'outside', reason: 'A symbolic link to a folder is not followed.' } };
    else if (isImageName(entry.name) && images++ < most) yield { problem: null, given, ...place };
  }
}

async function sorted(folder: string): Promise<Dirent[]> {
  const entries: Dirent[] = [];
  for await (const entry of await opendir(folder)) if (!isHidden(entry.name)) entries.push(entry);
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const leadsToFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (target) => target.isDirectory(),
    () => false,
  );

/** What the folders below a root tell about it. */
export interface FolderSurvey {
  readonly hasImages: boolean;
  readonly classes: readonly string[];
  /** How many of the classes the synonyms table knows. */
  readonly known: number;
  readonly splits: readonly string[];
}

const SURVEYED_FOLDERS = 2_000;

/** Looks at one image of each folder: enough to name classes and splits. */
export async function surveyFolders(root: string): Promise<FolderSurvey> {
  const classes = new Set<string>();
  const splits = new Set<string>();
  let folders = 0;
  for await (const entry of walk(root, [], 1)) {
    if (entry.problem !== null) continue;
    if (entry.rawLabel !== '') classes.add(entry.rawLabel);
    if (entry.split !== '') splits.add(entry.split);
    if (++folders >= SURVEYED_FOLDERS) break;
  }
  const known = [...classes].filter((name) => expressionOf(name) !== null).length;
  return { hasImages: folders > 0, classes: [...classes], known, splits: [...splits] };
}
