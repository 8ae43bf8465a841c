/** Looking at folders: what is there, without reading it. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

/** Names in a folder that do not begin with a dot, sorted; none where it cannot be read. */
export async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => !name.startsWith('.')).sort();
}

/** Names of the folders in a folder, sorted. */
export async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  return found.map((entry) => entry.name).sort();
}

/** The first of these paths below a folder that is a file, in any case of letters; null where none is. */
export async function findFile(folder: string, paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    const found = await anyCase(folder, path);
    if (found !== null && (await isFile(found))) return found;
  }
  return null;
}

/** The first of these paths below a folder that is a folder, in any case of letters; '' is the folder itself. */
export async function findFolder(folder: string, paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    const found = await anyCase(folder, path);
    if (found !== null && (await isFolder(found))) return found;
  }
  return null;
}

async function anyCase(folder: string, path: string): Promise<string | null> {
  let at = folder;
  for (const part of path.split('/').filter((one) => one !== '')) {
    const names = await readdir(at).catch((): string[] => []);
    const name = names.includes(part) ? part : names.find((one) => one.toLowerCase() === part.toLowerCase());
    if (name === undefined) return null;
    at = join(at, name);
  }
  return at;
}

const DEEPEST_WRAP = 6;

/** A folder, and the ones inside it as long as each holds a single folder and nothing else (an unpacked archive). */
export async function unwrapped(folder: string): Promise<string[]> {
  const chain: string[] = [folder];
  let at = folder;
  while (chain.length < DEEPEST_WRAP) {
    const [only, ...more] = await namesIn(at);
    if (only === undefined || more.length > 0 || !(await isFolder(join(at, only)))) break;
    at = join(at, only);
    chain.push(at);
  }
  return chain;
}

/** Sightings in the folder itself, or else in the first of the folders that only wrap it. */
export async function inWrapped<T>(folder: string, look: (folder: string) => Promise<T | null>): Promise<T | null> {
  for (const at of await unwrapped(folder)) {
    const found = await look(at);
    if (found !== null) return found;
  }
  return null;
}
