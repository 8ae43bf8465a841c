import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Database } from '../../../src-main/services/store/database.ts';
import { migrate } from '../../../src-main/services/store/migrate.ts';
import { MIGRATIONS } from '../../../src-main/services/store/migrations/index.ts';
import { createStore, openStore } from '../../../src-main/services/store/store.ts';
import { temporaryFolder } from './fixture.ts';

/** Statuses that a run or a job could have before they could be paused. */
const STATUSES = ['queued', 'running', 'done', 'failed', 'cancelled', 'interrupted'] as const;

/** A project as it was before runs could be resumed (six migrations), with a run and a job in every state, and curves. */
function oldProject(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'backups'));
  const database = new Database(join(folder, 'project.sqlite'));
  migrate(database, MIGRATIONS.slice(0, 6), join(folder, 'backups'));
  const sql = (text: string, ...values: (string | number | null | Uint8Array)[]) =>
    database.sql.prepare<(string | number | null | Uint8Array)[]>(text).run(...values);
  sql(`INSERT INTO meta (key, value) VALUES ('name', 'Old'), ('created', '2026-01-01T00:00:00Z')`);
  STATUSES.forEach((status, at) => {
    sql(
      `INSERT INTO runs (name, kind, status, size, classes, vich, layer_embedding, device, epoch, epochs, error, created_at)
       VALUES (?, 'trained', ?, 'tiny', '["happy","sad"]', 1, 1, 'cpu', 2, 3, ?, '2026-01-01T00:00:00Z')`,
      `run ${status}`,
      status,
      status === 'failed' ? '{"kind":"engine","message":"It broke.","remedy":"Mend it."}' : null,
    );
    sql(
      `INSERT INTO jobs (kind, title, status, done, total, unit, text, run, created_at)
       VALUES ('train', ?, ?, 1, 2, 'steps', '', ?, '2026-01-01T00:00:00Z')`,
      `job ${status}`,
      status,
      at + 1,
    );
  });
  sql(
    `INSERT INTO run_epochs (run, epoch, learning_rate, train_loss, train_accuracy, val_loss, val_accuracy, process_seconds)
     VALUES (3, 1, 0.1, 1.5, 0.5, 1.4, 0.6, 7)`,
  );
  sql('INSERT INTO run_steps (run, first, loss) VALUES (3, 1, ?)', new Uint8Array(Float32Array.of(2, 1).buffer));
  database.close();
  return folder;
}

describe('a project of an older version', () => {
  it('keeps its runs, jobs and curves, whatever state they were in', () => {
    const store = openStore(oldProject());
    const runs = store.runs.list().toReversed();
    expect(runs.map(({ name }) => name)).toEqual(STATUSES.map((status) => `run ${status}`));
    expect(runs.map(({ status }) => status)).toEqual(STATUSES);
    expect(runs[3]).toMatchObject({ epoch: 2, error: { message: 'It broke.' }, notes: [] });
    expect(store.jobs.list().toReversed()).toMatchObject(
      STATUSES.map((status, at) => ({ title: `job ${status}`, status, run: at + 1, total: 2 })),
    );
    const { loss, epochs } = store.runs.metrics(3);
    expect([...loss]).toEqual([2, 1]);
    expect(epochs).toMatchObject([{ epoch: 1, valAccuracy: 0.6, waitSeconds: null, processSeconds: 7 }]);
    expect(store.runs.dynamics(3)).toBeNull();
    // What came later can be written to it.
    store.runs.update(3, { status: 'paused', notes: [{ at: '2026-02-01T00:00:00Z', text: 'Paused.' }] });
    expect(store.runs.get(3)).toMatchObject({ status: 'paused', notes: [{ text: 'Paused.' }] });
    store.close();
  });

  it('has the same tables afterwards as a new one', () => {
    const schema = (folder: string) => {
      const database = new Database(join(folder, 'project.sqlite'));
      const rows = database.sql
        .prepare<[], { name: string; sql: string }>(
          `SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name`,
        )
        .all();
      database.close();
      return rows;
    };
    const old = oldProject();
    openStore(old).close();
    const fresh = temporaryFolder();
    createStore(fresh, 'New').close();
    expect(schema(old)).toEqual(schema(fresh));
  });
});
