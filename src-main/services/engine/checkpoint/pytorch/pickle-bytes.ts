import { refuse } from './refuse.ts';
import { count64, view } from './source.ts';

/** Longest line that names a module or a class. */
const LINE = 1_024;

/** Bytes of the longest number; the largest in a checkpoint is the magic number of ten. */
const LONG = 16;

/** The bytes of a pickle, read from front to back. Little-endian, but for floats. */
export class PickleBytes {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#view = view(bytes);
    this.at = start;
  }

  u8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  /** Big-endian, as Python writes floats. */
  f64(): number {
    return this.#view.getFloat64(this.#skip(8), false);
  }

  /** Two's complement of `length` bytes; none is 0. */
  long(length: number): bigint {
    if (length > LONG) throw refuse(`its pickle holds a number of ${length} bytes`);
    const start = this.#skip(length);
    let value = 0n;
    for (let index = length - 1; index >= 0; index--)
      value = (value << 8n) | BigInt(this.#view.getUint8(start + index));
    return BigInt.asIntN(length * 8, value);
  }

  utf8(length: number): string {
    const start = this.#skip(length);
    try {
      return this.#utf8.decode(this.#bytes.subarray(start, start + length));
    } catch {
      throw refuse('its pickle holds a text that is not UTF-8');
    }
  }

  latin1(length: number): string {
    const start = this.#skip(length);
    return Buffer.from(this.#bytes.subarray(start, start + length)).toString('latin1');
  }

  /** Up to the next line feed. */
  line(): string {
    const end = this.#bytes.subarray(this.at, this.at + LINE).indexOf(0x0a);
    if (end < 0) throw refuse('its pickle names a global without an end');
    const text = this.utf8(end);
    this.at += 1;
    return text;
  }

  /** Length of what follows: only a promise to readers of streams. */
  frame(): void {
    const start = this.#skip(8);
    const length = count64(this.#bytes, start, 'a frame of its pickle');
    if (length > this.#bytes.byteLength - this.at) throw refuse('a frame of its pickle is cut off');
  }

  #skip(count: number): number {
    const start = this.at;
    if (start + count > this.#bytes.byteLength) throw refuse('its pickle is cut off');
    this.at = start + count;
    return start;
  }
}
