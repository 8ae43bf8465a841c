/** Tensors of a safetensors file of any origin, each read when it is asked for. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { sizeOf } from '../model/initialise.ts';
import type { StoredTensor } from '../model/initialise.ts';
import { openFailure, unreadable } from './open.ts';
import { headerLength, parseHeader } from './safetensors.ts';
import type { SafetensorsHeader, TensorEntry } from './safetensors.ts';

export interface TensorFile {
  readonly header: SafetensorsHeader;
  readonly bytes: number;
  /** The tensor as the model needs it: whole numbers as int64, all others as float32. */
  read(entry: TensorEntry, dtype: StoredTensor['dtype']): StoredTensor;
}

/** Opens the file while `body` runs. @throws FailureError 'invalid', 'not-found' or 'unreadable'. */
export function withTensors<T>(file: string, body: (tensors: TensorFile) => T): T {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (cause) {
    throw openFailure(file, cause);
  }
  try {
    const { size } = fstatSync(descriptor);
    const take = (offset: number, length: number): Uint8Array => {
      const into = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const read = readSync(descriptor, into, done, Math.min(length - done, 1 << 30), offset + done);
        if (read === 0) throw unreadable(file, 'it became shorter while it was read');
        done += read;
      }
      return into;
    };
    const length = headerLength(take(0, Math.min(8, size)), size);
    const header = parseHeader(take(8, length), size);
    return body({
      header,
      bytes: size,
      read: (entry, dtype) => stored(entry, dtype, take(header.dataStart + entry.begin, entry.end - entry.begin)),
    });
  } finally {
    closeSync(descriptor);
  }
}

/** Element types that a weight or a counter may be stored in elsewhere. */
const NUMBERS: Readonly<Record<string, (raw: ArrayBuffer) => ArrayLike<number>>> = {
  F32: (raw) => new Float32Array(raw),
  F64: (raw) => new Float64Array(raw),
  F16: (raw) => new Float16Array(raw),
  BF16: (raw) =>
    Float32Array.from(new Uint16Array(raw), (upper) => new Float32Array(Uint32Array.of(upper << 16).buffer)[0] ?? NaN),
  I32: (raw) => new Int32Array(raw),
  I64: (raw) => Array.from(new BigInt64Array(raw), Number),
};

/** Whether a tensor of the file can stand for one of the model. */
export function convertible({ dtype }: TensorEntry, to: StoredTensor['dtype']): boolean {
  return to === 'int64' ? dtype === 'I64' || dtype === 'I32' : ['F32', 'F64', 'F16', 'BF16'].includes(dtype);
}

function stored({ dtype, shape }: TensorEntry, to: StoredTensor['dtype'], bytes: Uint8Array): StoredTensor {
  // A copy of its own, so that elements lie aligned.
  const raw = Uint8Array.from(bytes).buffer;
  const read = NUMBERS[dtype];
  if (!read) throw new Error(`elements of type ${dtype} are no weights`);
  if (to === 'int64') {
    return {
      dtype: to,
      shape,
      data: dtype === 'I64' ? new BigInt64Array(raw) : BigInt64Array.from(Array.from(read(raw), BigInt)),
    };
  }
  const data = dtype === 'F32' ? new Float32Array(raw) : Float32Array.from(read(raw));
  if (data.length !== sizeOf(shape)) throw new Error(`a tensor of shape [${shape.join()}] has ${data.length} elements`);
  return { dtype: to, shape, data };
}
