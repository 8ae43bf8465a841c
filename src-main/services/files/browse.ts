import { readdir, stat } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Value } from '../../../src-shared/contract/methods/index.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { explainAccess } from './access.ts';
import { isImageName, isTableName } from './kinds.ts';

export type FolderListing = Value<'files.list'>;
type Entry = FolderListing['entries'][number];

/** Entries that are listed; a folder of images has more than anybody scrolls through. */
const LISTED = 2_000;

/**
 * A folder's entries, folders first, each part by name; hidden ones are left out. '' is the home folder.
 * @throws FailureError 'not-found', 'forbidden', or 'invalid' for what is no folder.
 */
export async function listFolder(path: string): Promise<FolderListing> {
  const folder = path === '' ? homedir() : resolve(path);
  const visible = (await readFolder(folder)).filter((entry) => !entry.name.startsWith('.'));
  const sorted = visible
    .map((entry) => ({ entry, folder: entry.isDirectory() }))
    .sort((a, b) => Number(b.folder) - Number(a.folder) || COLLATOR.compare(a.entry.name, b.entry.name))
    .slice(0, LISTED);
  const entries = await Promise.all(sorted.map(({ entry }) => describe(folder, entry)));
  // A link to a folder shows its target only now.
  entries.sort((a, b) => Number(b.kind === 'folder') - Number(a.kind === 'folder'));
  const parent = dirname(folder);
  return { path: folder, parent: parent === folder ? null : parent, entries, truncated: visible.length > LISTED };
}

/** `img2` before `img10`. */
const COLLATOR = new Intl.Collator('en', { numeric: true });

async function readFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
    if (code === 'ENOTDIR')
      throw new FailureError({ kind: 'invalid', message: `${folder} is no folder.`, remedy: 'Choose a folder.' });
    const reason = explainAccess(thrown);
    throw new FailureError({
      kind: code === 'ENOENT' ? 'not-found' : 'forbidden',
      message: `The folder ${folder} cannot be listed. ${reason}`,
      remedy: 'Choose another folder, or change its permissions.',
    });
  }
}

async function describe(folder: string, entry: Dirent): Promise<Entry> {
  const path = join(folder, entry.name);
  const isFolder = entry.isSymbolicLink()
    ? await stat(path).then(
        (target) => target.isDirectory(),
        () => false,
      )
    : entry.isDirectory();
  return { name: entry.name, path, kind: isFolder ? 'folder' : kindOf(entry.name) };
}

function kindOf(name: string): Entry['kind'] {
  if (isTableName(name)) return 'table';
  if (isImageName(name)) return 'image';
  return /\.(safetensors|pth|pt|pth\.tar|onnx)$/i.test(name) ? 'checkpoint' : 'other';
}
