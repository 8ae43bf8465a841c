/** Numbers as a little-endian blob. All machines we run on are little-endian. */
export function toBlob(values: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** float32 numbers of a blob; a copy: SQLite's buffers need not be aligned to four bytes. */
export function toFloats(blob: Uint8Array): Float32Array<ArrayBuffer> {
  if (blob.byteLength % 4 !== 0) throw new RangeError(`${blob.byteLength} bytes are no float32 array.`);
  return new Float32Array(new Uint8Array(blob).buffer);
}

/** int32 numbers of a blob; a copy. */
export function toIntegers(blob: Uint8Array): Int32Array<ArrayBuffer> {
  return new Int32Array(toFloats(blob).buffer);
}
