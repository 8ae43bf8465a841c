import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { Database } from '../../../src-main/services/store/database.ts';
import { confidence } from '../../../src-main/services/store/migrations/0011-confidence.ts';
import { MIGRATIONS } from '../../../src-main/services/store/migrations/index.ts';
import { APPLICATION_ID, migrate, quickCheck, type Migration } from '../../../src-main/services/store/migrate.ts';
import { createStore, openStore } from '../../../src-main/services/store/store.ts';
import { readSummary } from '../../../src-main/services/store/summary.ts';
import { addDataset, addRun, newImage, temporaryFolder } from './fixture.ts';

function failureOf(body: () => unknown): FailureError['failure'] {
  try {
    body();
  } catch (thrown) {
    if (thrown instanceof FailureError) return thrown.failure;
    throw thrown;
  }
  throw new Error('Nothing was thrown.');
}

const first: Migration = { name: 'first', sql: 'CREATE TABLE thing (name TEXT NOT NULL) STRICT;' };
const second: Migration = { name: 'second', sql: 'ALTER TABLE thing ADD COLUMN size INTEGER;' };
const broken: Migration = {
  name: 'broken',
  sql: 'CREATE TABLE half (a TEXT) STRICT; CREATE TABLE thing (b TEXT) STRICT;',
};

it('a project from before confidence and flip gets them from its stored outputs', () => {
  const folder = temporaryFolder();
  const store = createStore(folder, 'Old');
  const { dataset, ids } = addDataset(store, 'd', [newImage('a.png', 'sad'), newImage('b.png', 'sad')]);
  const run = addRun(store, dataset);
  const mu = Float32Array.from([1, 2, 0.5, 0, -1, 0, 0.25]);
  store.runs.putPredictions(run, [
    { image: ids[0] ?? 0, mu, logvar: new Float32Array(7).fill(-0.5) },
    { image: ids[1] ?? 0, mu, logvar: null },
  ]);
  const before = store.images.rows(ids, run);
  store.close();
  const sql = new Sqlite(join(folder, 'project.sqlite'));
  const undo = ['DROP INDEX predictions_confidence', 'DROP INDEX predictions_flip'];
  for (const column of ['confidence', 'flip']) undo.push(`ALTER TABLE predictions DROP COLUMN ${column}`);
  // What came after it goes too: every later migration runs again.
  for (const column of ['box', 'file_changed']) undo.push(`ALTER TABLE outputs DROP COLUMN ${column}`);
  undo.push('DROP INDEX predictions_stale', 'ALTER TABLE predictions DROP COLUMN stale');
  for (const table of ['suite_runs', 'suites', 'trials', 'held_out', 'round_images', 'rounds'])
    undo.push(`DROP TABLE ${table}`);
  for (const name of ['images_come', 'images_change', 'splits_change', 'predictions_come', 'predictions_go'])
    undo.push(`DROP TRIGGER ${name}`);
  for (const table of ['datasets', 'runs']) undo.push(`ALTER TABLE ${table} DROP COLUMN revision`);
  undo.push('DROP TABLE saved_slices');
  for (const figure of ['val_balanced_accuracy', 'val_macro_f1'])
    undo.push(`ALTER TABLE run_epochs DROP COLUMN ${figure}`);
  sql.exec(undo.join(';'));
  sql.pragma(`user_version = ${MIGRATIONS.indexOf(confidence)}`);
  sql.close();
  const again = openStore(folder);
  expect(again.images.rows(ids, run)).toEqual(before);
  expect(before[0]?.confidence).toBeGreaterThan(0.4);
  expect(before.map(({ flip }) => flip !== null)).toEqual([true, false]);
  again.close();
});

describe('Database', () => {
  it('is durable on every open, not only on the first', () => {
    const file = join(temporaryFolder(), 'a.sqlite');
    for (let opening = 0; opening < 3; opening++) {
      const database = new Database(file);
      expect(database.sql.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(database.sql.pragma('synchronous', { simple: true })).toBe(2);
      expect(database.sql.pragma('foreign_keys', { simple: true })).toBe(1);
      database.close();
    }
  });

  it('has only STRICT tables', () => {
    const folder = temporaryFolder();
    createStore(folder, 'Test').close();
    const sql = new Sqlite(join(folder, 'project.sqlite'), { readonly: true });
    const tables = sql.pragma('table_list') as { name: string; strict: number; schema: string }[];
    const loose = tables.filter(
      (table) => table.schema === 'main' && !table.name.startsWith('sqlite_') && !table.strict,
    );
    sql.close();
    expect(loose).toEqual([]);
  });

  it('takes back everything when a write fails midway', () => {
    const database = new Database(join(temporaryFolder(), 'a.sqlite'));
    database.sql.exec(first.sql);
    expect(() =>
      database.write(() => {
        database.sql.exec(`INSERT INTO thing VALUES ('a')`);
        throw new Error('midway');
      }),
    ).toThrow('midway');
    expect(database.sql.prepare('SELECT count(*) FROM thing').pluck().get()).toBe(0);
    database.close();
  });

  it('says that the disk is full, and stores nothing of that write', () => {
    const store = createStore(temporaryFolder(), 'Test');
    const dataset = store.datasets.insert({ name: 'd', root: '/r', format: 'folders' });
    const rows = Array.from({ length: 200 }, (_, index) => newImage(`${index}.png`, 'sad'));
    const acknowledged = store.datasets.insertImages(dataset, rows);
    store.close();

    const database = new Database(join(store.folder, 'project.sqlite'));
    // A limit on pages fails exactly as a full disk does: SQLITE_FULL in the middle of a transaction.
    const pages = Number(database.sql.pragma('page_count', { simple: true }));
    database.sql.pragma(`max_page_count = ${pages + 5}`);
    const fill = database.sql.prepare('INSERT INTO meta (key, value) VALUES (?, ?)');
    const failure = failureOf(() =>
      database.write(() => {
        for (let index = 0; index < 1_000; index++) fill.run(`key${index}`, 'x'.repeat(500));
      }),
    );
    expect(failure.kind).toBe('disk-full');
    expect(database.sql.inTransaction).toBe(false);
    expect(database.sql.prepare(`SELECT count(*) FROM meta WHERE key LIKE 'key%'`).pluck().get()).toBe(0);
    expect(database.sql.prepare('SELECT count(*) FROM images').pluck().get()).toBe(acknowledged.length);
    quickCheck(database);
    database.close();
  });
});

describe('migrate', () => {
  it('goes one step at a time with a snapshot before each that changes data', () => {
    const folder = temporaryFolder();
    const database = new Database(join(folder, 'a.sqlite'));
    const backups = join(folder, 'backups');
    migrate(database, [first], backups);
    expect(existsSync(backups)).toBe(false);
    database.sql.exec(`INSERT INTO thing VALUES ('kept')`);
    migrate(database, [first, second], backups);
    expect(database.sql.pragma('user_version', { simple: true })).toBe(2);
    database.close();

    expect(readdirSync(backups)).toEqual(['before-0002.sqlite']);
    const before = new Sqlite(join(backups, 'before-0002.sqlite'), { readonly: true });
    expect(before.prepare('SELECT * FROM thing').all()).toEqual([{ name: 'kept' }]);
    expect(before.pragma('user_version', { simple: true })).toBe(1);
    before.close();
  });

  it('leaves a database as it was when a step fails', () => {
    const folder = temporaryFolder();
    const database = new Database(join(folder, 'a.sqlite'));
    migrate(database, [first], folder);
    expect(() => migrate(database, [first, broken], folder)).toThrow();
    expect(database.sql.pragma('user_version', { simple: true })).toBe(1);
    expect(database.sql.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'half'`).get()).toBeUndefined();
    database.close();
  });

  it('refuses a newer schema with a sentence, and changes nothing', () => {
    const folder = temporaryFolder();
    createStore(folder, 'Test').close();
    const sql = new Sqlite(join(folder, 'project.sqlite'));
    sql.pragma('user_version = 99');
    sql.close();
    const failure = failureOf(() => openStore(folder));
    expect(failure).toMatchObject({ kind: 'unsupported', message: expect.stringContaining('newer version') as string });
    expect(failureOf(() => readSummary(folder)).kind).toBe('unsupported');
  });

  it('refuses a database of another program', () => {
    const folder = temporaryFolder();
    const sql = new Sqlite(join(folder, 'project.sqlite'));
    sql.exec('CREATE TABLE theirs (a)');
    sql.close();
    expect(failureOf(() => openStore(folder)).kind).toBe('invalid');
    expect(new Sqlite(join(folder, 'project.sqlite')).pragma('application_id', { simple: true })).not.toBe(
      APPLICATION_ID,
    );
  });
});

describe('openStore', () => {
  it('finds a damaged page and says so', () => {
    const folder = temporaryFolder();
    const store = createStore(folder, 'Test');
    addDataset(
      store,
      'd',
      Array.from({ length: 3_000 }, (_, index) => newImage(`folder/${index}.png`, 'sad')),
    );
    store.close();
    const file = join(folder, 'project.sqlite');
    const bytes = readFileSync(file);
    for (let page = 20; page < 40; page++) bytes.fill(0xa5, page * 4_096, page * 4_096 + 200);
    writeFileSync(file, bytes);
    expect(failureOf(() => openStore(folder))).toMatchObject({
      kind: 'unreadable',
      message: expect.stringContaining('damaged') as string,
    });
  });

  it('refuses what is no database at all', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'project.sqlite'), 'x'.repeat(10_000));
    expect(failureOf(() => openStore(folder)).kind).toBe('unreadable');
  });

  it('refuses an empty folder and a second creation', () => {
    const folder = temporaryFolder();
    expect(failureOf(() => openStore(folder)).kind).toBe('not-found');
    createStore(folder, 'Test').close();
    expect(failureOf(() => createStore(folder, 'Again')).kind).toBe('conflict');
    expect(readSummary(folder).name).toBe('Test');
  });

  it('reads a summary beside an open writer', () => {
    const folder = temporaryFolder();
    const store = createStore(folder, 'Test');
    const { ids } = addDataset(store, 'd', [newImage('a.png', 'sad'), newImage('b.png', 'fear')]);
    store.labels.apply(ids.slice(0, 1), { kind: 'hard', label: 'happy' }, 'me');
    expect(readSummary(folder)).toEqual({
      name: 'Test',
      sample: false,
      images: 2,
      datasets: 1,
      runs: 0,
      reviewed: 1,
      bestAccuracy: null,
    });
    store.close();
  });

  it('opens after a process that ended without closing', () => {
    const folder = temporaryFolder();
    const script = `
      import { createStore } from ${JSON.stringify(join(import.meta.dirname, '../../../src-main/services/store/store.ts'))};
      const store = createStore(${JSON.stringify(folder)}, 'Left');
      store.setMeta('kept', 'yes');
      process.kill(process.pid, 'SIGKILL');`;
    expect(() => execFileSync(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' })).toThrow();
    const store = openStore(folder);
    expect(store.getMeta('kept')).toBe('yes');
    store.close();
  });
});
