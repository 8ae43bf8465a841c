/**
 * A TensorFlow.js backend whose kernels record instead of computing. Because TensorFlow.js's gradients are ops
 * themselves, tracing a training step records its backward pass too.
 */
import { KernelBackend, env, registerBackend, registerKernel } from '@tensorflow/tfjs-core';
import type {
  BackendValues,
  DataType,
  KernelFunc,
  NamedAttrMap,
  NamedTensorInfoMap,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { Value } from './graph.ts';
import type { TracedKernel } from './kernels.ts';
import type { Recorder } from './recorder.ts';
import { rules } from './rules/index.ts';

export const TRACE_BACKEND = 'trace';

class RecordingBackend extends KernelBackend {
  /** Set while a function is being traced. */
  recorder: Recorder | null = null;

  /** The value behind a tensor of the function being traced. */
  traced(tensor: TensorInfo): Value {
    if (tensor.dataId instanceof Value) return tensor.dataId;
    throw new Error(untraceable('uses a tensor that was made outside of it; pass it as an input'));
  }

  active(): Recorder {
    if (!this.recorder) throw new Error('the recording backend works only inside trace()');
    return this.recorder;
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): object {
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
      throw new Error(untraceable(`makes a tensor of type ${dtype}`));
    }
    const numbers = Array.from(values as ArrayLike<number>);
    const data = dtype === 'float32' ? Float32Array.from(numbers) : dtype === 'int32' ? Int32Array.from(numbers) : null;
    return this.active().constant(data ?? Uint8Array.from(numbers), shape, dtype);
  }

  override readSync(): BackendValues {
    throw new Error(untraceable('reads the value of a tensor, which has none while tracing'));
  }

  override read(): Promise<BackendValues> {
    throw new Error(untraceable('reads the value of a tensor, which has none while tracing'));
  }

  // Values live as long as the graph: TensorFlow.js's reference counts mean nothing here.
  override numDataIds(): number {
    return 0;
  }
  override incRef(): void {}
  override refCount(): number {
    return 1;
  }
  override disposeData(): boolean {
    return false;
  }
  override floatPrecision(): 16 | 32 {
    return 32;
  }
}

/** `cannot trace this function: it <what> (at file:line)`, where the line is the caller's, not the tracer's. */
function untraceable(what: string): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = stackTraceLimit;
  const own = /node_modules|node:|tfjs-|services[\\/]engine[\\/]trace[\\/]/;
  const frame = frames.find((line) => line.includes(':') && !own.test(line));
  const place = frame?.match(/\(?([^\s(]+:\d+):\d+\)?$/)?.[1];
  return `cannot trace this function: it ${what}${place ? ` (at ${place})` : ''}`;
}

function registerTraced<K extends TracedKernel>(kernel: K): void {
  registerKernel({
    kernelName: kernel,
    backendName: TRACE_BACKEND,
    kernelFunc: ({ inputs, attrs }) => record(kernel, inputs, attrs ?? {}),
  });
}

function record(kernel: TracedKernel, inputs: NamedTensorInfoMap, attrs: NamedAttrMap): TensorInfo | TensorInfo[] {
  const names = rules[kernel].inputs;
  const tensors = names === 'all' ? Object.values(inputs) : names.map((name) => inputs[name]);
  const values = tensors.map((tensor, index) => {
    if (!tensor)
      throw new Error(`kernel ${kernel} was called without its input ${names === 'all' ? index : names[index]}`);
    return backend.traced(tensor);
  });
  const outputs = backend.active().call(kernel, values, attrs).map(tensorInfo);
  const [first] = outputs;
  return kernel === 'SplitV' || !first ? outputs : first;
}

/** A value as TensorFlow.js describes a tensor: the value itself is the data id. */
export function tensorInfo(value: Value): TensorInfo {
  return { dataId: value, shape: [...value.shape], dtype: value.dtype };
}

export const backend = new RecordingBackend();

// Otherwise TensorFlow.js greets on standard error when its CPU backend, used for constants, is first touched.
env().set('PROD', true);
registerBackend(TRACE_BACKEND, () => backend);
for (const kernel of Object.keys(rules)) registerTraced(kernel as TracedKernel);

/** Kernels that record nothing: a copy is the same value, zeros and ones need no computing. */
function registerPlain(kernelName: string, result: (x: Value, recorder: Recorder) => Value): void {
  const kernelFunc: KernelFunc = ({ inputs }) => {
    const x = inputs['x'];
    if (!x) throw new Error(`${kernelName} was called without x`);
    return tensorInfo(result(backend.traced(x), backend.active()));
  };
  registerKernel({ kernelName, backendName: TRACE_BACKEND, kernelFunc });
}
registerPlain('Identity', (x) => x);
registerPlain('ZerosLike', ({ shape, dtype }, recorder) => recorder.uniform(0, shape, dtype));
registerPlain('OnesLike', ({ shape, dtype }, recorder) => recorder.uniform(1, shape, dtype));
