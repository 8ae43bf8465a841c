import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Database } from './database.ts';
import { damaged } from './faults.ts';

/** One numbered step of the schema; its number is its place in the list, from 1. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** Functions that its SQL may call, by name, for what SQL cannot compute. */
  readonly functions?: Readonly<Record<string, (...values: readonly unknown[]) => number | string | null>>;
}

/** Marks our files ("PVWB"), so that a foreign database is told apart from an old one of ours. */
export const APPLICATION_ID = 0x50_56_57_42;

/** Number of the last migration that a database has gone through; 0 for an empty file. */
function schemaVersion(database: Database): number {
  return Number(database.sql.pragma('user_version', { simple: true }));
}

function refuse(kind: 'unsupported' | 'invalid', message: string, remedy: string): FailureError {
  return new FailureError({ kind, message, remedy });
}

/**
 * Brings a database to the newest schema, one migration a transaction. Before each, a snapshot of what is there goes to
 * `backups/before-<number>.sqlite`, so that a step back to an older version of the application is possible.
 * @throws FailureError 'unsupported' for a newer schema, 'invalid' for somebody else's database.
 */
export function migrate(database: Database, migrations: readonly Migration[], backups: string): void {
  const from = schemaVersion(database);
  const owner = database.sql.pragma('application_id', { simple: true });
  const empty = database.sql.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (!empty && owner !== APPLICATION_ID)
    throw refuse('invalid', 'project.sqlite is a database of another program.', 'Choose another folder.');
  if (from > migrations.length)
    throw refuse(
      'unsupported',
      `This project was made by a newer version of the workbench (schema ${from}; this version knows ${migrations.length}).`,
      'Update the workbench, then open the project again.',
    );
  for (const [index, migration] of migrations.entries()) {
    const number = index + 1;
    if (number <= from) continue;
    for (const [called, body] of Object.entries(migration.functions ?? {}))
      database.sql.function(called, { deterministic: true, varargs: true }, body);
    if (!empty) snapshot(database, backups, `before-${String(number).padStart(4, '0')}.sqlite`);
    database.write(() => {
      database.sql.exec(migration.sql);
      database.sql.pragma(`application_id = ${APPLICATION_ID}`);
      database.sql.pragma(`user_version = ${number}`);
    });
  }
}

/** A consistent copy of the database, made by SQLite itself: copying the file would miss what is still in the WAL. */
function snapshot(database: Database, backups: string, name: string): void {
  mkdirSync(backups, { recursive: true });
  const file = join(backups, name);
  // What an interrupted attempt left behind is older than what is there now.
  if (existsSync(file)) rmSync(file);
  database.read(() => database.sql.prepare('VACUUM INTO ?').run(file));
}

/** Looks through every page. @throws FailureError 'unreadable' naming the first thing that is wrong. */
export function quickCheck(database: Database): void {
  const first = database.read(() => database.sql.pragma('quick_check(1)', { simple: true }));
  if (first !== 'ok') throw damaged(String(first));
}
