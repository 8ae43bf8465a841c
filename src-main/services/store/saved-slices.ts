import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { SavedSlice } from '../../../src-shared/domain/saved-slice.ts';
import type { Database } from './database.ts';

export interface SavedSliceTable {
  /** By name. */
  list(dataset: number): SavedSlice[];
  get(slice: number): SavedSlice | null;
  /** Throws FailureError 'conflict' for a name that is taken. */
  insert(slice: Omit<SavedSlice, 'id'>): number;
  /** Throws FailureError 'conflict' for a name that is taken. */
  rename(slice: number, name: string): void;
  remove(slice: number): void;
}

type SliceRecord = Omit<SavedSlice, 'descending'> & { descending: number };

function toSlice(record: SliceRecord): SavedSlice {
  return { ...record, descending: record.descending === 1 };
}

export class SavedSlices implements SavedSliceTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  list(dataset: number): SavedSlice[] {
    return this.#database.read(() =>
      this.#database
        .prepare<[number], SliceRecord>('SELECT * FROM saved_slices WHERE dataset = ? ORDER BY name')
        .all(dataset)
        .map(toSlice),
    );
  }

  get(slice: number): SavedSlice | null {
    const record = this.#database.read(() =>
      this.#database.prepare<[number], SliceRecord>('SELECT * FROM saved_slices WHERE id = ?').get(slice),
    );
    return record === undefined ? null : toSlice(record);
  }

  insert(slice: Omit<SavedSlice, 'id'>): number {
    return this.#database.write(() => {
      this.#requireFree(slice.dataset, slice.name, -1);
      const { lastInsertRowid } = this.#database
        .prepare<[Omit<SliceRecord, 'id'>]>(
          `INSERT INTO saved_slices (dataset, name, q, sort, descending) VALUES (:dataset, :name, :q, :sort, :descending)`,
        )
        .run({ ...slice, descending: Number(slice.descending) });
      return Number(lastInsertRowid);
    });
  }

  rename(slice: number, name: string): void {
    this.#database.write(() => {
      this.#requireFree(this.get(slice)?.dataset ?? -1, name, slice);
      this.#database.prepare<[string, number]>('UPDATE saved_slices SET name = ? WHERE id = ?').run(name, slice);
    });
  }

  remove(slice: number): void {
    this.#database.write(() => this.#database.prepare<[number]>('DELETE FROM saved_slices WHERE id = ?').run(slice));
  }

  #requireFree(dataset: number, name: string, own: number): void {
    const taken = this.#database
      .prepare<[number, string, number]>('SELECT 1 FROM saved_slices WHERE dataset = ? AND name = ? AND id <> ?')
      .get(dataset, name, own);
    if (taken === undefined) return;
    throw new FailureError({
      kind: 'conflict',
      message: `A slice is already called “${name}”.`,
      remedy: 'Choose another name, or remove that slice first.',
    });
  }
}
