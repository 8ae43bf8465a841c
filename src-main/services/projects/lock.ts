import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { z } from 'zod';
import { FailureError } from '../../../src-shared/domain/failure.ts';

export type Door = 'desktop' | 'web' | 'cli';

/** Who holds a project, as written beside it for people and for the other doors. */
const Holder = z.object({
  pid: z.number().int(),
  host: z.string(),
  door: z.enum(['desktop', 'web', 'cli']),
  since: z.string(),
});
type Holder = z.infer<typeof Holder>;

export const LOCK_FILE = 'project.lock';
export const HOLDER_FILE = 'project.holder.json';

const DOORS: Readonly<Record<Door, string>> = {
  desktop: 'the desktop window',
  web: 'the web host',
  cli: 'the command line',
};

/**
 * The right to write to a project: one process at a time. The lock is the operating system's, taken on an empty file through
 * SQLite (Node has no call of its own for it): it is atomic, and it ends with its process however that dies, so that there is no
 * stale lock to judge by process ids, which are used again and mean nothing in another container. Who holds it is written
 * beside it, for the message only.
 */
export class ProjectLock {
  readonly #connection: Sqlite.Database;
  readonly #holderFile: string;

  private constructor(connection: Sqlite.Database, holderFile: string) {
    this.#connection = connection;
    this.#holderFile = holderFile;
  }

  /**
   * Takes the lock of a project's folder.
   * @throws FailureError 'locked' naming who holds it; 'forbidden' where nothing can be written to the folder.
   */
  static take(folder: string, door: Door): ProjectLock {
    const holderFile = join(folder, HOLDER_FILE);
    const connection = openLockFile(folder);
    try {
      // RESERVED is one byte that one process can hold; taking EXCLUSIVE at once could fail for two at the same moment.
      connection.exec('BEGIN IMMEDIATE');
    } catch (thrown) {
      connection.close();
      throw isBusy(thrown) ? held(readHolder(holderFile)) : cannotWrite(thrown, folder);
    }
    const holder: Holder = { pid: process.pid, host: hostname(), door, since: new Date().toISOString() };
    try {
      // Renamed into place, so that nobody reads half of it.
      const draft = `${holderFile}.${process.pid}`;
      writeFileSync(draft, `${JSON.stringify(holder)}\n`);
      renameSync(draft, holderFile);
    } catch (thrown) {
      connection.close();
      throw cannotWrite(thrown, folder);
    }
    return new ProjectLock(connection, holderFile);
  }

  release(): void {
    if (!this.#connection.open) return;
    // First the name, then the lock: the next holder's name must not be removed.
    rmSync(this.#holderFile, { force: true });
    this.#connection.close();
  }
}

function openLockFile(folder: string): Sqlite.Database {
  try {
    return new Sqlite(join(folder, LOCK_FILE), { timeout: 0 });
  } catch (thrown) {
    throw cannotWrite(thrown, folder);
  }
}

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Sqlite.SqliteError && thrown.code.startsWith('SQLITE_BUSY');
}

function readHolder(file: string): Holder | null {
  try {
    return Holder.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Between taking the lock and writing the name there is none yet.
    return null;
  }
}

function held(holder: Holder | null): FailureError {
  const who =
    holder === null
      ? 'in another window or program'
      : `in ${DOORS[holder.door]} (process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}, ` +
        `since ${holder.since.slice(0, 16).replace('T', ' ')} UTC)`;
  return new FailureError({
    kind: 'locked',
    message: `This project is already open ${who}.`,
    remedy: 'Close it there first: only one may write to a project.',
  });
}

function cannotWrite(thrown: unknown, folder: string): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (!/^(EACCES|EPERM|EROFS|SQLITE_CANTOPEN|SQLITE_READONLY|SQLITE_IOERR|SQLITE_PERM)/.test(code)) return thrown;
  return new FailureError({
    kind: 'forbidden',
    message: `Nothing can be written to ${folder}.`,
    remedy: 'Give yourself the right to write to the folder, or copy the project to one where you may.',
  });
}
