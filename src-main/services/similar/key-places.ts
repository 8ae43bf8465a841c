/** Which row a key has, for many keys in little memory: 12 bytes a slot instead of a string and its entry. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';

const CHUNK_BYTES = 1 << 20;
const NEWLINE = 0x0a;
/** Two halves of 32 bits, each FNV-1a with a start and an odd factor of its own. */
const START = [0x811c9dc5, 0x9e3779b9] as const;
const PRIMES = [0x01000193, 0x85ebca6b] as const;

function numberOf(a: number, b: number): number {
  return (a >>> 11) * 2 ** 32 + (b >>> 0);
}

/**
 * An open-addressing table from a 53-bit hash of a key to its line in a file. Keys begin with SHA-256 digits, so that two of a million
 * share 53 bits once in ten thousand such projects.
 */
export class KeyPlaces {
  readonly #hashes: Float64Array;
  readonly #places: Int32Array;
  #count = 0;

  /** @param file a key a line; what stands after the last line's end is no key: a write goes on, or was cut short. */
  constructor(file: string) {
    const bytes = existsSync(file) ? statSync(file).size : 0;
    // No key is shorter than 64 digits, and the table stays at most half full.
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, (2 * bytes) / 64)));
    this.#hashes = new Float64Array(slots);
    this.#places = new Int32Array(slots).fill(-1);
    if (bytes > 0) this.#read(file);
  }

  get count(): number {
    return this.#count;
  }

  /** Line of a key, from 0; -1 for one that is not there. */
  of(key: string): number {
    let [a, b]: [number, number] = [...START];
    for (let at = 0; at < key.length; at++) {
      const byte = key.charCodeAt(at);
      a = Math.imul(a ^ byte, PRIMES[0]);
      b = Math.imul(b ^ byte, PRIMES[1]);
    }
    return this.#places[this.#slot(numberOf(a, b))] ?? -1;
  }

  #read(file: string): void {
    const descriptor = openSync(file, 'r');
    const chunk = new Uint8Array(CHUNK_BYTES);
    // Numbers and no objects: there are tens of millions of bytes.
    let [a, b]: [number, number] = [...START];
    try {
      for (let length = readSync(descriptor, chunk); length > 0; length = readSync(descriptor, chunk)) {
        for (let at = 0; at < length; at++) {
          const byte = chunk[at] ?? 0;
          if (byte === NEWLINE) {
            this.#add(numberOf(a, b));
            [a, b] = START;
          } else {
            a = Math.imul(a ^ byte, PRIMES[0]);
            b = Math.imul(b ^ byte, PRIMES[1]);
          }
        }
      }
    } finally {
      closeSync(descriptor);
    }
  }

  #add(hash: number): void {
    const slot = this.#slot(hash);
    this.#hashes[slot] = hash;
    this.#places[slot] = this.#count++;
  }

  /** Where a hash is, or would be. */
  #slot(hash: number): number {
    const mask = this.#places.length - 1;
    let slot = hash % this.#places.length;
    while ((this.#places[slot] ?? -1) >= 0 && this.#hashes[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  }
}
