import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { CacheName, StorageItem, StorageName } from '../../../src-shared/domain/storage.ts';
import { explainAccess } from '../files/access.ts';
import { cacheFolder } from '../files/cache.ts';
import type { Workspace } from './workspace.ts';

type Size = Pick<StorageItem, 'files' | 'bytes'>;
const EMPTY: Size = { files: 0, bytes: 0 };

/** Folders of a project by what lies in them; its database stands beside them. */
const PROJECT_FOLDERS = { images: 'images', checkpoints: 'checkpoints', features: 'features' } as const;

/** What the open project and the application take on the disk, and the caches of both. */
export class Storage {
  readonly #workspace: Pick<Workspace, 'current'>;
  readonly #home: string;

  constructor(workspace: Pick<Workspace, 'current'>, home: string) {
    this.#workspace = workspace;
    this.#home = home;
  }

  /**
   * The project's parts first, where one is open; each file counts once. A file that goes meanwhile counts as nothing.
   * @throws FailureError 'forbidden' where a folder cannot be read.
   */
  async measure(): Promise<StorageItem[]> {
    const project = this.#workspace.current()?.path ?? null;
    const graphs = this.#cache('graphs');
    const application: StorageItem[] =
      graphs === null ? [] : [{ name: 'graphs', folder: graphs, ...(await sizeOf(graphs)) }];
    if (project === null) return application;
    const known: StorageItem[] = [];
    const add = async (name: StorageName, folder: string): Promise<void> => {
      known.push({ name, folder, ...(await sizeOf(folder)) });
    };
    const thumbnails = this.#cache('thumbnails');
    const own = await ownFiles(project);
    known.push({ name: 'records', folder: project, ...own });
    for (const [name, folder] of Object.entries(PROJECT_FOLDERS) as [keyof typeof PROJECT_FOLDERS, string][])
      await add(name, join(project, folder));
    if (thumbnails !== null) await add('thumbnails', thumbnails);
    const all = await sizeOf(project);
    const sum = known.reduce(
      (total, { files, bytes }) => ({ files: total.files + files, bytes: total.bytes + bytes }),
      EMPTY,
    );
    // The project may have grown between the two counts, never shrunk below nothing.
    const rest = { files: Math.max(0, all.files - sum.files), bytes: Math.max(0, all.bytes - sum.bytes) };
    return [...known, { name: 'rest', folder: project, ...rest }, ...application];
  }

  /**
   * Deletes a cache.
   * @returns what it took.
   * @throws FailureError 'conflict' without a project for its thumbnails; 'forbidden' where the system refuses.
   */
  async clear(name: CacheName): Promise<Size> {
    const folder = this.#cache(name);
    if (folder === null)
      throw new FailureError({
        kind: 'conflict',
        message: 'No project is open.',
        remedy: 'Open the project whose thumbnails shall go.',
      });
    const size = await sizeOf(folder);
    try {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch (thrown) {
      throw new FailureError({
        kind: 'forbidden',
        message: `${folder} cannot be cleared whole. ${explainAccess(thrown)}`,
        remedy: 'Close what reads it, or change its permissions, and clear it again.',
      });
    }
    return size;
  }

  /** The folder of a cache; null for the thumbnails of no project. */
  #cache(name: CacheName): string | null {
    if (name === 'graphs') return join(this.#home, 'cache', 'graphs');
    const project = this.#workspace.current()?.path;
    return project === undefined ? null : join(cacheFolder(project), 'thumbnails');
  }
}

/** All that lies below a folder; links count themselves, not what they lead to. Zero where there is none. */
async function sizeOf(folder: string): Promise<Size> {
  const entries = (await ifThere(folder, readdir(folder, { withFileTypes: true }))) ?? [];
  let total = EMPTY;
  const add = ({ files, bytes }: Size): void => {
    total = { files: total.files + files, bytes: total.bytes + bytes };
  };
  for (const entry of entries) {
    const path = join(folder, entry.name);
    add(entry.isDirectory() ? await sizeOf(path) : entry.isFile() ? await fileSize(path) : EMPTY);
  }
  return total;
}

/** The files that lie in a folder itself. */
async function ownFiles(folder: string): Promise<Size> {
  const entries = (await ifThere(folder, readdir(folder, { withFileTypes: true }))) ?? [];
  const sizes = await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => fileSize(join(folder, entry.name))),
  );
  return sizes.reduce((sum, { files, bytes }) => ({ files: sum.files + files, bytes: sum.bytes + bytes }), EMPTY);
}

async function fileSize(path: string): Promise<Size> {
  const found = await ifThere(path, stat(path));
  return found === null ? EMPTY : { files: 1, bytes: found.size };
}

/**
 * Null where the path leads nowhere, or no longer does.
 * @throws FailureError 'forbidden' where the system refuses: a size that cannot be found out is not zero.
 */
async function ifThere<T>(path: string, looked: Promise<T>): Promise<T | null> {
  try {
    return await looked;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR'))
      return null;
    throw new FailureError({
      kind: 'forbidden',
      message: `${path} cannot be measured. ${explainAccess(thrown)}`,
      remedy: 'Change its permissions, and measure again.',
    });
  }
}
