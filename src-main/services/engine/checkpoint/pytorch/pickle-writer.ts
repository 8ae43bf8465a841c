/** The few operations of pickle protocol 2 that a state dict needs; PyTorch's weights_only loader knows them all. */

export interface StoredEntry {
  /** Key of its storage. */
  readonly key: string;
  readonly dtype: 'float32' | 'int64';
  readonly shape: readonly number[];
}

const STORAGES = { float32: 'FloatStorage', int64: 'LongStorage' } as const;

/** Place in the memo of the one object that is referred to again. */
const KEPT = 0;

export class PickleWriter {
  readonly #parts: Uint8Array[] = [];

  constructor() {
    this.#bytes(0x80, 2);
  }

  end(): Uint8Array {
    this.#bytes(0x2e);
    return Buffer.concat(this.#parts);
  }

  dict(): void {
    this.#bytes(0x7d);
  }

  text(text: string): void {
    const encoded = Buffer.from(text, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(encoded.length);
    this.#bytes(0x58);
    this.#parts.push(length, encoded);
  }

  setItem(): void {
    this.#bytes(0x73);
  }

  /** An OrderedDict of tensors, each over a storage of its own; `again` refers to it. */
  orderedDict(entries: readonly (readonly [string, StoredEntry])[]): void {
    this.#emptyOrdered();
    this.#bytes(0x71, KEPT, 0x28);
    for (const [name, entry] of entries) {
      this.text(name);
      this.#tensor(entry);
    }
    this.#bytes(0x75);
  }

  again(): void {
    this.#bytes(0x68, KEPT);
  }

  /** torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks) */
  #tensor({ key, dtype, shape }: StoredEntry): void {
    const product = (sides: readonly number[]): number => sides.reduce((all, side) => all * side, 1);
    this.#global('torch._utils', '_rebuild_tensor_v2');
    this.#bytes(0x28, 0x28);
    this.text('storage');
    this.#global('torch', STORAGES[dtype]);
    this.text(key);
    this.text('cpu');
    this.#int(product(shape));
    this.#bytes(0x74, 0x51);
    this.#int(0);
    this.#ints(shape);
    this.#ints(shape.map((_, axis) => product(shape.slice(axis + 1))));
    this.#bytes(0x89);
    this.#emptyOrdered();
    this.#bytes(0x74, 0x52);
  }

  #emptyOrdered(): void {
    this.#global('collections', 'OrderedDict');
    this.#bytes(0x29, 0x52);
  }

  #ints(values: readonly number[]): void {
    this.#bytes(0x28);
    for (const value of values) this.#int(value);
    this.#bytes(0x74);
  }

  #int(value: number): void {
    const data = Buffer.alloc(5);
    data[0] = 0x4a;
    data.writeInt32LE(value, 1);
    this.#parts.push(data);
  }

  #global(module: string, name: string): void {
    this.#parts.push(Buffer.from(`c${module}\n${name}\n`, 'latin1'));
  }

  #bytes(...values: readonly number[]): void {
    this.#parts.push(Uint8Array.from(values));
  }
}
