import { describe, expect, it } from 'vitest';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { duplicateKey } from '../../../../src-main/services/engine/checkpoint/json-keys.ts';
import {
  MAX_HEADER_BYTES,
  encodeHeader,
  headerLength,
  parseHeader,
} from '../../../../src-main/services/engine/checkpoint/safetensors.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Parses a header that stands before `dataBytes` bytes of data. */
function parse(json: string | Uint8Array, dataBytes: number) {
  const bytes = typeof json === 'string' ? utf8(json) : json;
  return parseHeader(bytes, 8 + bytes.byteLength + dataBytes);
}

function reasonOf(body: () => unknown): string {
  try {
    body();
  } catch (thrown) {
    if (thrown instanceof FailureError && thrown.failure.kind === 'invalid') return thrown.failure.message;
    throw thrown;
  }
  return 'accepted';
}

const entry = (dtype: string, shape: unknown, offsets: unknown): string =>
  JSON.stringify({ dtype, shape, data_offsets: offsets });

describe('safetensors header', () => {
  it('reads what it wrote', () => {
    const metadata = new Map([['format', 'x']]);
    const tensors = [
      { name: 'index', dtype: 'I64', shape: [], begin: 0, end: 8 },
      { name: 'weight "ü"', dtype: 'F32', shape: [2, 3], begin: 8, end: 32 },
      { name: 'empty', dtype: 'F32', shape: [0, 5], begin: 32, end: 32 },
    ];
    const bytes = encodeHeader(tensors, metadata);
    expect(bytes.byteLength % 8).toBe(0);
    expect(headerLength(bytes, bytes.byteLength + 32)).toBe(bytes.byteLength - 8);
    const header = parseHeader(bytes.subarray(8), bytes.byteLength + 32);
    expect(header.tensors).toEqual(tensors);
    expect(header.metadata).toEqual(metadata);
    expect(header.dataStart).toBe(bytes.byteLength);
  });

  it('orders tensors by their bytes, whatever the order of names', () => {
    const header = parse(`{"b":${entry('U8', [1], [1, 2])},"a":${entry('U8', [1], [0, 1])}}`, 2);
    expect(header.tensors.map((tensor) => tensor.name)).toEqual(['a', 'b']);
  });

  it('keeps a tensor named like a property of every object', () => {
    const header = parse(`{"__proto__":${entry('U8', [1], [0, 1])}}`, 1);
    expect(header.tensors.map((tensor) => tensor.name)).toEqual(['__proto__']);
  });

  const lengthBytes = (length: bigint): Uint8Array => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    return bytes;
  };

  it.each([
    ['shorter than its length field', new Uint8Array(7), 7, /shorter than eight bytes/],
    ['a header over 100 MB', lengthBytes(BigInt(MAX_HEADER_BYTES) + 1n), 1e12, /more than the 100000000 allowed/],
    ['a length beyond 2^53', lengthBytes(2n ** 64n - 1n), 1e12, /18446744073709551615/],
    ['a header longer than the file', lengthBytes(100n), 50, /more than the file has/],
  ])('refuses %s', (_, start, fileBytes, reason) => {
    expect(reasonOf(() => headerLength(start, fileBytes))).toMatch(reason);
  });

  it.each<[string, string | Uint8Array, number, RegExp]>([
    ['what is not JSON', '{"a":', 0, /not JSON/],
    ['bytes that are not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 0, /not JSON in UTF-8/],
    ['a list', '[]', 0, /not a JSON object/],
    ['a byte order mark', '\uFEFF{}', 0, /not JSON/],
    ['leading blanks', ' {}', 0, /not a JSON object/],
    ['two tensors of one name', `{"a":${entry('U8', [1], [0, 1])},"a":${entry('U8', [1], [0, 1])}}`, 1, /"a" twice/],
    ['a name twice behind an escape', `{"a":${entry('U8', [1], [0, 1])},"\\u0061":1}`, 1, /"a" twice/],
    [
      'two values in one entry',
      '{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}',
      1,
      /"dtype" twice/,
    ],
    ['metadata that is not text', '{"__metadata__":{"epoch":3}}', 0, /"epoch" is not a string/],
    ['an unknown dtype', `{"a":${entry('C128', [1], [0, 16])}}`, 16, /unknown dtype/],
    ['a dtype named like a method', `{"a":${entry('toString', [1], [0, 1])}}`, 1, /unknown dtype/],
    ['a negative side', `{"a":${entry('U8', [-1], [0, 1])}}`, 1, /natural numbers/],
    ['a fractional offset', `{"a":${entry('U8', [1], [0, 1.5])}}`, 2, /offsets that are not natural/],
    ['three offsets', `{"a":${entry('U8', [1], [0, 1, 2])}}`, 2, /two offsets/],
    ['an end before the beginning', `{"a":${entry('U8', [0], [4, 0])}}`, 4, /ends before it begins/],
    ['a size that does not fit the shape', `{"a":${entry('F32', [2], [0, 4])}}`, 4, /needs 8 bytes and has 4/],
    ['a product that overflows', `{"a":${entry('U8', [4294967296, 4294967296], [0, 0])}}`, 0, /18446744073709551616/],
    ['a gap', `{"a":${entry('U8', [1], [0, 1])},"b":${entry('U8', [1], [2, 3])}}`, 3, /1 bytes before tensor "b"/],
    ['a gap at the start', `{"a":${entry('U8', [1], [1, 2])}}`, 2, /belong to nothing/],
    ['an overlap', `{"a":${entry('U8', [2], [0, 2])},"b":${entry('U8', [2], [1, 3])}}`, 3, /"b" overlaps/],
    [
      'two tensors on the same bytes',
      `{"a":${entry('U8', [2], [0, 2])},"b":${entry('U8', [2], [0, 2])}}`,
      2,
      /overlaps/,
    ],
    ['trailing bytes', `{"a":${entry('U8', [1], [0, 1])}}`, 3, /2 bytes at its end/],
    ['a truncated file', `{"a":${entry('U8', [4], [0, 4])}}`, 1, /3 bytes too early/],
  ])('refuses %s', (_, json, dataBytes, reason) => {
    expect(reasonOf(() => parse(json, dataBytes))).toMatch(reason);
  });
});

describe('duplicateKey', () => {
  it('tells keys from values and looks at each object alone', () => {
    expect(duplicateKey('{"a":"a","b":{"a":["a","a"]},"c":[{"a":1},{"a":2}]}')).toBeNull();
    expect(duplicateKey('{"a":{"x":1,"y":{},"x" :2}}')).toBe('x');
    expect(duplicateKey('{"\\"":1,"\\\\":2}')).toBeNull();
  });
});
