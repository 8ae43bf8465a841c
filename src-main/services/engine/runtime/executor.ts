/** What can run the engine's functions, whatever is behind it: ONNX Runtime's providers, or TensorFlow op by op. */
import type { Program } from '../trace/program.ts';
import type { SessionTuning } from './session.ts';

/** A tensor that lies where the device computes. Of use to the executor that made it, until it is released. */
export interface Held {
  readonly shape: readonly number[];
}

/** Numbers go in as they are, or as a tensor that the device has already. */
export type Feed = Float32Array | Held;

export interface OpenOptions extends SessionTuning {
  /** Inputs whose content never changes: they are no feeds. */
  readonly constants?: ReadonlyMap<string, Float32Array>;
  /** Outputs that stay on the device. */
  readonly held?: readonly string[];
}

/** The outputs of one run, by name. @throws Error for a name that the program does not have. */
export interface Outputs {
  numbers(name: string): Float32Array;
  /** An output that was opened as held. It belongs to the caller, who releases it. */
  held(name: string): Held;
}

/** A program that is ready to run. */
export interface Executable {
  /** Inputs that have to be fed: those that the results depend on and that are no constants. */
  readonly inputs: ReadonlySet<string>;
  /** Feeds that the program does not read are left alone. @throws Error where one is missing. */
  run(feeds: Readonly<Record<string, Feed | null>>): Promise<Outputs>;
  dispose(): Promise<void>;
}

export interface Executor {
  open(program: Program, options?: OpenOptions): Promise<Executable>;
  /** Copies numbers to the device. */
  hold(data: Float32Array, shape?: readonly number[]): Promise<Held>;
  read(held: Held): Promise<Float32Array>;
  release(held: Held): void;
}

/** The feeds that a program reads. @throws Error naming one that is missing. */
export function fed(inputs: ReadonlySet<string>, feeds: Readonly<Record<string, Feed | null>>): [string, Feed][] {
  return [...inputs].map((name) => {
    const feed = feeds[name];
    if (!feed) throw new Error(`this program needs the input ${name}`);
    return [name, feed];
  });
}
