import type { Migration } from '../migrate.ts';

/** Suites of runs that stand in one table, and trials: short trainings that look for a learning rate or a batch. */
const sql = `
CREATE TABLE suites (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  request TEXT NOT NULL,
  variants TEXT NOT NULL,
  seeds TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE suite_runs (
  suite INTEGER NOT NULL REFERENCES suites (id) ON DELETE CASCADE,
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  variant TEXT NOT NULL,
  seed INTEGER NOT NULL,
  PRIMARY KEY (suite, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX suite_runs_run ON suite_runs (run);
CREATE TABLE trials (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  request TEXT NOT NULL,
  result TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
`;

export const protocols: Migration = { name: 'protocols', sql };
