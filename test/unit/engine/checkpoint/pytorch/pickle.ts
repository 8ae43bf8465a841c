/** A small writer of pickles, zips and legacy streams: well-formed ones, and every way to break them. */
import { crc32 } from 'node:zlib';

export function bytes(...values: readonly (number | readonly number[] | Uint8Array | string)[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      values.map((value) => {
        if (typeof value === 'number') return Uint8Array.of(value);
        return typeof value === 'string' ? new TextEncoder().encode(value) : Uint8Array.from(value);
      }),
    ),
  );
}

export function u16(value: number): number[] {
  return [value & 255, (value >> 8) & 255];
}

export function u32(value: number): number[] {
  return [...u16(value & 0xffff), ...u16(value >>> 16)];
}

export function u64(value: bigint | number): number[] {
  const big = BigInt(value);
  return Array.from({ length: 8 }, (_, index) => Number((big >> BigInt(8 * index)) & 255n));
}

/** Opcodes by what they do; each gives the bytes of one operation. */
export const op = {
  proto: (version = 2) => bytes(0x80, version),
  stop: bytes(0x2e),
  mark: bytes(0x28),
  none: bytes(0x4e),
  true: bytes(0x88),
  false: bytes(0x89),
  int: (value: number) => (value >= 0 && value < 256 ? bytes(0x4b, value) : bytes(0x4a, u32(value >>> 0))),
  /** LONG1 of eight bytes, or as many as given. */
  long: (value: bigint, length = 8) =>
    bytes(
      0x8a,
      length,
      Array.from({ length }, (_, index) => Number((BigInt.asUintN(8 * length, value) >> BigInt(8 * index)) & 255n)),
    ),
  float: (value: number) => {
    const data = new DataView(new ArrayBuffer(8));
    data.setFloat64(0, value, false);
    return bytes(0x47, new Uint8Array(data.buffer));
  },
  text: (text: string) => {
    const encoded = new TextEncoder().encode(text);
    return bytes(0x58, u32(encoded.length), encoded);
  },
  short: (text: string) => bytes(0x8c, text.length, text),
  dict: bytes(0x7d),
  list: bytes(0x5d),
  empty: bytes(0x29),
  tuple: bytes(0x74),
  tuple1: bytes(0x85),
  tuple2: bytes(0x86),
  tuple3: bytes(0x87),
  append: bytes(0x61),
  appends: bytes(0x65),
  setItem: bytes(0x73),
  setItems: bytes(0x75),
  get: (index: number) => bytes(0x68, index),
  put: (index: number) => bytes(0x71, index),
  memoize: bytes(0x94),
  global: (module: string, name: string) => bytes(0x63, module, 0x0a, name, 0x0a),
  stackGlobal: bytes(0x93),
  reduce: bytes(0x52),
  newObject: bytes(0x81),
  build: bytes(0x62),
  persistent: bytes(0x51),
  frame: (length: number) => bytes(0x95, u64(length)),
};

export const pickle = (...operations: readonly Uint8Array[]): Uint8Array => bytes(op.proto(), ...operations, op.stop);

export const storage = (key: string, numel: number | bigint, type = 'FloatStorage'): Uint8Array =>
  bytes(
    op.mark,
    op.text('storage'),
    op.global('torch', type),
    op.text(key),
    op.text('cpu'),
    typeof numel === 'bigint' ? op.long(numel) : op.int(numel),
    op.tuple,
    op.persistent,
  );

const numbers = (values: readonly (number | bigint)[]): Uint8Array =>
  bytes(op.mark, ...values.map((value) => (typeof value === 'bigint' ? op.long(value) : op.int(value))), op.tuple);

export interface TensorPlan {
  readonly key?: string;
  readonly numel: number | bigint;
  readonly shape: readonly (number | bigint)[];
  readonly stride: readonly (number | bigint)[];
  readonly offset?: number | bigint;
  readonly type?: string;
}

/** torch._utils._rebuild_tensor_v2(storage, offset, size, stride, False, OrderedDict()) */
export function tensor({ key = '0', numel, shape, stride, offset = 0, type }: TensorPlan): Uint8Array {
  return bytes(
    op.global('torch._utils', '_rebuild_tensor_v2'),
    op.mark,
    storage(key, numel, type),
    typeof offset === 'bigint' ? op.long(offset) : op.int(offset),
    numbers(shape),
    numbers(stride),
    op.false,
    op.global('collections', 'OrderedDict'),
    op.empty,
    op.reduce,
    op.tuple,
    op.reduce,
  );
}

/** {name: value, ...} */
export function dict(items: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const pairs = Object.entries(items).map(([name, value]) => bytes(op.text(name), value));
  return bytes(op.dict, op.mark, ...pairs, op.setItems);
}

export interface Member {
  readonly name: string;
  readonly data: Uint8Array;
  /** Compression method in the directory. */
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
  /** Size in the directory. */
  readonly size?: number;
  /** Offset of another local header than its own. */
  readonly header?: number;
}

interface ZipOptions {
  /** Directory in zip64 form. */
  readonly zip64?: boolean;
  /** Bytes of the local extra field, as PyTorch pads storages with. */
  readonly padding?: number;
}

/** A zip as PyTorch writes it: local sizes and CRCs zero, flags 0x808. */
export function zip(members: readonly Member[], { zip64 = false, padding = 5 }: ZipOptions = {}): Uint8Array {
  const parts: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let at = 0;
  const add = (part: Uint8Array): void => {
    parts.push(part);
    at += part.byteLength;
  };
  for (const {
    name,
    data,
    method = 0,
    flags = 0x808,
    crc = crc32(data),
    size = data.byteLength,
    header = at,
  } of members) {
    const encoded = new TextEncoder().encode(name);
    const names = u16(encoded.length);
    const extra = zip64 ? bytes(u16(1), u16(24), u64(size), u64(size), u64(header)) : bytes();
    const sizes = zip64 ? u32(0xffffffff) : u32(size);
    central.push(
      bytes(u32(0x02014b50), u16(0), u16(0), u16(flags), u16(method), u32(0), u32(crc), sizes, sizes, names),
      bytes(
        u16(extra.byteLength),
        u16(0),
        u16(0),
        u16(0),
        u32(0),
        zip64 ? u32(0xffffffff) : u32(header),
        encoded,
        extra,
      ),
    );
    const local = bytes(
      u32(0x04034b50),
      u16(0),
      u16(flags),
      u16(method),
      u32(0),
      u32(0),
      u32(0),
      u32(0),
      names,
      u16(padding),
    );
    add(bytes(local, encoded, new Uint8Array(padding)));
    add(data);
  }
  const directory = bytes(...central);
  const start = at;
  add(directory);
  if (zip64) {
    const end = at;
    add(bytes(u32(0x06064b50), u64(44), u16(45), u16(45), u32(0), u32(0)));
    add(bytes(u64(members.length), u64(members.length), u64(directory.byteLength), u64(start)));
    add(bytes(u32(0x07064b50), u32(0), u64(end), u32(1)));
    add(bytes(u32(0x06054b50), u32(0), u16(0xffff), u16(0xffff), u32(0xffffffff), u32(0xffffffff), u16(0)));
  } else {
    const count = u16(members.length);
    add(bytes(u32(0x06054b50), u32(0), count, count, u32(directory.byteLength), u32(start), u16(0)));
  }
  return bytes(...parts);
}

/** A checkpoint in the zip format. */
export function checkpoint(
  data: Uint8Array,
  storages: Readonly<Record<string, Uint8Array>> = {},
  more: readonly Member[] = [],
  options: ZipOptions = {},
): Uint8Array {
  const members = Object.entries(storages).map(([key, bytesOf]): Member => ({
    name: `model/data/${key}`,
    data: bytesOf,
  }));
  return zip([{ name: 'model/data.pkl', data }, ...members, ...more], options);
}

/** A checkpoint in the legacy stream. */
export function legacy(
  data: Uint8Array,
  storages: readonly (readonly [string, Uint8Array, number])[] = [],
  { tail = bytes() }: { readonly tail?: Uint8Array } = {},
): Uint8Array {
  return bytes(
    Uint8Array.from(Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex')),
    pickle(bytes(0x4d, u16(1001))),
    pickle(dict({ protocol_version: bytes(0x4d, u16(1001)), little_endian: op.true })),
    data,
    pickle(op.list, op.mark, ...storages.map(([key]) => op.text(key)), op.appends),
    ...storages.flatMap(([, content, numel]) => [bytes(u64(numel)), content]),
    tail,
  );
}

export const floats = (...values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
