/** What runs the functions of a training and keeps its vectors, wherever the device wants them. */
import type { Program } from '../trace/program.ts';
import type { Executable, Executor, Feed, Held, Outputs } from './executor.ts';
import type { SessionTuning } from './session.ts';

/** A vector of a training's state. A run reads it as an input, or writes it as an output. */
export interface StateVector {
  load(whole: Float32Array): void;
  clear(): void;
  /** A copy of the numbers, in the vector's own order. */
  whole(): Promise<Float32Array>;
}

export type StepFeeds = Readonly<Record<string, Float32Array | StateVector | null>>;

export interface StepRunner {
  /** Zeros. */
  vector(size: number): StateVector;
  /** Makes a program ready; `name` says which one, and with which shapes. */
  open(name: string, program: () => Program): Promise<void>;
  /**
   * Runs a program.
   * @param into outputs that are vectors of the state; none of them may be fed at the same time.
   * @returns the other outputs.
   */
  run(
    name: string,
    program: () => Program,
    feeds: StepFeeds,
    into: Readonly<Record<string, StateVector>>,
  ): Promise<Outputs>;
  dispose(): Promise<void>;
}

/** A vector that an executor holds. Numbers from outside reach the device when they are first needed there. */
class HeldVector implements StateVector {
  readonly #executor: Executor;
  #held: Held | null = null;
  #waiting: Float32Array | null;

  constructor(executor: Executor, size: number) {
    this.#executor = executor;
    this.#waiting = new Float32Array(size);
  }

  load(whole: Float32Array): void {
    this.#waiting = whole.slice();
  }

  clear(): void {
    this.#waiting = new Float32Array(this.#size);
  }

  async whole(): Promise<Float32Array> {
    return this.#waiting?.slice() ?? this.#executor.read(await this.settled());
  }

  /** On the device. */
  async settled(): Promise<Held> {
    if (this.#waiting) {
      const waiting = this.#waiting;
      this.#waiting = null;
      this.replace(await this.#executor.hold(waiting));
    }
    if (!this.#held) throw new Error('a vector of the training was released');
    return this.#held;
  }

  /** Takes what a run has written. */
  replace(held: Held): void {
    this.#waiting = null;
    this.release();
    this.#held = held;
  }

  release(): void {
    if (this.#held) this.#executor.release(this.#held);
    this.#held = null;
  }

  get #size(): number {
    return this.#waiting?.length ?? this.#held?.shape.reduce((product, side) => product * side, 1) ?? 0;
  }
}

/** Runs steps through an executor: only batches go to the device, and only scalars and mu come back. */
export function executorRunner(executor: Executor, tuning?: SessionTuning): StepRunner {
  const vectors: HeldVector[] = [];
  const opened = new Map<string, Promise<Executable>>();

  const executable = (name: string, program: () => Program, held: readonly string[]): Promise<Executable> => {
    const known = opened.get(name) ?? executor.open(program(), { ...tuning, held });
    opened.set(name, known);
    return known;
  };

  return {
    vector: (size) => {
      const vector = new HeldVector(executor, size);
      vectors.push(vector);
      return vector;
    },
    // Which outputs stay is known when it first runs; opening is not slow enough here to be worth asking twice.
    open: () => Promise.resolve(),
    run: async (name, program, feeds, into) => {
      const ready = await executable(name, program, Object.keys(into));
      const given: Record<string, Feed | null> = {};
      for (const [input, feed] of Object.entries(feeds)) {
        if (!ready.inputs.has(input)) continue;
        given[input] = feed instanceof HeldVector ? await feed.settled() : feed instanceof Float32Array ? feed : null;
      }
      const outputs = await ready.run(given);
      for (const [output, vector] of Object.entries(into)) {
        if (vector instanceof HeldVector) vector.replace(outputs.held(output));
      }
      return outputs;
    },
    dispose: async () => {
      for (const one of opened.values()) await (await one).dispose();
      vectors.forEach((vector) => vector.release());
    },
  };
}
