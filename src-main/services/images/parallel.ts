/**
 * Applies an asynchronous function to a stream, up to `limit` at a time, and gives the results in the stream's order.
 * Memory is bounded by the limit. After an error or an early end nothing new is begun, and what was begun is awaited.
 */
export async function* mapInOrder<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  limit: number,
  apply: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = [];
  try {
    for await (const item of source) {
      const result = apply(item);
      // Its turn to be awaited comes later: an early rejection must not count as unhandled until then.
      result.catch(() => undefined);
      begun.push(result);
      const first = begun.length >= limit ? begun.shift() : undefined;
      if (first !== undefined) yield await first;
    }
    for (let first = begun.shift(); first !== undefined; first = begun.shift()) yield await first;
  } finally {
    await Promise.allSettled(begun);
  }
}

/** Lets at most `limit` bodies run at a time. The newest waiting one goes first: it is what the screen shows now. */
export class Gate {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  async run<R>(body: () => Promise<R>): Promise<R> {
    if (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await body();
    } finally {
      // A place that somebody waits for is handed over, not given back.
      const next = this.#waiting.pop();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
