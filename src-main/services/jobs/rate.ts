const WINDOW_MS = 10_000;
/** Below this, the first units would make a rate of nothing. */
const SETTLED_MS = 500;

/** Units a second over the last ten seconds. */
export class Rate {
  #samples: { readonly at: number; readonly done: number }[] = [];

  /** Notes how much is done at a time in milliseconds; samples closer than a tenth of a second count as one. */
  add(at: number, done: number): void {
    const last = this.#samples.at(-1);
    // Work that began anew (a new phase) has a rate of its own.
    if (last !== undefined && done < last.done) this.#samples = [];
    else if (last !== undefined && at - last.at < 100) return;
    this.#samples.push({ at, done });
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? at) > WINDOW_MS) this.#samples.shift();
  }

  /** Null until measured. */
  perSecond(at: number, done: number): number | null {
    const first = this.#samples[0];
    if (first === undefined || at - first.at < SETTLED_MS || done <= first.done) return null;
    return ((done - first.done) * 1_000) / (at - first.at);
  }
}
