/** Programs on ONNX Runtime: traced, lowered, and run by one of its execution providers. */
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { toOnnx } from '../trace/onnx.ts';
import { graphOf } from '../trace/program.ts';
import type { Program } from '../trace/program.ts';
import { nchwcBlock } from './block.ts';
import { DEVICES } from './devices.ts';
import type { DeviceId } from './devices.ts';
import { fed } from './executor.ts';
import type { Executable, Executor, Feed, Held, OpenOptions, Outputs } from './executor.ts';
import { float32, floats, openSession } from './session.ts';

class HeldTensor implements Held {
  readonly tensor: Tensor;

  constructor(tensor: Tensor) {
    this.tensor = tensor;
  }

  get shape(): readonly number[] {
    return this.tensor.dims;
  }
}

/** Where held tensors live and how numbers get there and back. */
interface Storage {
  hold(data: Float32Array, shape: readonly number[]): Promise<Tensor>;
  read(tensor: Tensor): Promise<Float32Array>;
  release(tensor: Tensor): void;
  /** A tensor to write an output into, or null where the runtime makes it. */
  room(shape: readonly number[]): Tensor | null;
}

/** One executor a device: released vectors are used again by whoever needs their size next. */
export function onnxExecutor(device: DeviceId): Executor {
  const storage = DEVICES[device].residence === 'device' ? deviceStorage(device) : hostStorage();
  return {
    open: (program, options = {}) => open(program, device, storage, options),
    hold: async (data, shape = [data.length]) => new HeldTensor(await storage.hold(data, shape)),
    read: (held) => storage.read(tensorOf(held)),
    release: (held) => storage.release(tensorOf(held)),
  };
}

function tensorOf(held: Held): Tensor {
  if (held instanceof HeldTensor) return held.tensor;
  throw new Error('this tensor was made by another executor');
}

async function open(program: Program, device: DeviceId, storage: Storage, options: OpenOptions): Promise<Executable> {
  const { constants, held = [], ...tuning } = options;
  const graph = graphOf(program);
  const shapes = new Map(graph.outputs.map(({ name, value }) => [name, value.shape]));
  const block = device === 'cpu' ? await nchwcBlock() : null;
  const model = toOnnx(graph, { constants, name: program.name, block });
  const session = await openSession(model, device, {
    ...tuning,
    held: DEVICES[device].residence === 'device' ? held : [],
  });
  const inputs = new Set(session.inputNames);

  const run = async (feeds: Readonly<Record<string, Feed | null>>): Promise<Outputs> => {
    const tensors = fed(inputs, feeds).map(([name, feed]): [string, Tensor] => {
      if (!(feed instanceof Float32Array)) return [name, tensorOf(feed)];
      return [name, float32(feed, program.inputs[name]?.shape ?? [])];
    });
    const fetches = [...shapes].map(([name, shape]): [string, Tensor | null] => [
      name,
      held.includes(name) ? storage.room(shape) : null,
    ]);
    return outputsOf(await session.run(Object.fromEntries(tensors), Object.fromEntries(fetches)));
  };
  return { inputs, run, dispose: () => session.release() };
}

function outputsOf(outputs: InferenceSession.OnnxValueMapType): Outputs {
  return {
    numbers: (name) => floats(outputs, name),
    held: (name) => {
      const tensor = outputs[name];
      if (!tensor) throw new Error(`output ${name} of the graph is missing`);
      return new HeldTensor(tensor);
    },
  };
}

/** The processor's memory. Writing an output over an input would corrupt later reads: outputs get rooms of their own. */
function hostStorage(): Storage {
  const spare = new Map<number, Float32Array[]>();
  const vector = (length: number): Float32Array => spare.get(length)?.pop() ?? new Float32Array(length);
  const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
  const numbers = (tensor: Tensor): Float32Array => {
    if (tensor.data instanceof Float32Array) return tensor.data;
    throw new Error('a held tensor is not float32');
  };
  return {
    hold: (data, shape) => {
      const own = vector(data.length);
      own.set(data);
      return Promise.resolve(float32(own, shape));
    },
    read: (tensor) => Promise.resolve(numbers(tensor).slice()),
    release: (tensor) => {
      const data = numbers(tensor);
      spare.set(data.length, [...(spare.get(data.length) ?? []), data]);
    },
    room: (shape) => float32(vector(sizeOf(shape)), shape),
  };
}

/**
 * A graphics card's memory. ONNX Runtime for Node has no copy in either direction (reading such a tensor ends the process):
 * sessions that compute nothing carry numbers in and out.
 */
function deviceStorage(device: DeviceId): Storage {
  const copiers = new Map<string, Promise<InferenceSession>>();
  const copy = async (x: Tensor, to: 'device' | 'host'): Promise<Tensor> => {
    const key = `${to} ${x.dims.join()}`;
    const known = copiers.get(key);
    const opening = known ?? openCopier(x.dims, device, to);
    copiers.set(key, opening);
    const { y } = await (await opening).run({ x });
    if (!y) throw new Error('a copy was lost');
    return y;
  };
  return {
    hold: (data, shape) => copy(float32(data, shape), 'device'),
    read: async (tensor) => floats({ y: await copy(tensor, 'host') }, 'y'),
    release: (tensor) => tensor.dispose(),
    room: () => null,
  };
}

function openCopier(shape: readonly number[], device: DeviceId, to: 'device' | 'host'): Promise<InferenceSession> {
  const program: Program = {
    name: 'copy',
    inputs: { x: { shape } },
    fn: (inputs) => ({ y: inputs['x'] ?? missing() }),
  };
  return openSession(toOnnx(graphOf(program)), device, { held: to === 'device' ? ['y'] : [] });
}

function missing(): never {
  throw new Error('a copy has nothing to copy');
}
