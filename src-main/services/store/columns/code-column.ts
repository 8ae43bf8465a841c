/** A value from a short list for each image: a label, a split, a status. */
export class CodeColumn {
  /** By place: 1 + index into `names`, or 0 for none of them. */
  readonly codes: Uint16Array;
  readonly #names: string[];
  readonly #codeOf: Map<string, number>;

  constructor(size: number, names: readonly string[]) {
    this.codes = new Uint16Array(size);
    this.#names = [...names];
    this.#codeOf = new Map(names.map((name, index) => [name, index + 1]));
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** Code of a name, 0 where no image has it. */
  code(name: string | null): number {
    return name === null ? 0 : (this.#codeOf.get(name) ?? 0);
  }

  /** Puts a value that may be new to the list. */
  put(place: number, name: string | null): void {
    let code = this.code(name);
    if (code === 0 && name !== null) {
      code = this.#names.push(name);
      this.#codeOf.set(name, code);
    }
    this.codes[place] = code;
  }

  /** Images of a mask by code; index 0 counts those with none. */
  counts(mask: Uint8Array): Uint32Array {
    const counts = new Uint32Array(this.#names.length + 1);
    const { codes } = this;
    for (let place = 0; place < mask.length; place++)
      if (mask[place] === 1) counts[codes[place] ?? 0] = (counts[codes[place] ?? 0] ?? 0) + 1;
    return counts;
  }

  /**
   * Keeps in a mask what has one of these values, or, negated, what has none of them.
   * @param none whether an image without a value counts as having one of them.
   */
  keep(mask: Uint8Array, values: readonly string[], none: boolean, negated: boolean): void {
    const passes = new Uint8Array(this.#names.length + 1).fill(Number(negated));
    for (const value of values) {
      const code = this.code(value);
      if (code > 0) passes[code] = Number(!negated);
    }
    passes[0] = Number(none !== negated);
    const { codes } = this;
    for (let place = 0; place < mask.length; place++)
      mask[place] = (mask[place] ?? 0) & (passes[codes[place] ?? 0] ?? 0);
  }

  /**
   * Writes the ids of a mask in the order of `names`, those with none last by id. Descending is the exact reverse among those with
   * a value.
   */
  sorted(mask: Uint8Array, first: number, descending: boolean): Int32Array<ArrayBuffer> {
    const counts = this.counts(mask);
    const starts = new Uint32Array(counts.length);
    const order = Array.from({ length: this.#names.length }, (_, index) => index + 1);
    if (descending) order.reverse();
    let start = 0;
    for (const code of [...order, 0]) {
      starts[code] = start;
      start += counts[code] ?? 0;
    }
    const out = new Int32Array(start);
    const { codes } = this;
    const put = (place: number, code: number): void => {
      const at = starts[code] ?? 0;
      out[at] = first + place;
      starts[code] = at + 1;
    };
    for (let place = 0; place < mask.length; place++)
      if (mask[place] === 1 && (codes[place] === 0 || !descending)) put(place, codes[place] ?? 0);
    if (descending)
      for (let place = mask.length - 1; place >= 0; place--)
        if (mask[place] === 1 && codes[place] !== 0) put(place, codes[place] ?? 0);
    return out;
  }
}
