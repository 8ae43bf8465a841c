/**
 * Layouts in which dimensions are split: channels in blocks of 8 or 16, as ONNX Runtime's fastest convolutions want them.
 * A packing splits each logical dimension into factors and says in which order the factors lie in memory. Reshapes and
 * transposes that keep the factors whole move no data.
 */
import { side } from './layout.ts';
import type { Shaped } from './graph.ts';

export interface Packing {
  /** For each logical dimension its factors, outermost first; a dimension of size 1 has none. */
  readonly factors: readonly (readonly number[])[];
  /** Positions in the joined list of factors, in the order of memory, outermost first. */
  readonly order: readonly number[];
}

/** A value of the ONNX graph that lies packed under `name`; the ONNX tensor's own shape is a matter of who made it. */
export interface Packed extends Shaped {
  readonly name: string;
  readonly packing: Packing;
}

const product = (list: readonly number[]): number => list.reduce((total, length) => total * length, 1);

/** A dimension of `length`, in blocks where the block divides it. */
const inBlocks = (length: number, block: number): number[] => (length === block ? [block] : [length / block, block]);

/** Joins factor lists and the order in which (dimension, part) pairs lie; parts count from a dimension's outermost. */
function packing(
  factors: readonly number[][],
  order: readonly (readonly [number, 'whole' | 'outer' | 'inner'])[],
): Packing {
  const lists = factors.map((list) => list.filter((length) => length !== 1));
  const starts = lists.map((_, axis) => lists.slice(0, axis).reduce((sum, list) => sum + list.length, 0));
  const positions = order.flatMap(([axis, part]) => {
    const [start, count] = [side(starts, axis), lists[axis]?.length ?? 0];
    if (count === 0) return [];
    if (part === 'whole') return [start];
    if (part === 'inner') return [start + count - 1];
    return count === 2 ? [start] : [];
  });
  return { factors: lists, order: positions };
}

/** An NHWC map as [N, C/block, H, W, block]. */
export function mapPacking(shape: readonly number[], block: number): Packing {
  const [n, h, w, c] = [0, 1, 2, 3].map((axis) => side(shape, axis)) as [number, number, number, number];
  return packing(
    [[n], [h], [w], inBlocks(c, block)],
    [
      [0, 'whole'],
      [3, 'outer'],
      [1, 'whole'],
      [2, 'whole'],
      [3, 'inner'],
    ],
  );
}

/** An HWIO filter as [O/block, I/block, H, W, block of I, block of O]. */
export function filterPacking(shape: readonly number[], block: number): Packing {
  const [h, w, i, o] = [0, 1, 2, 3].map((axis) => side(shape, axis)) as [number, number, number, number];
  return packing(
    [[h], [w], inBlocks(i, block), inBlocks(o, block)],
    [
      [3, 'outer'],
      [2, 'outer'],
      [0, 'whole'],
      [1, 'whole'],
      [2, 'inner'],
      [3, 'inner'],
    ],
  );
}

/** An HWIO filter of few input channels as [O/block, I, H, W, block]: it reads an NCHW image. */
export function imageFilterPacking(shape: readonly number[], block: number): Packing {
  const [h, w, i, o] = [0, 1, 2, 3].map((axis) => side(shape, axis)) as [number, number, number, number];
  return packing(
    [[h], [w], [i], inBlocks(o, block)],
    [
      [3, 'outer'],
      [2, 'whole'],
      [0, 'whole'],
      [1, 'whole'],
      [3, 'inner'],
    ],
  );
}

/** A depthwise filter [H, W, C, 1] as [C/block, H, W, block]. */
export function depthwisePacking(shape: readonly number[], block: number): Packing {
  const [h, w, c] = [0, 1, 2].map((axis) => side(shape, axis)) as [number, number, number];
  return packing(
    [[h], [w], inBlocks(c, block), []],
    [
      [2, 'outer'],
      [0, 'whole'],
      [1, 'whole'],
      [2, 'inner'],
    ],
  );
}

/** The same data with its logical dimensions renamed: dimension i of the result is dimension `perm[i]`. */
export function transposedPacking({ factors, order }: Packing, perm: readonly number[]): Packing {
  const offsets = factors.map((_, axis) => factors.slice(0, axis).reduce((sum, list) => sum + list.length, 0));
  const renamed = new Map<number, number>();
  let position = 0;
  for (const axis of perm) {
    (factors[axis] ?? []).forEach((_, part) => renamed.set(side(offsets, axis) + part, position++));
  }
  return { factors: perm.map((axis) => factors[axis] ?? []), order: order.map((old) => renamed.get(old) ?? 0) };
}

/** The same data under another shape; null where that would cut a factor. */
export function reshapedPacking({ factors, order }: Packing, shape: readonly number[]): Packing | null {
  const all = factors.flat();
  const regrouped: number[][] = [];
  let position = 0;
  for (const length of shape) {
    const list: number[] = [];
    while (product(list) < length) {
      const next = all[position++];
      if (next === undefined) return null;
      list.push(next);
    }
    if (product(list) !== length) return null;
    regrouped.push(list);
  }
  return position === all.length ? { factors: regrouped, order } : null;
}

export function samePacking(a: Packing, b: Packing): boolean {
  return a.order.join() === b.order.join() && a.factors.flat().join() === b.factors.flat().join();
}

/** Sizes of the factors in the order of memory. */
export function memorySides({ factors, order }: Packing): number[] {
  const all = factors.flat();
  return order.map((position) => side(all, position));
}

/** The order that undoes `order`. */
export function inverse(order: readonly number[]): number[] {
  return order.map((_, position) => order.indexOf(position));
}

/** For each place in memory, the row-major index of the element that lies there. */
function sources({ factors, order }: Packing): Int32Array {
  const all = factors.flat();
  const strides = all.map((_, position) => product(all.slice(position + 1)));
  let indices = Int32Array.of(0);
  for (const position of order) {
    const [length, stride] = [side(all, position), side(strides, position)];
    const wider = new Int32Array(indices.length * length);
    let place = 0;
    for (const base of indices) for (let step = 0; step < length; step += 1) wider[place++] = base + step * stride;
    indices = wider;
  }
  return indices;
}

/** Row-major numbers, packed. */
export function packNumbers(data: Float32Array, how: Packing): Float32Array {
  const packed = new Float32Array(data.length);
  let place = 0;
  for (const index of sources(how)) packed[place++] = data[index] ?? NaN;
  return packed;
}

/** Packed numbers, row-major. */
export function unpackNumbers(data: Float32Array, how: Packing): Float32Array {
  const plain = new Float32Array(data.length);
  let place = 0;
  for (const index of sources(how)) plain[index] = data[place++] ?? NaN;
  return plain;
}
