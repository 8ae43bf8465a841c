/** Turns a pure function of TensorFlow.js ops into a graph, by running it once on tensors that have no values. */
import { engine, setBackend, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { TRACE_BACKEND, backend, tensorInfo } from './backend.ts';
import { withoutDeadCode } from './graph.ts';
import type { DType, Graph, Port } from './graph.ts';
import { narrowed } from './passes/narrowed.ts';
import { Recorder } from './recorder.ts';

export interface InputSpec {
  readonly shape: readonly number[];
  readonly dtype?: DType;
}

/**
 * Traces `fn`.
 * @param fn must not read a value: an attempt throws, naming the line. Randomness has to come in as an input.
 * @param inputs the shape of each named input.
 * @returns the graph of what the outputs depend on; inputs that nothing depends on are left out.
 */
export function trace<Name extends string>(
  fn: (inputs: Readonly<Record<Name, Tensor>>) => Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<Name, InputSpec>>,
): Graph {
  const tf = engine();
  const previous = tf.backendName;
  const recorder = new Recorder();
  backend.recorder = recorder;
  void setBackend(TRACE_BACKEND);
  try {
    const outputs: Port[] = [];
    tidy(() => {
      const tensors: Partial<Record<Name, Tensor>> = {};
      for (const name of Object.keys(inputs) as Name[]) {
        const { shape, dtype = 'float32' } = inputs[name];
        tensors[name] = tf.makeTensorFromTensorInfo(tensorInfo(recorder.input(name, shape, dtype)));
      }
      for (const [name, tensor] of Object.entries(fn(tensors as Record<Name, Tensor>))) {
        outputs.push({ name, value: backend.traced(tensor) });
      }
    });
    return narrowed(withoutDeadCode(recorder.finish(outputs)));
  } finally {
    backend.recorder = null;
    if (previous) void setBackend(previous);
  }
}
