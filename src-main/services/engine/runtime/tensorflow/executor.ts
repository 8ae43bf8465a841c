/** Programs on TensorFlow's kernels: the functions run as they stand, op by op, and nothing is traced. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Program } from '../../trace/program.ts';
import type { Executable, Executor, Feed, Held, OpenOptions, Outputs } from '../executor.ts';
import { loadTensorflow, onTensorflow } from './backend.ts';

class HeldTensor implements Held {
  readonly tensor: Tensor;

  constructor(tensor: Tensor) {
    this.tensor = tensor;
  }

  get shape(): readonly number[] {
    return this.tensor.shape;
  }
}

/** @throws FailureError 'unavailable' where TensorFlow is not installed. */
export function tensorflowExecutor(): Executor {
  loadTensorflow();
  return {
    open: (program, options = {}) => Promise.resolve(open(program, options)),
    hold: (data, shape = [data.length]) => Promise.resolve(new HeldTensor(onTensorflow(() => copied(data, shape)))),
    read: async (held) => numbersOf(await tensorOf(held).data()),
    release: (held) => tensorOf(held).dispose(),
  };
}

function tensorOf(held: Held): Tensor {
  if (held instanceof HeldTensor) return held.tensor;
  throw new Error('this tensor was made by another executor');
}

/** TensorFlow.js keeps the array it is given until a kernel needs it: a caller may write into its own again at once. */
function copied(data: Float32Array, shape: readonly number[]): Tensor {
  return tf.tensor(data.slice(), [...shape], 'float32');
}

function numbersOf(data: unknown): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new Error('an output of the program is not float32');
}

function open({ name, inputs: specs, fn }: Program, { constants, held = [] }: OpenOptions): Executable {
  const fixed = new Map(
    [...(constants ?? [])].map(([input, data]) => [input, onTensorflow(() => copied(data, specs[input]?.shape ?? []))]),
  );
  const inputs = new Set(Object.keys(specs).filter((input) => !fixed.has(input)));

  const run = (feeds: Readonly<Record<string, Feed | null>>): Promise<Outputs> => {
    const results = onTensorflow(() =>
      tf.tidy(() => {
        const tensors: Record<string, Tensor> = Object.fromEntries(fixed);
        for (const input of inputs) {
          const feed = feeds[input];
          if (!feed) refuse(tensors, name, input);
          else if (feed instanceof Float32Array) tensors[input] = copied(feed, specs[input]?.shape ?? []);
          else tensors[input] = tensorOf(feed);
        }
        return { ...fn(tensors) };
      }),
    );
    return Promise.resolve(outputsOf(name, results, held));
  };
  const dispose = (): Promise<void> => {
    fixed.forEach((tensor) => tensor.dispose());
    return Promise.resolve();
  };
  return { inputs, run, dispose };
}

/** Which inputs a function reads shows only when it runs: one that was not fed throws when it is read. */
function refuse(tensors: Record<string, Tensor>, program: string, input: string): void {
  Object.defineProperty(tensors, input, {
    get: () => {
      throw new Error(`${program} needs the input ${input}`);
    },
  });
}

/** What is not held is read and freed at once. */
function outputsOf(program: string, results: Readonly<Record<string, Tensor>>, held: readonly string[]): Outputs {
  const numbers = new Map<string, Float32Array>();
  for (const [name, tensor] of Object.entries(results)) {
    if (held.includes(name)) continue;
    numbers.set(name, numbersOf(tensor.dataSync()));
    tensor.dispose();
  }
  return {
    numbers: (name) => numbers.get(name) ?? missing(program, name),
    held: (name) => new HeldTensor(results[name] ?? missing(program, name)),
  };
}

function missing(program: string, name: string): never {
  throw new Error(`${program} has no output ${name}`);
}
