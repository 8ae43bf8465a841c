import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { AsOf } from './as-of.ts';
import { Audit } from './audit.ts';
import { Database } from './database.ts';
import { Datasets } from './datasets.ts';
import { HeldOut } from './held-out.ts';
import { Images } from './images.ts';
import { Imports } from './imports.ts';
import type { Store } from './interface.ts';
import { JobRows } from './jobs.ts';
import { Log } from './label-log.ts';
import { migrate, quickCheck } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { Opinions } from './opinions.ts';
import { Places } from './places.ts';
import { Predictions } from './predictions.ts';
import { Rounds } from './rounds.ts';
import { Runs } from './runs.ts';
import { Suites, Trials } from './suites.ts';
import { SavedSlices } from './saved-slices.ts';
import { Versions } from './versions.ts';

/** The database's file in a project's folder. */
export const DATABASE_FILE = 'project.sqlite';
const BACKUPS = 'backups';

/** Keys of the `meta` table. */
export const META = { name: 'name', sample: 'sample', createdAt: 'createdAt' } as const;

class SqliteStore implements Store {
  readonly folder: string;
  readonly datasets: Datasets;
  readonly imports: Imports;
  readonly images: Images;
  readonly labels: Log;
  readonly history: AsOf;
  readonly audit: Audit;
  readonly versions: Versions;
  readonly slices: SavedSlices;
  readonly opinions: Opinions;
  readonly runs: Runs;
  readonly suites: Suites;
  readonly trials: Trials;
  readonly heldOut: HeldOut;
  readonly rounds: Rounds;
  readonly jobs: JobRows;
  readonly #database: Database;

  constructor(folder: string, database: Database) {
    this.folder = folder;
    this.#database = database;
    const places = new Places(folder);
    const predictions = new Predictions(database);
    const labels = new Log(database, (batch) => predictions.relabel(batch));
    this.labels = labels;
    this.opinions = new Opinions(database);
    this.datasets = new Datasets(database, places, () => labels.forget());
    this.imports = new Imports(database, this.datasets);
    this.images = new Images(database, places, predictions);
    this.history = new AsOf(database, places);
    this.audit = new Audit(database);
    this.versions = new Versions(database);
    this.slices = new SavedSlices(database);
    this.runs = new Runs(database, places, predictions);
    this.suites = new Suites(database);
    this.trials = new Trials(database);
    this.heldOut = new HeldOut(database);
    this.rounds = new Rounds(database);
    this.jobs = new JobRows(database);
  }

  getMeta(key: string): string | null {
    return this.#database.read(
      () => this.#database.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck().get(key) ?? null,
    );
  }

  setMeta(key: string, value: string): void {
    this.#database.write(() =>
      this.#database
        .prepare<[string, string]>('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)')
        .run(key, value),
    );
  }

  close(): void {
    this.#database.close();
  }
}

/** The same methods on a connection that only reads: those that would write fail. */
export function readOnlyStore(folder: string, database: Database): Store {
  return new SqliteStore(folder, database);
}

function open(folder: string): Store {
  const database = new Database(join(folder, DATABASE_FILE));
  try {
    // Looked through before anything is written to it.
    quickCheck(database);
    migrate(database, MIGRATIONS, join(folder, BACKUPS));
    return new SqliteStore(folder, database);
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/**
 * Opens the database of a project's folder as its only writer: the caller holds the project's lock.
 * @throws FailureError 'not-found', 'unreadable' (damaged), 'unsupported' (newer schema), 'invalid' (not ours), 'forbidden'.
 */
export function openStore(folder: string): Store {
  if (!existsSync(join(folder, DATABASE_FILE)))
    throw new FailureError({
      kind: 'not-found',
      message: `There is no project in ${folder}.`,
      remedy: 'Choose a folder that holds a project.sqlite, or create a project.',
    });
  return open(folder);
}

/** Makes the database of a new project in a folder that exists. @throws FailureError 'conflict' when it has one already. */
export function createStore(folder: string, name: string): Store {
  if (existsSync(join(folder, DATABASE_FILE)))
    throw new FailureError({
      kind: 'conflict',
      message: `${folder} holds a project already.`,
      remedy: 'Open it, or choose another folder.',
    });
  try {
    const store = open(folder);
    store.setMeta(META.name, name);
    store.setMeta(META.createdAt, new Date().toISOString());
    return store;
  } catch (thrown) {
    // Half a database would pass for a project at the next attempt.
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, DATABASE_FILE + suffix), { force: true });
    throw thrown;
  }
}
