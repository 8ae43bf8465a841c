import { z } from 'zod';
import type { Database } from './database.ts';

/** In the `meta` table. */
const KEY = 'leftRuns';
const Ids = z.array(z.number().int());

/** Runs that were at work or waited when the project was last left, closed or killed, in the order in which they would go on. */
export class LeftRuns {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Marks as interrupted what no longer runs, and remembers it after what was left before. */
  note(): void {
    const sql = this.#database.sql;
    const found = sql
      .prepare<[], number>(
        `SELECT id FROM runs WHERE status IN ('queued', 'running')
         ORDER BY status = 'queued', (SELECT max(jobs.id) FROM jobs WHERE jobs.run = runs.id AND jobs.kind = 'train'), id`,
      )
      .pluck()
      .all();
    if (found.length === 0) return;
    sql
      .prepare<[string]>(`UPDATE runs SET status = 'interrupted', ended_at = ? WHERE status IN ('queued', 'running')`)
      .run(new Date().toISOString());
    this.#write([...new Set([...this.list(), ...found])]);
  }

  /** Those that are still interrupted: neither resumed since nor removed. */
  list(): number[] {
    const text = this.#database.sql.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck().get(KEY);
    const interrupted = this.#database.sql
      .prepare<[number], number>(`SELECT 1 FROM runs WHERE id = ? AND status = 'interrupted'`)
      .pluck();
    return Ids.parse(JSON.parse(text ?? '[]')).filter((id) => interrupted.get(id) !== undefined);
  }

  /** They stay interrupted, and are no longer offered. */
  forget(): void {
    this.#write([]);
  }

  #write(ids: readonly number[]): void {
    this.#database.sql
      .prepare<[string, string]>('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)')
      .run(KEY, JSON.stringify(ids));
  }
}
