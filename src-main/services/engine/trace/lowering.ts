/** The ONNX graph under construction, and the few moves that every lowering rule is made of. */
import type { DType, Shaped } from './graph.ts';
import { identity, physicalShape, withRank } from './layout.ts';
import type { Laid } from './layout.ts';

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string };

export type Attributes = Readonly<Record<string, Attribute>>;

/** Where an operator comes from: ONNX itself, or ONNX Runtime's own blocked layout. */
export type Domain = '' | 'com.microsoft.nchwc';

export interface OnnxNode {
  readonly op: string;
  readonly domain: Domain;
  /** An empty name is an input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  /** Of a blocked convolution: what the passes over such convolutions need to know. */
  readonly window?: BlockedWindow;
}

/** Shapes of a blocked convolution's operands, as ONNX tells them. */
export interface BlockedWindow {
  /** [N, C, H, W] of the map that it reads. */
  readonly map: readonly number[];
  /** [O, I, H, W]; I is 1 for a depthwise filter. */
  readonly filter: readonly number[];
}

export type OnnxData =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'int32'; readonly shape: readonly number[]; readonly data: Int32Array }
  | { readonly dtype: 'int64'; readonly shape: readonly number[]; readonly data: BigInt64Array }
  | { readonly dtype: 'bool'; readonly shape: readonly number[]; readonly data: Uint8Array }
  /** Only in exported models: IEEE half precision as its bits, and quantised weights. */
  | { readonly dtype: 'float16'; readonly shape: readonly number[]; readonly data: Uint16Array }
  | { readonly dtype: 'int8'; readonly shape: readonly number[]; readonly data: Int8Array };

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const string = (value: string): Attribute => ({ kind: 'string', value });

export class Lowering {
  readonly nodes: OnnxNode[] = [];
  readonly initializers = new Map<string, OnnxData>();
  /** Every ONNX op is pure: the same op on the same inputs is the same value, recorded once. */
  readonly #known = new Map<string, readonly string[]>();
  #count = 0;

  /** A node with one output; returns the output's name. */
  op(op: string, inputs: readonly string[], attributes: Attributes = {}, domain: Domain = ''): string {
    const [output] = this.ops(op, inputs, 1, attributes, domain);
    if (output === undefined) throw new Error(`${op} has no output`);
    return output;
  }

  /** A node with several outputs. */
  ops(
    op: string,
    inputs: readonly string[],
    outputCount: number,
    attributes: Attributes = {},
    domain: Domain = '',
    window?: BlockedWindow,
  ): readonly string[] {
    const key = JSON.stringify([op, domain, inputs, attributes, outputCount]);
    const known = this.#known.get(key);
    if (known) return known;
    const outputs = identity(outputCount).map(() => this.#name(op.toLowerCase()));
    this.nodes.push({ op, domain, inputs, outputs, attributes, ...(window && { window }) });
    this.#known.set(key, outputs);
    return outputs;
  }

  /**
   * Goes over all nodes again, in order.
   * @param replace records other nodes in the place of one and gives the name of its result; null keeps it as it is.
   */
  rewrite(replace: (node: OnnxNode) => string | null): void {
    const before = this.nodes.splice(0);
    // What was recorded later must not be taken for something that is there already.
    for (const key of this.#known.keys()) if (key.startsWith('[')) this.#known.delete(key);
    for (const node of before) {
      const result = replace(node);
      if (result === null) this.nodes.push(node);
      else this.#rename(result, node.outputs[0] ?? result);
    }
  }

  /** Gives the result of a node that was just recorded another name. */
  #rename(result: string, name: string): void {
    const place = this.nodes.findLastIndex(({ outputs }) => outputs[0] === result);
    const node = this.nodes[place];
    if (!node) throw new Error(`${result} was not recorded in the place of ${name}`);
    this.nodes[place] = { ...node, outputs: [name] };
  }

  /** A large constant made once for all who ask for it under the same key. */
  shared(key: string, make: () => OnnxData): string {
    const known = this.#known.get(`shared ${key}`)?.[0];
    if (known !== undefined) return known;
    const name = this.#name('constant');
    this.initializers.set(name, make());
    this.#known.set(`shared ${key}`, [name]);
    return name;
  }

  /** A constant tensor under a name of its own, which readers of the model know it by. */
  named(name: string, content: OnnxData): string {
    this.initializers.set(name, content);
    return name;
  }

  /** A constant tensor in row-major order; equal small constants are stored once. */
  constant(content: OnnxData): string {
    const small = content.data.length <= 64;
    const key = small ? `constant ${content.dtype} [${content.shape.join()}] ${content.data.join()}` : null;
    const known = key === null ? undefined : this.#known.get(key)?.[0];
    if (known !== undefined) return known;
    const name = this.#name('constant');
    this.initializers.set(name, content);
    if (key !== null) this.#known.set(key, [name]);
    return name;
  }

  scalar(value: number): string {
    return this.constant({ dtype: 'float32', shape: [], data: Float32Array.of(value) });
  }

  /** A list of integers, as axes, shapes and the like are passed to ONNX ops. */
  integers(values: readonly number[]): string {
    return this.constant({ dtype: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) });
  }

  reshape(name: string, shape: readonly number[]): string {
    return this.op('Reshape', [name, this.integers(shape)]);
  }

  /** Elements [start, end) of the given memory axes, every `steps`-th. */
  slice(
    name: string,
    axes: readonly number[],
    starts: readonly number[],
    ends: readonly number[],
    steps?: readonly number[],
  ): string {
    const inputs = [starts, ends, axes, ...(steps ? [steps] : [])].map((list) => this.integers(list));
    return this.op('Slice', [name, ...inputs]);
  }

  /** The name of `x` stored in the order `perm`: itself, or a Transpose (a Reshape where only sizes of 1 move). */
  arranged(x: Laid, perm: readonly number[]): string {
    if (perm.every((axis, index) => axis === x.perm[index])) return x.name;
    const moves = (order: readonly number[]): readonly number[] => order.filter((axis) => x.shape[axis] !== 1);
    const [from, to] = [moves(x.perm), moves(perm)];
    if (from.every((axis, index) => axis === to[index])) {
      return this.reshape(
        x.name,
        perm.map((axis) => x.shape[axis] ?? 1),
      );
    }
    return this.op('Transpose', [x.name], { perm: ints(perm.map((axis) => x.perm.indexOf(axis))) });
  }

  rowMajor(x: Laid): string {
    return this.arranged(x, identity(x.perm.length));
  }

  /**
   * Brings operands that broadcast into one order, that of the largest; ONNX's own broadcasting does the rest.
   * @param shape the broadcast shape.
   */
  aligned(operands: readonly Laid[], shape: readonly number[]): { names: string[]; perm: readonly number[] } {
    const ranked = operands.map((x) => withRank(x, shape.length));
    const largest = ranked.reduce((best, x) => (elements(x) > elements(best) ? x : best));
    const moves = (x: Laid, perm: readonly number[]): string => perm.filter((axis) => x.shape[axis] !== 1).join();
    const names = ranked.map((x, index) => {
      const stored = operands[index] ?? x;
      const wanted = physicalShape({ shape: x.shape, perm: largest.perm });
      if (moves(x, x.perm) === moves(x, largest.perm)) {
        const fits = dropLeadingOnes(wanted).join() === dropLeadingOnes(physicalShape(stored)).join();
        return fits ? x.name : this.reshape(x.name, wanted);
      }
      const full = stored.shape.length === x.shape.length ? x.name : this.reshape(x.name, physicalShape(x));
      return this.arranged({ ...x, name: full }, largest.perm);
    });
    return { names, perm: largest.perm };
  }

  #name(stem: string): string {
    this.#count += 1;
    return `${stem}_${this.#count}`;
  }
}

const elements = (x: Shaped): number => x.shape.reduce((product, length) => product * length, 1);

function dropLeadingOnes(shape: readonly number[]): readonly number[] {
  const first = shape.findIndex((length) => length !== 1);
  return first === -1 ? [] : shape.slice(first);
}

/** A freshly computed value in row-major order. */
export function rowMajorValue(name: string, shape: readonly number[], dtype: DType = 'float32'): Laid {
  return { name, shape, dtype, perm: identity(shape.length) };
}
