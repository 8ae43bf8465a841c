/** Rows of float32 by their keys, in two files that only grow. */
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';

/** Where the rows and the keys of a name lie. */
export function rowFilePaths(folder: string, name: string): { readonly rows: string; readonly keys: string } {
  return { rows: join(folder, `${name}.f32`), keys: join(folder, `${name}.keys`) };
}

/** Rows of float32 in one file, their keys in another, line by line; what a crash left half written is cut off. */
export class RowFile {
  readonly #rows: string;
  readonly #keys: string;
  readonly #width: number;
  readonly places = new Map<string, number>();

  constructor(folder: string, name: string, width: number) {
    mkdirSync(folder, { recursive: true });
    ({ rows: this.#rows, keys: this.#keys } = rowFilePaths(folder, name));
    this.#width = width;
    const text = existsSync(this.#keys) ? readFileSync(this.#keys, 'utf8') : '';
    const whole = existsSync(this.#rows) ? Math.floor(statSync(this.#rows).size / (4 * width)) : 0;
    // The text after the last line's end is no key: the writing of it was cut short.
    const keys = text.split('\n').slice(0, -1).slice(0, whole);
    keys.forEach((key, place) => this.places.set(key, place));
    if (text.length > 0)
      truncateSync(
        this.#keys,
        keys.reduce((sum, key) => sum + Buffer.byteLength(key) + 1, 0),
      );
    if (whole > 0) truncateSync(this.#rows, keys.length * 4 * width);
  }

  /** Rows first: a key without its row would name another one's. */
  append(keys: readonly string[], rows: Float32Array): void {
    appendFileSync(this.#rows, new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
    appendFileSync(this.#keys, keys.map((key) => `${key}\n`).join(''));
    const first = this.places.size;
    keys.forEach((key, index) => this.places.set(key, first + index));
  }

  read(wanted: readonly { readonly place: number; readonly into: Float32Array }[]): void {
    if (wanted.length === 0) return;
    const file = openSync(this.#rows, 'r');
    try {
      for (const { place, into } of wanted) {
        const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
        readSync(file, bytes, 0, bytes.byteLength, place * 4 * this.#width);
      }
    } finally {
      closeSync(file);
    }
  }
}
