import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { FailureError, type FailureKind } from '../../../src-shared/domain/failure.ts';
import { toStoreFailure } from './faults.ts';
import { APPLICATION_ID } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { DATABASE_FILE, META } from './store.ts';

/** What the list of recent projects says of one. */
export interface Summary {
  readonly name: string;
  readonly sample: boolean;
  readonly images: number;
  readonly datasets: number;
  readonly runs: number;
  readonly reviewed: number;
  readonly bestAccuracy: number | null;
}

interface SummaryRecord extends Omit<Summary, 'name' | 'sample'> {
  name: string | null;
  sample: string | null;
}

const SELECT = `
  SELECT (SELECT value FROM meta WHERE key = ?) AS name,
    (SELECT value FROM meta WHERE key = ?) AS sample,
    (SELECT coalesce(sum(images), 0) FROM datasets WHERE state = 'ready') AS images,
    (SELECT count(*) FROM datasets WHERE state = 'ready') AS datasets,
    (SELECT count(*) FROM runs) AS runs,
    (SELECT count(*) FROM datasets AS d CROSS JOIN states AS s ON s.dataset = d.id AND s.reviewed = 1) AS reviewed,
    (SELECT max(json_extract(best, '$.value')) FROM runs) AS bestAccuracy`;

/**
 * Counts of a project without taking its lock: it may be open elsewhere at this moment. Writes nothing.
 * @throws FailureError 'not-found', 'unsupported', 'invalid', 'unreadable', 'forbidden'.
 */
export function readSummary(folder: string): Summary {
  const file = join(folder, DATABASE_FILE);
  if (!existsSync(folder)) throw gone('not-found', 'The folder is not there.');
  if (!existsSync(file)) throw gone('not-found', 'The folder holds no project.');
  let sql: Sqlite.Database | null = null;
  try {
    sql = new Sqlite(file, { readonly: true, timeout: 200 });
    if (sql.pragma('application_id', { simple: true }) !== APPLICATION_ID)
      throw gone('invalid', 'project.sqlite is a database of another program.');
    const version = Number(sql.pragma('user_version', { simple: true }));
    if (version > MIGRATIONS.length) throw gone('unsupported', 'Made by a newer version of the workbench.');
    if (version < MIGRATIONS.length) throw gone('unsupported', 'Open it to bring it to this version.');
    const record = sql.prepare<[string, string], SummaryRecord>(SELECT).get(META.name, META.sample);
    if (record === undefined) throw new Error('A query without conditions gave no row.');
    return { ...record, name: record.name ?? '', sample: record.sample === '1' };
  } catch (thrown) {
    const failure = toStoreFailure(thrown);
    // A database in WAL mode needs its folder writable even to be read.
    if (failure instanceof FailureError && failure.failure.kind === 'forbidden')
      throw gone('forbidden', 'The folder is read-only.');
    throw failure;
  } finally {
    sql?.close();
  }
}

function gone(kind: FailureKind, message: string): FailureError {
  return new FailureError({ kind, message, remedy: 'Open the folder to see more, or take it off this list.' });
}
