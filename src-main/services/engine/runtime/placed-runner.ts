/** Steps on the processor, in ONNX Runtime's own blocked layout where it has one: vectors in parts, in two sets of buffers. */
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { joinVector, partName, splitVector } from '../trace/blocked/vectors.ts';
import type { VectorLayout } from '../trace/blocked/vectors.ts';
import type { Program } from '../trace/program.ts';
import type { DeviceId } from './devices.ts';
import { collect } from './garbage.ts';
import { flatTensor, float32, floats } from './session.ts';
import type { SessionTuning } from './session.ts';
import { openStepSession } from './step-session.ts';
import type { Placement } from './step-session.ts';
import type { StateVector, StepFeeds, StepRunner } from './step-runner.ts';

/** Whole, or in parts (`trace/blocked/vectors.ts`), in the processor's memory. */
class PlacedVector implements StateVector {
  readonly #layout: VectorLayout | undefined;
  readonly #tensors: readonly Tensor[];

  constructor(size: number, layout: VectorLayout | undefined) {
    this.#layout = layout;
    const sizes = layout ? layout.parts.map((part) => part.size) : [size];
    this.#tensors = sizes.map((length) => flatTensor(new Float32Array(length)));
  }

  /** Inputs or outputs of a graph that calls the vector `name`. */
  ports(name: string): [string, Tensor][] {
    return this.#tensors.map((tensor, part) => [this.#layout ? partName(name, part) : name, tensor]);
  }

  load(whole: Float32Array): void {
    const parts = this.#layout ? splitVector(whole, this.#layout) : [whole];
    this.#tensors.forEach((tensor, part) => numbers(tensor).set(parts[part] ?? []));
  }

  clear(): void {
    for (const tensor of this.#tensors) numbers(tensor).fill(0);
  }

  whole(): Promise<Float32Array> {
    const parts = this.#tensors.map(numbers);
    return Promise.resolve(this.#layout ? joinVector(parts, this.#layout) : (parts[0] ?? new Float32Array(0)).slice());
  }
}

function numbers(tensor: Tensor): Float32Array {
  if (tensor.data instanceof Float32Array) return tensor.data;
  throw new Error('a state vector is not float32');
}

interface Opened {
  readonly session: InferenceSession;
  /** Of the program, whole vectors included. */
  readonly inputs: Program['inputs'];
}

/** Bytes of copies that are worth collecting. */
const MUCH = 2 ** 26;

export function placedRunner(device: DeviceId, placement: Placement, tuning?: SessionTuning): StepRunner {
  const sessions = new Map<string, Promise<Opened>>();
  /** ONNX Runtime's binding returns a copy even of an output that was written where we wanted it. */
  let copied = 0;

  const open = async (name: string, make: () => Program): Promise<Opened> => {
    const program = make();
    return { inputs: program.inputs, session: await openStepSession(program, device, placement, tuning) };
  };
  const opened = (name: string, make: () => Program): Promise<Opened> => {
    const known = sessions.get(name) ?? open(name, make);
    sessions.set(name, known);
    return known;
  };

  return {
    vector: (size) => new PlacedVector(size, placement.vectors.get(size)),
    open: async (name, make) => void (await opened(name, make)),
    run: async (name, make, feeds, into) => {
      const { session, inputs } = await opened(name, make);
      const fetches = session.outputNames.map((output): [string, null] => [output, null]);
      const rooms = Object.entries(into).flatMap(([output, vector]) => portsOf(vector, output));
      // The last run's copies are half a gigabyte for `paper`: they go before this run needs the room.
      if (copied > MUCH) {
        collect();
        copied = 0;
      }
      copied += rooms.reduce((sum, [, tensor]) => sum + 4 * tensor.size, 0);
      const outputs = await session.run(used(session, inputs, feeds), Object.fromEntries([...fetches, ...rooms]));
      return {
        numbers: (output) => floats(outputs, output),
        held: (output) => {
          throw new Error(`${output} lies in the vector that was given for it`);
        },
      };
    },
    dispose: async () => {
      for (const one of sessions.values()) await (await one).session.release();
    },
  };
}

function portsOf(vector: StateVector, name: string): [string, Tensor][] {
  if (vector instanceof PlacedVector) return vector.ports(name);
  throw new Error(`${name} is a vector of another runner`);
}

/** The feeds that a session's graph reads. */
function used(session: InferenceSession, inputs: Program['inputs'], feeds: StepFeeds): Record<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const [name, feed] of Object.entries(feeds)) {
    if (feed instanceof Float32Array) tensors.set(name, float32(feed, inputs[name]?.shape ?? []));
    else if (feed) for (const [port, tensor] of portsOf(feed, name)) tensors.set(port, tensor);
  }
  return Object.fromEntries(
    session.inputNames.map((name) => {
      const tensor = tensors.get(name);
      if (!tensor) throw new Error(`this training step needs ${name}`);
      return [name, tensor];
    }),
  );
}
