/**
 * Seeded random numbers for everything that training draws: initial weights, order, augmentation, VICH noise.
 * The generator is xoshiro128** (Blackman and Vigna, 2018), seeded through splitmix32. Its state can be saved and
 * restored, so that a resumed run draws what the straight run would have drawn; `split` gives independent streams by
 * name, so that adding one consumer does not shift the numbers of another.
 */

export type RandomState = readonly [number, number, number, number];

function splitmix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

function fnv1a(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

export class Random {
  readonly #state: [number, number, number, number];

  private constructor(state: RandomState) {
    this.#state = [...state];
  }

  /** A generator from a 32-bit seed; equal seeds give equal numbers on every platform. */
  static seeded(seed: number): Random {
    const next = splitmix32(seed);
    return new Random([next(), next(), next(), next()]);
  }

  /** A generator that continues where `state()` was taken. */
  static restored(state: RandomState): Random {
    return new Random(state);
  }

  state(): RandomState {
    return [...this.#state];
  }

  /** An independent generator named `label`; this generator's own sequence does not move. */
  split(label: string): Random {
    const [a, b, c, d] = this.#state;
    const next = splitmix32(fnv1a(`${a},${b},${c},${d}/${label}`));
    return new Random([next(), next(), next(), next()]);
  }

  /** Uniform integer in 0 .. 2^32 - 1. */
  uint32(): number {
    const state = this.#state;
    const scrambled = Math.imul(state[1], 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = (state[3] << 11) | (state[3] >>> 21);
    return result;
  }

  /** Uniform in [0, 1), with 32 random bits. */
  uniform(): number {
    return this.uint32() / 4294967296;
  }

  /** Uniform integer in 0 .. bound - 1. */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Standard normal, by Box and Muller (one of the pair: the state then stays four words). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** The numbers 0 .. n - 1 in random order (Fisher and Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, index) => index);
    for (let last = n - 1; last > 0; last -= 1) {
      const other = this.integer(last + 1);
      const kept = order[last] ?? 0;
      order[last] = order[other] ?? 0;
      order[other] = kept;
    }
    return order;
  }
}
