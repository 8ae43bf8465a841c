import Sqlite from 'better-sqlite3';
import { FailureError } from '../../../src-shared/domain/failure.ts';

export function diskFull(): FailureError {
  return new FailureError({
    kind: 'disk-full',
    message: 'The disk is full: nothing of this was stored.',
    remedy: 'Free some space where the project lies, then try again.',
  });
}

export function damaged(detail: string): FailureError {
  return new FailureError({
    kind: 'unreadable',
    message: `The project’s database is damaged: ${detail}.`,
    remedy:
      'Keep the folder as it is and put back a copy of project.sqlite, for example one from its “backups” folder.',
  });
}

/** What SQLite reports, as a failure where a user or the machine can cause it; anything else is a bug and stays as it is. */
export function toStoreFailure(thrown: unknown): unknown {
  if (!(thrown instanceof Sqlite.SqliteError)) return thrown;
  const { code, message } = thrown;
  if (code === 'SQLITE_FULL') return diskFull();
  if (code === 'SQLITE_NOTADB') return damaged('project.sqlite is not a database');
  if (code.startsWith('SQLITE_CORRUPT')) return damaged(message);
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code === 'SQLITE_PERM')
    return new FailureError({
      kind: 'forbidden',
      message: 'The project’s database cannot be opened for writing.',
      remedy: 'Check that you may write to the project’s folder and to project.sqlite in it.',
    });
  if (code.startsWith('SQLITE_IOERR'))
    return new FailureError({
      kind: 'unavailable',
      message: `The disk reported an error while the project was read or written (${code}).`,
      remedy: 'Check the disk or the network drive on which the project lies.',
    });
  if (code.startsWith('SQLITE_BUSY'))
    return new FailureError({
      kind: 'locked',
      message: 'Another program is writing to the project’s database.',
      remedy: 'Close what has project.sqlite open, then try again.',
    });
  return thrown;
}
