/**
 * Layouts. TensorFlow.js sees NHWC; ONNX Runtime is fastest with NCHW. A lowered value therefore keeps, besides its
 * logical shape, in which order its dimensions lie in memory. Transposing moves no data: it only renames that order.
 * Data moves when an operation asks for an order that the value does not have (`Lowering.arranged`).
 */
import type { Shaped } from './graph.ts';

/** A value of the ONNX graph: stored with dimension `perm[i]` of its logical shape as its i-th dimension. */
export interface Laid extends Shaped {
  readonly name: string;
  readonly perm: readonly number[];
}

export function identity(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

export function isIdentity(perm: readonly number[]): boolean {
  return perm.every((axis, index) => axis === index);
}

/** `shape[i]`, which a rule knows to exist. */
export function side(shape: readonly number[], axis: number): number {
  const value = shape[axis];
  if (value === undefined) throw new Error(`shape [${shape.join()}] has no dimension ${axis}`);
  return value;
}

/** The shape as it lies in memory. */
export function physicalShape({ shape, perm }: { shape: readonly number[]; perm: readonly number[] }): number[] {
  return perm.map((axis) => side(shape, axis));
}

/** A list that goes by logical axis, in the order of memory. */
export function inMemoryOrder<T>(x: { perm: readonly number[] }, byAxis: readonly T[]): T[] {
  return x.perm.map((axis) => {
    const value = byAxis[axis];
    if (value === undefined) throw new Error(`there is no axis ${axis}`);
    return value;
  });
}

/** The value with its logical dimensions renamed: dimension i of the result is dimension `perm[i]` of `x`. */
export function transposed(x: Laid, perm: readonly number[]): Laid {
  return { ...x, shape: perm.map((axis) => side(x.shape, axis)), perm: x.perm.map((axis) => perm.indexOf(axis)) };
}

/** The value with dimensions of size 1 put before its own, up to `rank`. */
export function withRank(x: Laid, rank: number): Laid {
  const added = rank - x.shape.length;
  if (added === 0) return x;
  const ones = new Array<number>(added).fill(1);
  return { ...x, shape: [...ones, ...x.shape], perm: [...identity(added), ...x.perm.map((axis) => axis + added)] };
}

/** The order that remains when some axes are gone. */
export function withoutAxes(perm: readonly number[], gone: readonly number[]): number[] {
  return perm
    .filter((axis) => !gone.includes(axis))
    .map((axis) => axis - gone.filter((removed) => removed < axis).length);
}

/**
 * The order in which a value lies after a reshape that moves no data, or null where data has to move. Dimensions are
 * matched in groups of equal size (as [H, W, C] -> [HW, C] matches H, W with HW): a group must lie together, in order.
 */
export function reshapedPerm(x: Laid, shape: readonly number[]): number[] | null {
  const groups = matchDimensions(x.shape, shape);
  if (groups === null) return null;
  const order = x.perm.filter((axis) => x.shape[axis] !== 1);
  const perm: number[] = [];
  for (let position = 0; position < order.length;) {
    const group = groups.find(({ from }) => from[0] === order[position]);
    if (!group || !group.from.every((axis, index) => axis === order[position + index])) return null;
    perm.push(...group.to);
    position += group.from.length;
  }
  // A dimension of size 1 follows the one before it: so a row-major value stays row-major, and what such a dimension
  // was put between can be padded and merged again without moving data.
  shape.forEach((length, axis) => {
    if (length === 1) perm.splice(axis === 0 ? 0 : perm.indexOf(axis - 1) + 1, 0, axis);
  });
  return perm;
}

interface Group {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Splits two shapes of equal size into the shortest runs of equal size, dimensions of size 1 left out. */
function matchDimensions(a: readonly number[], b: readonly number[]): Group[] | null {
  const left = identity(a.length).filter((axis) => a[axis] !== 1);
  const right = identity(b.length).filter((axis) => b[axis] !== 1);
  const groups: Group[] = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    const from: number[] = [];
    const to: number[] = [];
    let [leftSize, rightSize] = [1, 1];
    do {
      if (leftSize <= rightSize) {
        const axis = left[i++];
        if (axis === undefined) return null;
        from.push(axis);
        leftSize *= side(a, axis);
      } else {
        const axis = right[j++];
        if (axis === undefined) return null;
        to.push(axis);
        rightSize *= side(b, axis);
      }
    } while (leftSize !== rightSize || to.length === 0);
    groups.push({ from, to });
  }
  return i === left.length && j === right.length ? groups : null;
}
