import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Locator } from './locate.ts';

/** Where a table's image paths begin. */
export interface BaseFolder {
  /** The dataset's root: no path may leave it. */
  readonly root: string;
  /** Folder below the root that the paths are relative to; '' for the root. */
  readonly base: string;
  /** Of `tried` paths, how many were found. */
  readonly found: number;
  readonly tried: number;
}

const TRIED = 20;
/** Neighbour folders that are tried; a folder with more is no place where a table would point to by accident. */
const NEIGHBOURS = 64;

/**
 * Finds the folder that the paths in a table are relative to: the table's own folder, else a folder in it (`images/`
 * beside `legend.csv`), else its parent or a neighbour folder (`annotations/` beside `images/`). Only where nothing is
 * found in the table's folder does the root widen to the parent.
 */
export async function findBase(table: string, paths: readonly string[]): Promise<BaseFolder> {
  const own = dirname(resolve(table));
  const parent = dirname(own);
  const sample = [...new Set(paths.filter((path) => path !== ''))].slice(0, TRIED);
  const inside = await bestOf(own, ['', ...(await subfolders(own))], sample);
  if (inside.found > 0 || parent === own) return inside;
  const beside = await bestOf(parent, [basename(own), '', ...(await subfolders(parent))], sample);
  return beside.found > 0 ? beside : inside;
}

async function bestOf(root: string, bases: readonly string[], sample: readonly string[]): Promise<BaseFolder> {
  let best: BaseFolder = { root, base: '', found: 0, tried: sample.length };
  for (const base of bases) {
    const locator = new Locator(root, [base]);
    const located = await Promise.all(sample.map((path) => locator.locate(path)));
    const found = located.filter((location) => location.problem === null).length;
    if (found > best.found) best = { ...best, base, found };
    if (found > 0 && found === sample.length) break;
  }
  return best;
}

async function subfolders(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const folders: string[] = [];
  for (const name of names.filter((entry) => !entry.startsWith('.')).sort()) {
    if (folders.length >= NEIGHBOURS) break;
    const isFolder = await stat(join(folder, name)).then(
      (entry) => entry.isDirectory(),
      () => false,
    );
    if (isFolder) folders.push(name);
  }
  return folders;
}
