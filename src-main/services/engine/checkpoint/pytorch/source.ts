/** Bytes at any place of a file, or of a buffer in tests. */
import { readSync } from 'node:fs';
import { refuse } from './refuse.ts';

export interface ByteSource {
  readonly bytes: number;
  /** @throws FailureError 'invalid' where the range does not lie within the source. */
  read(offset: number, length: number): Uint8Array;
}

const CHUNK = 1 << 30;

export function fileSource(descriptor: number, bytes: number): ByteSource {
  return {
    bytes,
    read: (offset, length) => {
      within(bytes, offset, length);
      const into = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const read = readSync(descriptor, into, done, Math.min(length - done, CHUNK), offset + done);
        if (read === 0) throw refuse('it became shorter while it was read');
        done += read;
      }
      return into;
    },
  };
}

export function memorySource(buffer: Uint8Array): ByteSource {
  return {
    bytes: buffer.byteLength,
    read: (offset, length) => {
      within(buffer.byteLength, offset, length);
      return buffer.subarray(offset, offset + length);
    },
  };
}

function within(bytes: number, offset: number, length: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= bytes) return;
  throw refuse(`it refers to bytes ${offset} to ${offset + length}, and has only ${bytes}: it is cut off`);
}

/** A range of the source, piece by piece. */
export function* pieces(source: ByteSource, offset: number, length: number): Generator<Uint8Array> {
  const PIECE = 4 * 1024 * 1024;
  for (let at = 0; at < length; at += PIECE) yield source.read(offset + at, Math.min(PIECE, length - at));
}

/** A little-endian 64-bit number that counts bytes or elements of this file. @throws FailureError 'invalid' when it is larger. */
export function count64(bytes: Uint8Array, at: number, what: string): number {
  const value = view(bytes).getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw refuse(`${what} is ${value}`);
  return Number(value);
}

export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
