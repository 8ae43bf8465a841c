/**
 * Seeded numbers named by what they are for: `new Stream(seed, 'identity', 17)` draws the same numbers whatever else
 * was drawn before it, so that face 17 is the same in a sample of twenty and in one of six hundred.
 * Generator: sfc32 (Doty-Humphrey, PractRand), seeded by FNV-1a of the name through splitmix32.
 */
export class Stream {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;

  constructor(seed: number, ...name: readonly (string | number)[]) {
    let hash = 0x811c9dc5;
    for (const letter of [seed, ...name].join('/')) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
    const word = () => {
      hash = (hash + 0x9e3779b9) | 0;
      let mixed = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) | 0;
    };
    [this.#a, this.#b, this.#c] = [word(), word(), word()];
    for (let round = 0; round < 12; round += 1) this.uint32();
  }

  /** Uniform integer in 0 .. 2^32 - 1. */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.uint32() / 0x100000000;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  chance(share: number): boolean {
    return this.uniform() < share;
  }

  /** Standard normal as a sum of twelve uniforms: plain arithmetic, so equal on every platform, and never beyond 6. */
  normal(): number {
    let sum = -6;
    for (let draw = 0; draw < 12; draw += 1) sum += this.uniform();
    return sum;
  }

  /** One of the items; `weights`, where given, are their relative shares. */
  pick<T>(items: readonly [T, ...T[]], weights?: readonly number[]): T {
    const share = items.map((_, index) => weights?.[index] ?? (weights ? 0 : 1));
    let left = this.uniform() * share.reduce((sum, weight) => sum + weight, 0);
    for (const [index, item] of items.entries()) {
      left -= share[index] ?? 0;
      if (left < 0) return item;
    }
    return items[0];
  }

  /** A new array in random order (by random keys). */
  shuffled<T>(items: readonly T[]): T[] {
    const keyed = items.map((item) => ({ item, key: this.uint32() }));
    return keyed.sort((one, other) => one.key - other.key).map(({ item }) => item);
  }
}
