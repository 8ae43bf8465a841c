import type { Bound } from '../../../../src-shared/domain/query/ast.ts';

/** A number for each image, and the order of those that have one. */
export class NumberColumn {
  /** By place; NaN where there is none. */
  readonly values: Float64Array;
  #order: Int32Array;

  /** @param rows place and value, ascending by value, then by place. @param most of them at the most. */
  constructor(size: number, rows: Iterable<readonly [place: number, value: number]>, most = size) {
    this.values = new Float64Array(size).fill(NaN);
    const order = new Int32Array(most);
    let count = 0;
    for (const [place, value] of rows) {
      this.values[place] = value;
      order[count++] = place;
    }
    this.#order = count === most ? order : order.slice(0, count);
  }

  /** Places with a value, ascending by value, then by place. */
  get order(): Int32Array {
    return this.#order;
  }

  /** Smallest and largest value; null where there is none. */
  get ends(): readonly [min: number, max: number] | null {
    const [low, high] = [this.values[this.#order[0] ?? -1], this.values[this.#order.at(-1) ?? -1]];
    return low === undefined || high === undefined ? null : [low, high];
  }

  /** Sets values (null: none) and puts their places where they now belong. */
  change(changes: ReadonlyMap<number, number | null>): void {
    const { values } = this;
    const leaving = [...changes.keys()].filter((place) => !Number.isNaN(values[place]));
    const from = leaving.map((place) => this.#find(place)).sort((a, b) => a - b);
    for (const [place, value] of changes) values[place] = value ?? NaN;
    const stay = new Int32Array(this.#order.length - from.length);
    let kept = 0;
    let at = 0;
    // Between two places that go lies a piece that stays as it is.
    for (const gone of [...from, this.#order.length]) {
      stay.set(this.#order.subarray(at, gone), kept);
      kept += gone - at;
      at = gone + 1;
    }
    const coming = [...changes.keys()].filter((place) => !Number.isNaN(values[place]));
    coming.sort((a, b) => (this.#isBefore(a, b) ? -1 : 1));
    this.#order = stay;
    const into = coming.map((place) => this.#find(place));
    const order = new Int32Array(stay.length + coming.length);
    at = 0;
    for (const [index, place] of coming.entries()) {
      const before = into[index] ?? 0;
      order.set(stay.subarray(at, before), at + index);
      order[before + index] = place;
      at = before;
    }
    order.set(stay.subarray(at), at + coming.length);
    this.#order = order;
  }

  #isBefore(a: number, b: number): boolean {
    const [left, right] = [this.values[a] ?? NaN, this.values[b] ?? NaN];
    return left < right || (left === right && a < b);
  }

  /** Where a place stands in the order, or would stand. */
  #find(place: number): number {
    let [low, high] = [0, this.#order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#isBefore(this.#order[middle] ?? -1, place)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Keeps in a mask what lies between the bounds, or, negated, all else: an image without a value lies nowhere. */
  keep(mask: Uint8Array, min: Bound | null, max: Bound | null, negated: boolean): void {
    const [low, high] = [min?.value ?? -Infinity, max?.value ?? Infinity];
    const [closedLow, closedHigh] = [min?.inclusive ?? true, max?.inclusive ?? true];
    const { values } = this;
    for (let place = 0; place < mask.length; place++) {
      const value = values[place] ?? NaN;
      const inside = (closedLow ? value >= low : value > low) && (closedHigh ? value <= high : value < high);
      if (inside === negated) mask[place] = 0;
    }
  }

  /** Counts a mask's values in equal bins between the column's ends. @throws RangeError without values. */
  bins(mask: Uint8Array, count: number): { min: number; max: number; bins: number[] } {
    if (this.ends === null) throw new RangeError('A column without values has no bins.');
    const [min, max] = this.ends;
    const edge = (index: number): number => min + ((max - min) * index) / count;
    const bins = new Uint32Array(count);
    const { values } = this;
    for (let place = 0; place < mask.length; place++) {
      const value = values[place] ?? NaN;
      if (mask[place] !== 1 || Number.isNaN(value)) continue;
      let bin = max > min ? Math.min(count - 1, Math.floor(((value - min) / (max - min)) * count)) : count - 1;
      // The quotient may be rounded over an edge: a bin holds its lower edge and not its upper one, as queries of it say.
      if (value < edge(bin)) bin -= 1;
      else if (bin < count - 1 && value >= edge(bin + 1)) bin += 1;
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    return { min, max, bins: [...bins] };
  }
}
