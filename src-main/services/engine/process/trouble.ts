/** What a runtime throws, as a failure for people; and whether its process can be trusted afterwards. */
import { FailureError, toFailure } from '../../../../src-shared/domain/failure.ts';
import type { Failure } from '../../../../src-shared/domain/failure.ts';

export interface Trouble {
  readonly failure: Failure;
  /** What the process holds cannot be used any more, or holds the memory that is missing: a new one has to start. */
  readonly endsProcess: boolean;
}

/** A device that is gone takes with it all that lay on it; how WebGPU, Direct3D, Vulkan and CUDA say so. */
const LOST =
  /device (has been |is |was )?(lost|removed|destroyed)|device-removal|DEVICE_(LOST|REMOVED|HUNG|RESET)|external Instance reference no longer exists|CUDA (error|failure)(?!.*out of memory)|CUDA_ERROR_(?!OUT_OF_MEMORY)/i;

/** How ONNX Runtime says that it cannot make a session of a graph; it has codes, but gives them in words only. */
const BAD_GRAPH =
  /^(Load model|This is an invalid model|Error in Node|Node \(|Type Error|Fatal error)|protobuf parsing failed|ShapeInferenceError|Failed to load model|Could not find an implementation|failed:Node/i;

/** How ONNX Runtime, the C++ library and V8 say it. */
export function isOutOfMemory(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  return /bad_alloc|bad allocation|failed to allocate|out of memory|allocation failed/i.test(cause.message);
}

/** @param thrown by the body of a call. */
export function troubleOf(thrown: unknown): Trouble {
  if (thrown instanceof FailureError || !(thrown instanceof Error))
    return { failure: toFailure(thrown), endsProcess: false };
  const told = thrown.message.split('\n')[0]?.slice(0, 300) ?? '';
  if (LOST.test(thrown.message)) {
    const message = `The device was lost while it computed: ${told}`;
    const remedy = 'Try again: a new engine process starts by itself. If it happens again, choose another device.';
    return { failure: { kind: 'engine', message, remedy }, endsProcess: true };
  }
  if (isOutOfMemory(thrown)) {
    const remedy =
      'Close other programs or choose another device, then try again: a new engine process starts by itself.';
    return { failure: { kind: 'engine', message: `Memory ran out: ${told}`, remedy }, endsProcess: true };
  }
  if (BAD_GRAPH.test(thrown.message)) {
    const message = `The device cannot run this network: ${told}`;
    return { failure: { kind: 'engine', message, remedy: 'Choose another device.' }, endsProcess: false };
  }
  return { failure: toFailure(thrown), endsProcess: false };
}
