import { FailureError } from '../../src-shared/domain/failure.ts';
import { readPyTorch } from '../../src-main/services/engine/checkpoint/pytorch/read.ts';
import { memorySource } from '../../src-main/services/engine/checkpoint/pytorch/source.ts';

export type Outcome = { readonly kind: 'read' | 'refused' } | { readonly kind: 'crash'; readonly error: string };

/** Reads a file with all its numbers. Anything but a value or a refusal is a crash. */
export function readAll(file: Uint8Array): Outcome {
  try {
    let sum = 0;
    for (const tensor of readPyTorch(memorySource(file)).tensors) {
      for (const piece of tensor.bytes()) sum += piece.byteLength;
      if (sum > 2 * file.length) return { kind: 'crash', error: `${sum} bytes from a file of ${file.length}` };
    }
    return { kind: 'read' };
  } catch (thrown) {
    if (thrown instanceof FailureError) return { kind: 'refused' };
    return { kind: 'crash', error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
  }
}
