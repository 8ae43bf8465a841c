/** Weights as torch.save writes them, in the zip format: `torch.load(file, weights_only=True)["model"]` is the state dict. */
import { crc32 } from 'node:zlib';
import type { StoredTensor, Weights } from '../../model/initialise.ts';
import { PickleWriter } from './pickle-writer.ts';

/** Where storages begin in the file: multiples of this, as torch.save lays them, so that they can be mapped. */
const ALIGNMENT = 64;
const LARGEST = 0xffffffff;

interface Written {
  readonly name: Uint8Array;
  readonly size: number;
  readonly crc: number;
  readonly header: number;
}

/** @param facts texts that go in beside the tensors. */
export function* pytorchFile(weights: Weights, facts: ReadonlyMap<string, string>): Generator<Uint8Array> {
  const text = new TextEncoder();
  const members: (readonly [string, Uint8Array])[] = [
    ['data.pkl', pickleOf(weights, facts)],
    ['byteorder', text.encode('little')],
    ...[...weights.values()].map(({ data }, index): readonly [string, Uint8Array] => [`data/${index}`, bytesOf(data)]),
    ['version', text.encode('3\n')],
  ];
  const written: Written[] = [];
  let at = 0;
  for (const [path, data] of members) {
    const name = text.encode(`model/${path}`);
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

function bytesOf(data: StoredTensor['data']): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function pickleOf(weights: Weights, facts: ReadonlyMap<string, string>): Uint8Array {
  const pickle = new PickleWriter();
  pickle.dict();
  pickle.text('model');
  pickle.orderedDict(
    [...weights].map(([name, { dtype, shape }], index) => [name, { key: String(index), dtype, shape }]),
  );
  pickle.setItem();
  // The name under which POSTER++ looks for it: the same object, stored once.
  pickle.text('state_dict');
  pickle.again();
  pickle.setItem();
  for (const [name, value] of facts) {
    pickle.text(name);
    pickle.text(value);
    pickle.setItem();
  }
  return pickle.end();
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
