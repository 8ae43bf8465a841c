/** Difference hashes, each as two halves of 32 bits. */
export interface Hashes {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

const BANDS = 8;
/** Bits of a hash that must be set, and not set: flatter pictures look alike without being so. */
const LEAST_DETAIL = 6;

function bits(value: number): number {
  let left = value - ((value >>> 1) & 0x55555555);
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333);
  return (((left + (left >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** Differing bits of two hashes. */
export function distance({ high, low }: Hashes, one: number, other: number): number {
  return bits((high[one] ?? 0) ^ (high[other] ?? 0)) + bits((low[one] ?? 0) ^ (low[other] ?? 0));
}

/**
 * Every pair of hashes at most `most` bits apart, `most` < 8. Of eight bytes at least one is equal in such a pair (pigeon
 * holes), so only hashes that share a byte are compared: no pair is missed. A band of bytes is sorted at a time, which
 * needs a few bytes a hash.
 * @param onPair told each pair once or more.
 * Yields, now and then, the share of the work that is done.
 */
export function* nearPairs(
  hashes: Hashes,
  most: number,
  onPair: (one: number, other: number) => void,
): Generator<number> {
  const all = hashes.high.length;
  const detailed = Uint32Array.from({ length: all }, (_, index) => index).filter((index) => {
    const set = bits(hashes.high[index] ?? 0) + bits(hashes.low[index] ?? 0);
    return set >= LEAST_DETAIL && set <= 64 - LEAST_DETAIL;
  });
  // Two neighbouring bytes where few bits may differ: buckets are then 256 times smaller.
  const wide = most < BANDS / 2;
  const bands = wide ? BANDS / 2 : BANDS;
  const width = 64 / bands;
  const valueOf = (index: number, band: number): number => {
    const half = band * width < 32 ? (hashes.high[index] ?? 0) : (hashes.low[index] ?? 0);
    return (half >>> ((band * width) % 32)) & (2 ** width - 1);
  };
  for (let band = 0; band < bands; band++) {
    const order = detailed.slice().sort((a, b) => valueOf(a, band) - valueOf(b, band));
    for (let from = 0; from < order.length;) {
      const value = valueOf(order[from] ?? 0, band);
      let to = from + 1;
      while (to < order.length && valueOf(order[to] ?? 0, band) === value) to++;
      for (let i = from; i < to; i++) {
        const one = order[i] ?? 0;
        for (let j = i + 1; j < to; j++) {
          const other = order[j] ?? 0;
          if (distance(hashes, one, other) <= most) onPair(one, other);
        }
        if ((i & 255) === 255) yield (band + i / order.length) / bands;
      }
      from = to;
    }
    yield (band + 1) / bands;
  }
}

/** Sets of items that pairs join (union-find with path halving). */
export class Groups {
  readonly #parent: Uint32Array;

  constructor(size: number) {
    this.#parent = Uint32Array.from({ length: size }, (_, index) => index);
  }

  join(one: number, other: number): void {
    const [a, b] = [this.find(one), this.find(other)];
    // The first item stands for its set.
    if (a < b) this.#parent[b] = a;
    else this.#parent[a] = b;
  }

  find(item: number): number {
    let at = item;
    for (;;) {
      const parent = this.#parent[at] ?? at;
      if (parent === at) return at;
      const above = this.#parent[parent] ?? parent;
      this.#parent[at] = above;
      at = above;
    }
  }

  /** Sets of more than one item, each in the order of the items. */
  sets(): number[][] {
    const byFirst = new Map<number, number[]>();
    for (let item = 0; item < this.#parent.length; item++) {
      const first = this.find(item);
      if (first === item) continue;
      const set = byFirst.get(first) ?? [first];
      byFirst.set(first, set);
      set.push(item);
    }
    return [...byFirst].sort(([a], [b]) => a - b).map(([, set]) => set);
  }
}
