/**
 * A pickle machine that builds values and does nothing else: of Python's opcodes only those that checkpoints need, of Python's
 * names only those of the globals table. Source of the opcodes: CPython's pickletools.py.
 */
import { dictKey, globalOf } from './globals.ts';
import type { Budget } from './budget.ts';
import { LIMITS } from './limits.ts';
import { PickleBytes } from './pickle-bytes.ts';
import { refuse } from './refuse.ts';
import { inert, isKind } from './values.ts';
import type { PyGlobal, PyStorage, PyTuple, PyValue } from './values.ts';

/** What a pickle refers to by a persistent id: in a checkpoint, a storage. */
export type PersistentLoad = (id: PyTuple) => PyStorage;

export interface Unpickled {
  readonly value: PyValue;
  /** One past the STOP. */
  readonly end: number;
}

interface Options {
  readonly persistent: PersistentLoad;
  /** Is told every name that the globals table does not know. */
  readonly unknown: (name: string) => void;
  /** What all pickles of the file together may build. */
  readonly budget: Budget;
}

/** Runs one pickle from `start` on. @throws FailureError 'invalid', 'forbidden' */
export function unpickle(bytes: Uint8Array, start: number, options: Options): Unpickled {
  return new Machine(bytes, start, options).run();
}

class Machine {
  readonly #in: PickleBytes;
  readonly #options: Options;
  readonly #budget: Budget;
  readonly #memo = new Map<number, PyValue>();
  #stack: PyValue[] = [];
  /** Stacks that a MARK has put aside. */
  readonly #marks: PyValue[][] = [];
  #depth = 0;

  constructor(bytes: Uint8Array, start: number, options: Options) {
    this.#in = new PickleBytes(bytes, start);
    this.#options = options;
    this.#budget = options.budget;
  }

  run(): Unpickled {
    if (this.#in.u8() !== 0x80) throw refuse('its pickle does not begin with a protocol');
    this.#protocol();
    for (;;) {
      this.#budget.operation();
      const code = this.#in.u8();
      if (code === 0x2e) return this.#stop();
      this.#step(code);
    }
  }

  #stop(): Unpickled {
    const value = this.#pop();
    if (this.#stack.length > 0 || this.#marks.length > 0) throw refuse('its pickle leaves values behind');
    return { value, end: this.#in.at };
  }

  #step(code: number): void {
    const bytes = this.#in;
    switch (code) {
      case 0x80:
        return this.#protocol();
      case 0x95:
        this.#budget.charge(24);
        return bytes.frame();
      case 0x28:
        return this.#mark();
      case 0x4e:
        return this.#push(null);
      case 0x88:
        return this.#push(true);
      case 0x89:
        return this.#push(false);
      case 0x4a:
        return this.#push(this.#budget.number(BigInt(bytes.i32())));
      case 0x4b:
        return this.#push(this.#budget.number(BigInt(bytes.u8())));
      case 0x4d:
        return this.#push(this.#budget.number(BigInt(bytes.u16())));
      case 0x8a:
        // A BigInt of many digits is dearer to make than to keep.
        this.#budget.charge(64);
        return this.#push(this.#budget.number(bytes.long(bytes.u8())));
      case 0x47:
        return this.#push(this.#budget.number(bytes.f64()));
      case 0x58:
        return this.#push(this.#budget.text(bytes.utf8(bytes.u32())));
      case 0x8c:
        return this.#push(this.#budget.text(bytes.utf8(bytes.u8())));
      case 0x55:
        return this.#push(this.#budget.text(bytes.latin1(bytes.u8())));
      case 0x7d:
        return this.#push(this.#budget.container({ kind: 'dict', entries: new Map() }));
      case 0x5d:
        return this.#push(this.#budget.container({ kind: 'list', items: [] }));
      case 0x29:
        return this.#tuple([]);
      case 0x8f:
        return this.#push(this.#budget.container(inert('set')));
      case 0x74:
        return this.#tuple(this.#toMark());
      case 0x85:
      case 0x86:
      case 0x87:
        return this.#tuple(this.#take(code - 0x84));
      case 0x61:
        return this.#appendOne();
      case 0x65:
        return this.#append(this.#toMark());
      case 0x73:
        return this.#setItems(this.#take(2));
      case 0x75:
        return this.#setItems(this.#toMark());
      case 0x68:
        return this.#get(bytes.u8());
      case 0x6a:
        return this.#get(bytes.u32());
      case 0x71:
        return this.#put(bytes.u8());
      case 0x72:
        return this.#put(bytes.u32());
      case 0x94:
        return this.#put(this.#memo.size);
      case 0x63:
        return this.#global(bytes.line(), bytes.line());
      case 0x93:
        return this.#stackGlobal();
      case 0x52:
      case 0x81:
        return this.#reduce();
      case 0x62:
        return this.#build();
      case 0x51:
        return this.#persistent();
      default:
        throw refuse(
          `its pickle has the operation 0x${code.toString(16)} at byte ${bytes.at - 1}, which no checkpoint needs`,
        );
    }
  }

  #protocol(): void {
    const version = this.#in.u8();
    if (version < 2 || version > 5) throw refuse(`its pickle has the protocol ${version}`);
  }

  #push(value: PyValue): void {
    this.#depth += 1;
    if (this.#depth > LIMITS.stack) throw refuse('its pickle puts too many values on the stack');
    this.#stack.push(value);
  }

  #pop(): PyValue {
    const value = this.#stack.pop();
    if (value === undefined) throw refuse('its pickle takes a value where there is none (stack underflow)');
    this.#depth -= 1;
    return value;
  }

  #top(): PyValue {
    const value = this.#stack.at(-1);
    if (value === undefined) throw refuse('its pickle looks for a value where there is none (stack underflow)');
    return value;
  }

  #take(count: number): PyValue[] {
    if (this.#stack.length < count) throw refuse('its pickle takes a value where there is none (stack underflow)');
    this.#depth -= count;
    return this.#stack.splice(this.#stack.length - count);
  }

  #mark(): void {
    // Each mark costs an array: as a value on the stack does.
    this.#depth += 1;
    if (this.#depth > LIMITS.stack) throw refuse('its pickle puts too many values on the stack');
    this.#budget.charge(64);
    this.#marks.push(this.#stack);
    this.#stack = [];
  }

  #toMark(): PyValue[] {
    const below = this.#marks.pop();
    if (below === undefined) throw refuse('its pickle goes back to a mark that is not there');
    const above = this.#stack;
    this.#stack = below;
    this.#depth -= above.length + 1;
    return above;
  }

  #tuple(items: PyValue[]): void {
    this.#budget.members(items.length);
    this.#push(this.#budget.container({ kind: 'tuple', items }));
  }

  #appendOne(): void {
    const item = this.#pop();
    const list = this.#top();
    if (!isKind(list, 'list')) throw refuse('its pickle appends to something that is no list');
    this.#budget.members(1);
    list.items.push(item);
  }

  #append(items: readonly PyValue[]): void {
    const list = this.#top();
    if (!isKind(list, 'list')) throw refuse('its pickle appends to something that is no list');
    this.#budget.members(items.length);
    for (const item of items) list.items.push(item);
  }

  #setItems(items: readonly PyValue[]): void {
    const dict = this.#top();
    if (!isKind(dict, 'dict')) throw refuse('its pickle sets items of something that is no dictionary');
    if (items.length % 2 !== 0) throw refuse('its pickle sets a key without a value');
    this.#budget.entries(items.length / 2);
    for (let at = 0; at < items.length; at += 2) {
      const [key, value] = [items[at], items[at + 1]];
      if (key !== undefined && value !== undefined) dict.entries.set(dictKey(key), value);
    }
  }

  #get(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw refuse(`its pickle looks up the memo ${index}, which was never set`);
    this.#push(value);
  }

  #put(index: number): void {
    const value = this.#top();
    if (!this.#memo.has(index)) this.#budget.entries(1);
    this.#memo.set(index, value);
  }

  #global(module: string, name: string): void {
    const found = globalOf(module, name);
    if (found.role.is === 'unknown') this.#options.unknown(found.name);
    this.#push(this.#budget.container(found));
  }

  #stackGlobal(): void {
    const [module, name] = this.#take(2);
    if (typeof module !== 'string' || typeof name !== 'string')
      throw refuse('its pickle names a global that is no text');
    this.#global(module, name);
  }

  /** A call in Python; here a look into the table. */
  #reduce(): void {
    const [callee, args] = this.#take(2);
    if (!isKind(args, 'tuple')) throw refuse('its pickle calls with something that is no list of arguments');
    if (isKind(callee, 'inert')) return this.#push(callee);
    if (!isKind(callee, 'global')) throw refuse('its pickle calls something that has no name');
    this.#push(this.#budget.container(called(callee, args.items)));
  }

  /** State given to an object afterwards. On an OrderedDict that is `_metadata`; nothing of it is needed. */
  #build(): void {
    this.#pop();
    const target = this.#top();
    if (!isKind(target, 'dict') && !isKind(target, 'inert') && !isKind(target, 'tensor')) {
      throw refuse('its pickle gives a state to something that has none');
    }
  }

  #persistent(): void {
    const id = this.#pop();
    if (!isKind(id, 'tuple')) throw refuse('its pickle refers to something that is no storage');
    this.#push(this.#budget.container(this.#options.persistent(id)));
  }
}

function called({ name, role }: PyGlobal, args: readonly PyValue[]): PyValue {
  if (role.is === 'builder') return role.build(args);
  if (role.is === 'unknown' || role.is === 'type') return inert(name);
  throw refuse(`its pickle calls ${name}, which is nothing to call`);
}
