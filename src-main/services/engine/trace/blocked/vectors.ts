/**
 * Vectors that hold many tensors, such as all parameters of a model. While a graph runs they lie in parts: each large
 * tensor apart, in the layout that its convolution wants, the small ones together. Elementwise work on the vector then
 * stays in the cache, and a part is done with as soon as its own inputs are there.
 */
import type { Graph, GraphNode, Value } from '../graph.ts';
import { inverse, packNumbers, reshapedPacking, transposedPacking, unpackNumbers } from '../packing.ts';
import type { Packing } from '../packing.ts';
import { wantedPacking } from './filters.ts';

interface Range {
  readonly offset: number;
  readonly size: number;
}

export interface VectorPart {
  /** The stretches of the vector that lie in this part, one behind the other. */
  readonly ranges: readonly Range[];
  readonly size: number;
  /** Of a single stretch, when it does not lie as it stands in the vector. */
  readonly packing: Packing | null;
}

export interface VectorLayout {
  readonly size: number;
  readonly parts: readonly VectorPart[];
}

/** Name of one part of a vector that is an input or output of a graph. */
export const partName = (vector: string, part: number): string => `${vector}.${part}`;

/** Tensors of fewer numbers are kept together: an operation costs more than they do. */
const SMALL = 16_384;

/**
 * How to cut the vectors of a graph, by their length: an input that is read in slices is cut where they begin and end, and
 * inputs and outputs of the same length lie alike.
 * @param block channels a block; null where there is no blocked layout.
 */
export function planVectors(graph: Graph, block: number | null): Map<number, VectorLayout> {
  const readers = new Map<Value, GraphNode[]>();
  for (const node of graph.nodes) {
    for (const value of node.inputs) readers.set(value, [...(readers.get(value) ?? []), node]);
  }
  const plans = new Map<number, VectorLayout>();
  for (const { value } of graph.inputs) {
    if (value.shape.length !== 1 || plans.has(value.size)) continue;
    const parts = cut(value, readers, block);
    if (parts.length > 1) plans.set(value.size, { size: value.size, parts });
  }
  return plans;
}

function cut(vector: Value, readers: ReadonlyMap<Value, readonly GraphNode[]>, block: number | null): VectorPart[] {
  const slices = (readers.get(vector) ?? [])
    .flatMap((node) => (node.kernel === 'Slice' ? [node] : []))
    .map((node) => ({ offset: node.attrs.begin[0] ?? 0, size: node.attrs.size[0] ?? 0, value: node.outputs[0] }))
    .toSorted((a, b) => a.offset - b.offset);
  const apart: VectorPart[] = [];
  const together: Range[] = [];
  let end = 0;
  for (const { offset, size, value } of slices) {
    if (offset < end) return [];
    if (offset > end) together.push({ offset: end, size: offset - end });
    const packing = block === null || !value ? null : filterLayout(value, readers, block);
    if (packing !== null || size >= SMALL) apart.push({ ranges: [{ offset, size }], size, packing });
    else together.push({ offset, size });
    end = offset + size;
  }
  if (vector.size > end) together.push({ offset: end, size: vector.size - end });
  const rest = together.reduce((sum, { size }) => sum + size, 0);
  return rest > 0 ? [...apart, { ranges: together, size: rest, packing: null }] : apart;
}

/** The packing of a slice that some convolution reads as its filter, perhaps after reshapes and transposes. */
function filterLayout(value: Value, readers: ReadonlyMap<Value, readonly GraphNode[]>, block: number): Packing | null {
  for (const node of readers.get(value) ?? []) {
    const [output] = node.outputs;
    if ((node.kernel === 'Conv2D' || node.kernel === 'DepthwiseConv2dNative') && node.inputs[1] === value) {
      return wantedPacking(value.shape, block, node.kernel === 'DepthwiseConv2dNative');
    }
    if (!output || (node.kernel !== 'Reshape' && node.kernel !== 'Transpose')) continue;
    const behind = filterLayout(output, readers, block);
    if (!behind) continue;
    return node.kernel === 'Reshape'
      ? reshapedPacking(behind, value.shape)
      : transposedPacking(behind, inverse(node.attrs.perm));
  }
  return null;
}

/** The numbers of a vector, part by part. */
export function splitVector(whole: Float32Array, { parts }: VectorLayout): Float32Array[] {
  return parts.map(({ ranges, size, packing }) => {
    const part = new Float32Array(size);
    let place = 0;
    for (const range of ranges) {
      part.set(whole.subarray(range.offset, range.offset + range.size), place);
      place += range.size;
    }
    return packing ? packNumbers(part, packing) : part;
  });
}

/** The vector whose numbers lie in the given parts. */
export function joinVector(numbers: readonly Float32Array[], { size, parts }: VectorLayout): Float32Array {
  const whole = new Float32Array(size);
  parts.forEach(({ ranges, packing }, index) => {
    const part = numbers[index] ?? new Float32Array(0);
    const plain = packing ? unpackNumbers(part, packing) : part;
    let place = 0;
    for (const range of ranges) {
      whole.set(plain.subarray(place, place + range.size), range.offset);
      place += range.size;
    }
  });
  return whole;
}
