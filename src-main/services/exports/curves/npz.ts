/** Arrays as numpy.load reads them: an .npz file, a zip of .npy members (NumPy's format 1.0). */
import { storedZip } from '../../engine/checkpoint/pytorch/zip-write.ts';

export type NpyData = Float32Array | Int32Array | Uint8Array | readonly string[];

/** @param shape in C order; of texts, their number. */
export function npy(data: NpyData, shape: readonly number[]): Uint8Array {
  const [descr, bytes] = described(data);
  const dimensions = shape.length === 1 ? `${shape[0] ?? 0},` : shape.join(', ');
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${dimensions}), }`;
  // Data begins at a multiple of 64.
  const padded = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + '\n';
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded, 'latin1'), bytes]);
}

function described(data: NpyData): readonly [string, Uint8Array] {
  if (data instanceof Uint8Array) return ['|u1', data];
  if (data instanceof Float32Array) return ['<f4', raw(data)];
  if (data instanceof Int32Array) return ['<i4', raw(data)];
  const texts = data.map((text) => Uint32Array.from(text, (character) => character.codePointAt(0) ?? 0));
  const longest = Math.max(1, ...texts.map(({ length }) => length));
  const codes = new Uint32Array(texts.length * longest);
  texts.forEach((text, index) => codes.set(text, index * longest));
  return [`<U${longest}`, raw(codes)];
}

function raw(data: Float32Array | Int32Array | Uint32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

export function npzFile(arrays: Readonly<Record<string, readonly [data: NpyData, shape: readonly number[]]>>): Buffer {
  const members = Object.entries(arrays).map(([name, [data, shape]]) => [`${name}.npy`, npy(data, shape)] as const);
  return Buffer.concat([...storedZip(members)]);
}
