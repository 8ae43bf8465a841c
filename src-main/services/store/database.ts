import Sqlite from 'better-sqlite3';
import { diskFull, toStoreFailure } from './faults.ts';

/** Statements keep their parameters' and rows' types: `Bind` is the tuple of parameters, `Row` what a row holds. */
export type Statement<Bind extends readonly unknown[], Row = unknown> = Sqlite.Statement<[...Bind], Row>;

const FULL = 2;

/**
 * One connection to a project's database: durable, with foreign keys, with every transaction either stored whole or not at
 * all. SQLite's errors leave it as FailureErrors where a user or a machine can cause them.
 */
export class Database {
  readonly sql: Sqlite.Database;

  /**
   * Opens or creates the file.
   * @throws FailureError 'unreadable' for a file that is no database or is damaged, 'forbidden' where it cannot be written.
   */
  constructor(file: string, { readonly = false }: { readonly?: boolean } = {}) {
    this.sql = readonly ? openReadOnly(file) : openConnection(file);
  }

  prepare<Bind extends readonly unknown[], Row = unknown>(text: string): Statement<Bind, Row> {
    return this.read(() => this.sql.prepare<[...Bind], Row>(text));
  }

  /** Runs a body that only reads; errors of the machine become FailureErrors. */
  read<T>(body: () => T): T {
    try {
      return body();
    } catch (thrown) {
      throw toStoreFailure(thrown);
    }
  }

  /** Runs a body that reads one state of the database throughout, whatever another connection writes meanwhile. */
  snapshot<T>(body: () => T): T {
    return this.read(() => {
      this.sql.exec('BEGIN');
      try {
        return body();
      } finally {
        this.sql.exec('COMMIT');
      }
    });
  }

  /**
   * Runs a body in a transaction, or as part of the one that is under way: after an error the database is as it was before.
   * @throws FailureError 'disk-full' when there is no room to store it.
   */
  write<T>(body: () => T): T {
    if (this.sql.inTransaction) return body();
    try {
      this.sql.exec('BEGIN IMMEDIATE');
      const value = body();
      // On a full disk SQLite may have ended the transaction by itself; later statements then ran outside of it.
      if (!this.sql.inTransaction) throw diskFull();
      this.sql.exec('COMMIT');
      return value;
    } catch (thrown) {
      if (this.sql.inTransaction) this.sql.exec('ROLLBACK');
      throw toStoreFailure(thrown);
    }
  }

  close(): void {
    if (!this.sql.open) return;
    // No ANALYZE here: the tests hold the plans that SQLite chooses without statistics.
    this.read(() => this.sql.close());
  }
}

function openReadOnly(file: string): Sqlite.Database {
  try {
    const sql = new Sqlite(file, { readonly: true, timeout: 2_000 });
    sql.pragma('temp_store = MEMORY');
    sql.pragma('cache_size = -65536');
    return sql;
  } catch (thrown) {
    throw toStoreFailure(thrown);
  }
}

function openConnection(file: string): Sqlite.Database {
  let sql: Sqlite.Database | null = null;
  try {
    sql = new Sqlite(file, { timeout: 2_000 });
    sql.pragma('journal_mode = WAL');
    // better-sqlite3 is compiled with NORMAL for WAL: a power cut could then lose acknowledged labels.
    sql.pragma('synchronous = FULL');
    if (process.platform === 'darwin') sql.pragma('fullfsync = ON');
    sql.pragma('foreign_keys = ON');
    sql.pragma('temp_store = MEMORY');
    sql.pragma('cache_size = -131072');
    sql.pragma('journal_size_limit = 67108864');
    const set = {
      journal_mode: sql.pragma('journal_mode', { simple: true }),
      synchronous: sql.pragma('synchronous', { simple: true }),
      foreign_keys: sql.pragma('foreign_keys', { simple: true }),
    };
    if (set.journal_mode !== 'wal' || set.synchronous !== FULL || set.foreign_keys !== 1)
      throw new Error(`The database does not keep its settings: ${JSON.stringify(set)}.`);
    return sql;
  } catch (thrown) {
    sql?.close();
    throw toStoreFailure(thrown);
  }
}
