import type { Database, Statement } from './database.ts';
import { toBlob, toFloats } from './packed.ts';

export interface HeldOutTable {
  /** Replaces all that was stored of a run and dataset. `p`: [classes] of each image, in the run's order. */
  put(run: number, dataset: number, rows: readonly { readonly image: number; readonly p: Float32Array }[]): void;
  /** Probabilities by image; empty where none were computed. */
  of(run: number, dataset: number): Map<number, Float32Array>;
}

/** Probabilities of heads that had not seen an image's label. */
export class HeldOut implements HeldOutTable {
  readonly #database: Database;
  readonly #clear: Statement<[run: number, dataset: number]>;
  readonly #put: Statement<[run: number, dataset: number, image: number, p: Uint8Array]>;
  readonly #of: Statement<[run: number, dataset: number], { image: number; p: Uint8Array }>;

  constructor(database: Database) {
    this.#database = database;
    this.#clear = database.prepare('DELETE FROM held_out WHERE run = ? AND dataset = ?');
    this.#put = database.prepare('INSERT INTO held_out (run, dataset, image, p) VALUES (?, ?, ?, ?)');
    this.#of = database.prepare('SELECT image, p FROM held_out WHERE run = ? AND dataset = ?');
  }

  put(run: number, dataset: number, rows: readonly { readonly image: number; readonly p: Float32Array }[]): void {
    this.#database.write(() => {
      this.#clear.run(run, dataset);
      for (const { image, p } of rows) this.#put.run(run, dataset, image, toBlob(p));
    });
  }

  of(run: number, dataset: number): Map<number, Float32Array> {
    const rows = this.#database.read(() => this.#of.all(run, dataset));
    return new Map(rows.map(({ image, p }) => [image, toFloats(p)]));
  }
}
