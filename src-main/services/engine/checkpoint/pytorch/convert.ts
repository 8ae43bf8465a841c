/**
 * From a PyTorch file to a safetensors file with the same tensors under the way to them. This runs in a process of its own;
 * everything else in the workbench reads the strict format that comes out.
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { replaceFile } from '../durable.ts';
import { encodeHeader } from '../safetensors.ts';
import type { TensorEntry } from '../safetensors.ts';
import { ELEMENT_BYTES } from './elements.ts';
import { readPyTorch } from './read.ts';
import type { PyTorchTensor } from './read.ts';
import { refuse } from './refuse.ts';
import { fileSource } from './source.ts';

/** What a PyTorch file holds beside its tensors. */
export interface ConvertedFile {
  readonly format: 'pytorch-zip' | 'pytorch-legacy';
  /** Numbers and short texts by the way to them, e.g. epoch; the file that was written has them as its metadata. */
  readonly scalars: ReadonlyMap<string, string | number | boolean>;
  /** Classes and functions that the file names and that mean nothing here. */
  readonly unknown: readonly string[];
}

/** @throws FailureError as `readPyTorch`; 'disk-full' or 'unavailable' for what cannot be written. */
export function convertPyTorch(file: string, out: string): ConvertedFile {
  const descriptor = openSync(file, 'r');
  try {
    const { format, tensors, scalars, unknown } = readPyTorch(fileSource(descriptor, fstatSync(descriptor).size));
    // Widest elements first: every tensor then lies aligned.
    const inOrder = tensors.toSorted((a, b) => ELEMENT_BYTES[b.element] - ELEMENT_BYTES[a.element]);
    const texts = [...scalars].map(([name, value]): [string, string] => [name, String(value)]);
    replaceFile(out, chunks(inOrder, new Map(texts)));
    return { format: format === 'zip' ? 'pytorch-zip' : 'pytorch-legacy', scalars, unknown };
  } finally {
    closeSync(descriptor);
  }
}

function* chunks(tensors: readonly PyTorchTensor[], metadata: ReadonlyMap<string, string>): Generator<Uint8Array> {
  const entries: TensorEntry[] = [];
  let end = 0;
  for (const { name, element, shape, byteLength } of tensors) {
    // The one name that safetensors keeps for itself.
    if (name === '__metadata__') throw refuse('it holds a tensor of the name "__metadata__"');
    const begin = end;
    end += byteLength;
    entries.push({ name, dtype: element, shape, begin, end });
  }
  yield encodeHeader(entries, metadata);
  for (const tensor of tensors) yield* tensor.bytes();
}
