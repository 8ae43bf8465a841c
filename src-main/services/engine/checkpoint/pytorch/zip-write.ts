/** Zip files whose members are stored as they are, each beginning where it can be mapped: what torch.save and numpy.savez write. */
import { crc32 } from 'node:zlib';

/** Members begin at multiples of this, as torch.save lays them. */
const ALIGNMENT = 64;
const LARGEST = 0xffffffff;

interface Written {
  readonly name: Uint8Array;
  readonly size: number;
  readonly crc: number;
  readonly header: number;
}

/** Pieces of the file, in order. @throws RangeError beyond 4 GiB. */
export function* storedZip(members: Iterable<readonly [name: string, data: Uint8Array]>): Generator<Uint8Array> {
  const text = new TextEncoder();
  const written: Written[] = [];
  let at = 0;
  for (const [path, data] of members) {
    const name = text.encode(path);
    const padding = (ALIGNMENT - ((at + 30 + name.length + 4) % ALIGNMENT)) % ALIGNMENT;
    const entry: Written = { name, size: data.byteLength, crc: crc32(data), header: at };
    yield localHeader(entry, padding);
    yield data;
    written.push(entry);
    at += 30 + name.length + 4 + padding + data.byteLength;
    if (at > LARGEST) throw new RangeError('more than 4 GiB in one file');
  }
  yield directory(written, at);
}

/** Numbers one after another, little-endian. */
class Fields {
  readonly #view: DataView;
  #at = 0;

  constructor(length: number) {
    this.#view = new DataView(new ArrayBuffer(length));
  }

  u16(...values: readonly number[]): this {
    for (const value of values) {
      this.#view.setUint16(this.#at, value, true);
      this.#at += 2;
    }
    return this;
  }

  u32(...values: readonly number[]): this {
    for (const value of values) {
      this.#view.setUint32(this.#at, value, true);
      this.#at += 4;
    }
    return this;
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.#view.buffer);
  }
}

/** Flags: names are UTF-8. Time: the first of January 1980, so that equal weights give equal files. */
const UTF8 = 0x800;
const MIDNIGHT = 0;
const FIRST_DAY = 0x21;

function localHeader({ name, size, crc }: Written, padding: number): Uint8Array {
  const head = new Fields(30).u32(0x04034b50).u16(20, UTF8, 0, MIDNIGHT, FIRST_DAY).u32(crc, size, size);
  // An extra field of the kind that torch.save pads with ("FB").
  const extra = new Fields(4).u16(0x4246, padding);
  return Buffer.concat([head.u16(name.length, 4 + padding).bytes, name, extra.bytes, Buffer.alloc(padding, 'Z')]);
}

function directory(members: readonly Written[], start: number): Uint8Array {
  const entries = members.map(({ name, size, crc, header }) => {
    const fields = new Fields(46).u32(0x02014b50).u16(20, 20, UTF8, 0, MIDNIGHT, FIRST_DAY).u32(crc, size, size);
    return Buffer.concat([fields.u16(name.length, 0, 0, 0, 0).u32(0, header).bytes, name]);
  });
  const listed = Buffer.concat(entries);
  const end = new Fields(22).u32(0x06054b50).u16(0, 0, members.length, members.length).u32(listed.length, start);
  return Buffer.concat([listed, end.u16(0).bytes]);
}
