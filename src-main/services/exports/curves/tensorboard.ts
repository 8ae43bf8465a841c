/**
 * Scalars as TensorBoard reads them: an event file, a TFRecord stream (tensorflow/core/lib/io/record_writer.h) of Event messages
 * (tensorflow/core/util/event.proto) in protocol-buffer encoding.
 */

export interface Scalar {
  readonly tag: string;
  readonly step: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly value: number;
}

/** CRC-32C (Castagnoli), reflected polynomial 0x82f63b78 (RFC 3720, appendix B.4). */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** As records carry it: turned and shifted, so that a checksum of bytes that hold checksums stays one (crc32c.h). */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function record(data: Uint8Array): Buffer {
  const out = Buffer.alloc(16 + data.length);
  out.writeBigUInt64LE(BigInt(data.length), 0);
  out.writeUInt32LE(maskedCrc32c(out.subarray(0, 8)), 8);
  out.set(data, 12);
  out.writeUInt32LE(maskedCrc32c(data), 12 + data.length);
  return out;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

/** Wire types of the encoding. */
const VARINT = 0;
const DOUBLE = 1;
const BYTES = 2;
const FLOAT = 5;
const tag = (field: number, wire: number): number[] => varint((field << 3) | wire);

function lengthDelimited(field: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([...tag(field, BYTES), ...varint(bytes.length)]), bytes]);
}

function double(field: number, value: number): Uint8Array {
  const out = Buffer.alloc(8);
  out.writeDoubleLE(value);
  return Buffer.concat([Buffer.from(tag(field, DOUBLE)), out]);
}

function float(field: number, value: number): Uint8Array {
  const out = Buffer.alloc(4);
  out.writeFloatLE(value);
  return Buffer.concat([Buffer.from(tag(field, FLOAT)), out]);
}

/** The whole event file; its first event names the format's version, as readers expect. */
export function eventFile(scalars: Iterable<Scalar>, beganAt: number): Buffer {
  const records = [record(Buffer.concat([double(1, beganAt), lengthDelimited(3, Buffer.from('brain.Event:2'))]))];
  for (const { tag: name, step, wallTime, value } of scalars) {
    const one = Buffer.concat([lengthDelimited(1, Buffer.from(name)), float(2, value)]);
    const summary = lengthDelimited(1, one);
    const at = Buffer.from([...tag(2, VARINT), ...varint(step)]);
    records.push(record(Buffer.concat([double(1, wallTime), at, lengthDelimited(5, summary)])));
  }
  return Buffer.concat(records);
}
