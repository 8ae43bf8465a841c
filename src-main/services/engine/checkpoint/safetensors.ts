/**
 * The safetensors container (https://github.com/huggingface/safetensors, "Format"): eight bytes of little-endian header length,
 * a JSON header, then the tensors' bytes. Reading follows the rules of its reference implementation, which refuse every file
 * that could be read in two ways.
 */
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { duplicateKey } from './json-keys.ts';

/** Bytes an element, for every dtype the format knows with whole bytes. */
const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
};

/** As in the reference implementation; a header of a model of this kind has some 100 KB. */
export const MAX_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;

export interface TensorEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Byte range within the data section. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  /** In the order of their bytes: each begins where the one before ends. */
  readonly tensors: readonly TensorEntry[];
  /** Where the data section begins in the file. */
  readonly dataStart: number;
}

function refuse(reason: string): FailureError {
  return new FailureError({
    kind: 'invalid',
    message: `Not a valid safetensors file: ${reason}`,
    remedy: 'Copy or download the file again; if it stays the same, export it again from where it was made.',
  });
}

/**
 * Length of the JSON header, from the first eight bytes of a file.
 * @throws FailureError 'invalid'
 */
export function headerLength(start: Uint8Array, fileBytes: number): number {
  if (start.byteLength < LENGTH_BYTES) throw refuse('it is shorter than eight bytes.');
  const length = new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw refuse(`its header claims ${length} bytes, more than the ${MAX_HEADER_BYTES} allowed.`);
  }
  if (length > BigInt(fileBytes - LENGTH_BYTES))
    throw refuse(`its header claims ${length} bytes, more than the file has.`);
  return Number(length);
}

/**
 * Reads and checks the header: unique names, known dtypes, sizes that agree with the shapes, and byte ranges that follow one
 * another without gap or overlap up to the end of the file.
 * @param json the header's bytes, without the eight length bytes.
 * @throws FailureError 'invalid', naming the rule that is broken.
 */
export function parseHeader(json: Uint8Array, fileBytes: number): SafetensorsHeader {
  const root = parseJson(json);
  const metadata = new Map<string, string>();
  const tensors: TensorEntry[] = [];
  for (const [name, value] of Object.entries(root)) {
    if (name === '__metadata__') readMetadata(value, metadata);
    else tensors.push(readEntry(name, value));
  }
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  const dataStart = LENGTH_BYTES + json.byteLength;
  checkRanges(tensors, fileBytes - dataStart);
  return { metadata, tensors, dataStart };
}

function parseJson(json: Uint8Array): object {
  let text: string;
  let root: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
    root = JSON.parse(text);
  } catch (cause) {
    throw refuse(`its header is not JSON in UTF-8 (${cause instanceof Error ? cause.message : String(cause)}).`);
  }
  if (!text.startsWith('{') || !isObject(root)) throw refuse('its header is not a JSON object.');
  const twice = duplicateKey(text);
  if (twice !== null) throw refuse(`its header names ${JSON.stringify(twice)} twice.`);
  return root;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readMetadata(value: unknown, into: Map<string, string>): void {
  if (!isObject(value)) throw refuse('its metadata is not an object.');
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw refuse(`its metadata value ${JSON.stringify(key)} is not a string.`);
    into.set(key, text);
  }
}

function readEntry(name: string, value: unknown): TensorEntry {
  const tensor = `tensor ${JSON.stringify(name)}`;
  if (!isObject(value)) throw refuse(`${tensor} is not described by an object.`);
  const { dtype, shape, data_offsets: offsets } = value;
  const bytes = typeof dtype === 'string' && Object.hasOwn(ELEMENT_BYTES, dtype) ? ELEMENT_BYTES[dtype] : undefined;
  if (typeof dtype !== 'string' || bytes === undefined) throw refuse(`${tensor} has an unknown dtype.`);
  if (!isNaturals(shape)) throw refuse(`${tensor} has a shape that is not a list of natural numbers.`);
  if (!isNaturals(offsets)) throw refuse(`${tensor} has offsets that are not natural numbers.`);
  const [begin, end] = offsets;
  if (begin === undefined || end === undefined || offsets.length !== 2) throw refuse(`${tensor} needs two offsets.`);
  if (end < begin) throw refuse(`${tensor} ends before it begins.`);
  // BigInt: a product that overflows would otherwise agree with a small range.
  const needed = shape.reduce((product, side) => product * BigInt(side), BigInt(bytes));
  if (needed !== BigInt(end - begin)) {
    throw refuse(`${tensor} of shape [${shape.join(', ')}] needs ${needed} bytes and has ${end - begin}.`);
  }
  return { name, dtype, shape, begin, end };
}

function isNaturals(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && Number(item) >= 0);
}

function checkRanges(tensors: readonly TensorEntry[], dataBytes: number): void {
  let at = 0;
  for (const { name, begin, end } of tensors) {
    if (begin < at) throw refuse(`tensor ${JSON.stringify(name)} overlaps the one before it.`);
    if (begin > at) throw refuse(`${begin - at} bytes before tensor ${JSON.stringify(name)} belong to nothing.`);
    at = end;
  }
  if (at > dataBytes) throw refuse(`it ends ${at - dataBytes} bytes too early: the file is cut off.`);
  if (at < dataBytes) throw refuse(`${dataBytes - at} bytes at its end belong to nothing.`);
}

/** The first bytes of a file: header length and header, padded with spaces so that the data begins at a multiple of eight. */
export function encodeHeader(tensors: readonly TensorEntry[], metadata: ReadonlyMap<string, string>): Uint8Array {
  const entries = new Map<string, unknown>([['__metadata__', Object.fromEntries(metadata)]]);
  for (const { name, dtype, shape, begin, end } of tensors)
    entries.set(name, { dtype, shape, data_offsets: [begin, end] });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = Math.ceil(json.byteLength / 8) * 8;
  const bytes = new Uint8Array(LENGTH_BYTES + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, LENGTH_BYTES);
  return bytes;
}
