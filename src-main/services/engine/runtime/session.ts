/** ONNX Runtime sessions: the one place that knows the runtime's options. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { faultAt } from '../faults.ts';
import { DEVICES } from './devices.ts';
import type { DeviceId } from './devices.ts';
import { keepsMemory } from './memory.ts';

export interface SessionTuning {
  /** Times every node and writes `<prefix>_<date>.json` when the session is released. */
  readonly profilePrefix?: string;
}

export interface SessionOptions extends SessionTuning {
  /** Outputs that stay in the device's memory; only for devices that keep any. */
  readonly held?: readonly string[];
  /** The model has been optimised for this processor before. */
  readonly isOptimised?: boolean;
  /** A file that gets the model as the optimiser leaves it. */
  readonly optimisedTo?: string;
}

/** Runs model bytes on a device. `session.run` blocks its thread: the engine has a process of its own for that. */
export function openSession(
  model: Uint8Array,
  device: DeviceId,
  { profilePrefix, held = [], isOptimised = false, optimisedTo }: SessionOptions = {},
): Promise<InferenceSession> {
  const { provider } = DEVICES[device];
  if (provider === null) throw new Error(`${device} is not one of ONNX Runtime's devices`);
  const given = faultAt('graph-broken') ? model.subarray(0, model.length >> 1) : model;
  return InferenceSession.create(given, {
    ...(profilePrefix !== undefined && { enableProfiling: true, profileFilePrefix: profilePrefix }),
    executionProviders: [provider],
    graphOptimizationLevel: isOptimised ? 'disabled' : 'all',
    ...(optimisedTo !== undefined && { optimizedModelFilePath: optimisedTo }),
    // The arena reuses memory by itself; the pattern planner on top of it costs a quarter more memory and gains no time.
    enableMemPattern: false,
    // Nor is the arena needed where the C library keeps what is freed: without it a step takes a seventh less memory.
    enableCpuMemArena: !keepsMemory(),
    // Idle workers sleep instead of spinning: image decoding and the rest of the app need the cores, and on a busy
    // machine a training step took two thirds of the time and 60% of the processor.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    logSeverityLevel: 3,
    ...(held.length > 0 && { preferredOutputLocation: locations(held) }),
  });
}

function locations(held: readonly string[]): Record<string, 'gpu-buffer'> {
  return Object.fromEntries(held.map((name) => [name, 'gpu-buffer']));
}

export function float32(data: Float32Array, shape: readonly number[]): Tensor {
  return new Tensor('float32', data, shape);
}

export function flatTensor(data: Float32Array): Tensor {
  return float32(data, [data.length]);
}

export function scalarTensor(value: number): Tensor {
  return float32(Float32Array.of(value), []);
}

/** The numbers of an output that lies in the CPU's memory. */
export function floats(outputs: InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (!(data instanceof Float32Array)) throw new Error(`output ${name} of the graph is missing or not float32`);
  return data;
}
