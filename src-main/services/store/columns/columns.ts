/**
 * Columns of the datasets that queries ask about, held in memory as typed arrays and kept in step with the database: a filter over a
 * million images is then a pass over some arrays, and an order is there already. The database says by two marks what has changed:
 * the log of annotations names the images that somebody labelled, and `revision` rises (by triggers) with any other change to a
 * dataset's images or a run's predictions.
 */
import type { Database, Statement } from '../database.ts';
import { DatasetColumns, type RunColumns } from './dataset-columns.ts';
import { CHANGED } from './selections.ts';

/** Lines of the log beyond which columns are read anew rather than followed one by one. */
const MOST_FOLLOWED = 20_000;

interface Held {
  readonly columns: DatasetColumns;
  /** The last line of the log that it has followed. */
  line: number;
}

export class Columns {
  /** Datasets kept: the one looked at and the one before. */
  static readonly kept = 2;
  readonly #held = new Map<number, Held>();
  readonly #database: Database;
  readonly #lastLine: Statement<[], number>;
  readonly #revision: Statement<[number], number>;
  readonly #runRevision: Statement<[number], number>;
  readonly #changed: Statement<[{ after: number; dataset: number; most: number }], number>;

  constructor(database: Database) {
    this.#database = database;
    this.#lastLine = database.prepare<[], number>('SELECT coalesce(max(id), 0) FROM annotations').pluck();
    this.#revision = database.prepare<[number], number>('SELECT revision FROM datasets WHERE id = ?').pluck();
    this.#runRevision = database.prepare<[number], number>('SELECT revision FROM runs WHERE id = ?').pluck();
    this.#changed = database.prepare<[{ after: number; dataset: number; most: number }], number>(CHANGED).pluck();
  }

  /** A dataset's columns as it stands now; an unknown one has no images. */
  of(dataset: number): DatasetColumns {
    const line = this.#lastLine.get() ?? 0;
    const revision = this.#revision.get(dataset) ?? -1;
    const held = this.#held.get(dataset);
    this.#held.delete(dataset);
    // Lines go only with a dataset: after that, numbers of lines mean nothing.
    const same = held !== undefined && held.columns.revision === revision && line >= held.line;
    const now = same ? held : { columns: new DatasetColumns(this.#database, dataset, revision), line };
    if (now.line < line) {
      const ids = this.#changed.all({ after: now.line, dataset, most: MOST_FOLLOWED + 1 });
      now.columns.follow(ids.length > MOST_FOLLOWED ? null : [...new Set(ids)]);
      now.line = line;
    }
    this.#held.set(dataset, now);
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= Columns.kept) break;
      this.#held.delete(oldest);
    }
    return now.columns;
  }

  /** A run's columns of a dataset. */
  run(columns: DatasetColumns, run: number): RunColumns {
    return columns.run(run, this.#runRevision.get(run) ?? -1);
  }
}
