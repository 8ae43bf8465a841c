/**
 * Where values lie while a graph is lowered. A value may lie in several forms at once; a form that it does not have yet is
 * made when somebody asks for it, so that data moves only where two neighbours want different things.
 */
import type { Constant, Value } from '../graph.ts';
import { identity, isIdentity } from '../layout.ts';
import type { Laid } from '../layout.ts';
import { ints, rowMajorValue } from '../lowering.ts';
import type { Lowering, OnnxData } from '../lowering.ts';
import { inverse, mapPacking, memorySides, samePacking } from '../packing.ts';
import type { Packed, Packing } from '../packing.ts';
import { oneMap } from './affine.ts';
import type { Affine } from './affine.ts';
import { Maps } from './maps.ts';
import type { VectorLayout, VectorPart } from './vectors.ts';

export interface Forms {
  /** Whole, its dimensions in some order. */
  readonly laid?: Laid;
  /** Whole, with dimensions split. */
  readonly packed?: Packed;
  /** Not computed yet: a sum of blocked maps scaled by channel. */
  readonly affine?: Affine;
  /** A vector in parts, each a tensor of its own. */
  readonly parts?: Parts;
  /** One number everywhere. */
  readonly uniform?: number;
}

export interface Parts {
  readonly layout: VectorLayout;
  /** One name a part, each a tensor of one dimension. */
  readonly names: readonly string[];
}

export class Storage {
  readonly onnx: Lowering;
  /** Null where the device has no blocked layout. */
  readonly maps: Maps | null;
  /** How vectors of a given length are cut. */
  readonly vectors: ReadonlyMap<number, VectorLayout>;
  readonly #forms = new Map<Value, Forms>();

  constructor(onnx: Lowering, block: number | null, vectors: ReadonlyMap<number, VectorLayout>) {
    this.onnx = onnx;
    this.vectors = vectors;
    this.maps = block === null ? null : new Maps(onnx, block);
  }

  set(value: Value, forms: Forms): void {
    this.#forms.set(value, forms);
  }

  of(value: Value): Forms {
    const forms = this.#forms.get(value);
    if (!forms) throw new Error('a value is read that was never computed');
    return forms;
  }

  constant(value: Value, content: Constant): void {
    if (content.kind === 'uniform') this.set(value, { uniform: content.value });
    else this.set(value, { laid: laidAs(this.onnx.constant(contentOf(value, content.data)), value) });
  }

  /** Whether the value is a map that lies blocked, or will when its terms are summed. */
  isMap(value: Value): boolean {
    if (!this.maps?.fit(value.shape)) return false;
    const { packed, affine } = this.of(value);
    return affine !== undefined || (packed !== undefined && samePacking(packed.packing, this.#mapPacking(value)));
  }

  /** The name of the value as a blocked map. */
  map(value: Value): string {
    const maps = this.#blocked();
    const { packed, affine } = this.of(value);
    if (packed && samePacking(packed.packing, this.#mapPacking(value))) return packed.name;
    const name = affine ? maps.sum(affine, value.shape) : maps.enter(this.laid(value));
    this.#learn(value, { packed: maps.packed(name, value.shape) });
    return name;
  }

  /** The value as a sum of blocked maps. */
  affine(value: Value): Affine {
    const { packed, affine } = this.of(value);
    return affine && !packed ? affine : oneMap(this.map(value));
  }

  /** The name of the value under a packing, as an ONNX tensor of the given shape. */
  packed(value: Value, packing: Packing, shape: readonly number[]): string {
    const { packed } = this.of(value);
    if (packed && samePacking(packed.packing, packing)) return this.onnx.reshape(packed.name, shape);
    const name = this.#pack(this.laid(value), packing);
    const result = this.onnx.reshape(name, shape);
    this.#learn(value, { packed: { name: result, shape: value.shape, dtype: value.dtype, packing } });
    return result;
  }

  /** The value whole, with its dimensions in some order. */
  laid(value: Value): Laid {
    const { laid, packed, affine, parts, uniform } = this.of(value);
    if (laid) return laid;
    const fresh = this.#laidFrom(value, { packed, affine, parts, uniform });
    this.#learn(value, { laid: fresh });
    return fresh;
  }

  #laidFrom(value: Value, { packed, affine, parts, uniform }: Forms): Laid {
    if (uniform !== undefined) return this.#expanded(value, uniform);
    if (parts) return laidAs(this.#whole(parts), value);
    if (affine || (packed && this.maps?.fit(value.shape) && this.isMap(value))) {
      return this.#blocked().leave(this.map(value), value.shape);
    }
    if (!packed) throw new Error('a value has no form');
    return laidAs(this.#unpack(packed), value);
  }

  /** How the value lies, in a word or two; for people. */
  place(value: Value): string {
    const { laid, packed, affine, parts, uniform } = this.of(value);
    const words = [
      packed && (this.isMap(value) ? `nchwc${this.maps?.block}` : `packed [${memorySides(packed.packing).join()}]`),
      laid && (isIdentity(laid.perm) ? 'plain' : `perm [${laid.perm.join()}]`),
      affine && !packed && `${affine.terms.length} terms`,
      parts && `${parts.names.length} parts`,
      uniform !== undefined && 'number',
    ];
    return words.filter((word) => typeof word === 'string').join(' + ');
  }

  /** The value in the parts of a vector layout; a single number is not repeated. */
  parts(value: Value, layout: VectorLayout): readonly Laid[] {
    const { parts, uniform } = this.of(value);
    const single = uniform !== undefined || value.size === 1;
    if (single) {
      const name = uniform === undefined ? this.onnx.reshape(this.laid(value).name, []) : this.#scalar(value, uniform);
      return layout.parts.map(() => rowMajorValue(name, [], value.dtype));
    }
    if (parts?.layout === layout) return layout.parts.map((part, index) => this.#partLaid(part, parts.names[index]));
    const whole = this.laid(value).name;
    return layout.parts.map((part) => this.#partLaid(part, this.cut(whole, part)));
  }

  #partLaid(part: VectorPart, name = ''): Laid {
    return rowMajorValue(name, [part.size]);
  }

  /** One part of a whole vector. */
  cut(whole: string, part: VectorPart): string {
    const pieces = part.ranges.map(({ offset, size }) => this.onnx.slice(whole, [0], [offset], [offset + size]));
    const joined = pieces.length === 1 ? pieces.join() : this.onnx.op('Concat', pieces, { axis: AXIS_0 });
    if (!part.packing) return joined;
    return this.onnx.reshape(this.#pack(rowMajorValue(joined, [part.size]), part.packing), [part.size]);
  }

  /** A vector from its parts. */
  #whole({ layout, names }: Parts): string {
    const pieces = layout.parts.flatMap((part, index) => {
      const name = names[index] ?? '';
      const plain = part.packing
        ? this.#unpack({ name, shape: [part.size], dtype: 'float32', packing: part.packing })
        : name;
      let start = 0;
      return part.ranges.map(({ offset, size }) => {
        const piece = size === part.size ? plain : this.onnx.slice(plain, [0], [start], [start + size]);
        start += size;
        return { offset, piece };
      });
    });
    const ordered = pieces.toSorted((a, b) => a.offset - b.offset).map(({ piece }) => piece);
    return ordered.length === 1 ? ordered.join() : this.onnx.op('Concat', ordered, { axis: AXIS_0 });
  }

  /** Row-major data in the order of a packing; the tensor's shape is that of memory. */
  #pack(x: Laid, packing: Packing): string {
    const apart = this.onnx.reshape(this.onnx.rowMajor(x), packing.factors.flat());
    return this.onnx.op('Transpose', [apart], { perm: ints(packing.order) });
  }

  #unpack({ name, shape, packing }: Packed): string {
    const apart = this.onnx.reshape(name, memorySides(packing));
    return this.onnx.reshape(this.onnx.op('Transpose', [apart], { perm: ints(inverse(packing.order)) }), shape);
  }

  #scalar(value: Value, number: number): string {
    return this.onnx.constant(contentOf({ dtype: value.dtype, shape: [] }, [number]));
  }

  /** A number that broadcasts need not be stored at its full size. */
  #expanded(value: Value, number: number): Laid {
    const scalar = this.#scalar(value, number);
    if (value.shape.length === 0) return laidAs(scalar, value);
    return laidAs(this.onnx.op('Expand', [scalar, this.onnx.integers(value.shape)]), value);
  }

  #mapPacking(value: Value): Packing {
    return mapPacking(value.shape, this.#blocked().block);
  }

  #blocked(): Maps {
    if (!this.maps) throw new Error('this device has no blocked layout');
    return this.maps;
  }

  #learn(value: Value, form: Forms): void {
    this.#forms.set(value, { ...this.of(value), ...form });
  }
}

const AXIS_0 = { kind: 'int', value: 0 } as const;

export function laidAs(name: string, value: Pick<Value, 'shape' | 'dtype'>): Laid {
  return { name, shape: value.shape, dtype: value.dtype, perm: identity(value.shape.length) };
}

export function contentOf({ shape, dtype }: Pick<Value, 'shape' | 'dtype'>, data: ArrayLike<number>): OnnxData {
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
    case 'int32':
      return { dtype, shape, data: Int32Array.from(data) };
    case 'bool':
      return { dtype, shape, data: Uint8Array.from(data) };
  }
}
