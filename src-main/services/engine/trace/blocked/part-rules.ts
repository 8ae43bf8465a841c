/** Operations on vectors that lie in parts: done part by part, without ever joining them. */
import type { GraphNode, Value } from '../graph.ts';
import type { TracedKernel } from '../kernels.ts';
import type { Laid } from '../layout.ts';
import { int, rowMajorValue } from '../lowering.ts';
import { elementwise, lowerLaid } from './elementwise.ts';
import type { Forms, Storage } from './storage.ts';
import type { VectorLayout } from './vectors.ts';

const KERNELS: ReadonlySet<TracedKernel> = elementwise;

/** @returns the forms of the outputs, or null when the operation is none of these. */
export function lowerParts(at: Storage, node: GraphNode): readonly Forms[] | null {
  const [first] = node.inputs;
  if (node.kernel === 'Concat') return joined(at, node.inputs, node.outputs[0]);
  if (!first) return null;
  if (node.kernel === 'Slice') return slice(at, first, node.attrs.begin[0] ?? 0, node.attrs.size[0] ?? 0);
  const layout = node.inputs.map((value) => at.of(value).parts?.layout).find((known) => known !== undefined);
  if (!layout) return null;
  if (node.kernel === 'Sum' && node.attrs.axes.length === 1) return total(at, first, layout, node.attrs.keepDims);
  if (!KERNELS.has(node.kernel) || node.outputs[0]?.size !== layout.size) return null;
  const operands = node.inputs.map((value) => at.parts(value, layout));
  const names = layout.parts.map((_, index) => {
    const inputs = operands.flatMap((parts): Laid[] => parts.slice(index, index + 1));
    return lowerLaid(at.onnx, node, inputs).name;
  });
  return [{ parts: { layout, names } }];
}

/** A slice of one stretch is that part, in its own layout. */
function slice(at: Storage, vector: Value, offset: number, size: number): readonly Forms[] | null {
  const { parts } = at.of(vector);
  if (!parts) return null;
  for (const [index, part] of parts.layout.parts.entries()) {
    const name = parts.names[index] ?? '';
    let place = 0;
    for (const range of part.ranges) {
      const inside = offset >= range.offset && offset + size <= range.offset + range.size;
      if (!inside) {
        place += range.size;
        continue;
      }
      if (part.packing && size === part.size) {
        return [{ packed: { name, shape: [size], dtype: vector.dtype, packing: part.packing } }];
      }
      if (part.packing) return null;
      const start = place + offset - range.offset;
      const cut = size === part.size ? name : at.onnx.slice(name, [0], [start], [start + size]);
      return [{ laid: rowMajorValue(cut, [size], vector.dtype) }];
    }
  }
  return null;
}

/** Pieces that are the stretches of a known vector layout become its parts. */
function joined(at: Storage, pieces: readonly Value[], whole: Value | undefined): readonly Forms[] | null {
  const layout = whole?.shape.length === 1 ? at.vectors.get(whole.size) : undefined;
  if (!layout) return null;
  const byOffset = new Map<number, Value>();
  let offset = 0;
  for (const piece of pieces) {
    byOffset.set(offset, piece);
    offset += piece.size;
  }
  const names: string[] = [];
  for (const { ranges, size, packing } of layout.parts) {
    const values = ranges.map((range) => byOffset.get(range.offset));
    if (!values.every((value, index): value is Value => value?.size === ranges[index]?.size)) return null;
    const [single] = values;
    if (packing && single) names.push(at.packed(single, packing, [size]));
    else {
      const parts = values.map((value) => at.onnx.rowMajor(at.laid(value)));
      names.push(parts.length === 1 ? parts.join() : at.onnx.op('Concat', parts, { axis: int(0) }));
    }
  }
  return [{ parts: { layout, names } }];
}

/** The sum of a vector: of each part, and of those. */
function total(at: Storage, vector: Value, layout: VectorLayout, keepDims: boolean): readonly Forms[] {
  const { onnx } = at;
  const sums = at
    .parts(vector, layout)
    .map(({ name }) => onnx.op('ReduceSum', [name, onnx.integers([0])], { keepdims: int(1) }));
  const joinedSums = onnx.op('Concat', sums, { axis: int(0) });
  const sum = onnx.op('ReduceSum', [joinedSums, onnx.integers([0])], { keepdims: int(keepDims ? 1 : 0) });
  return [{ laid: rowMajorValue(sum, keepDims ? [1] : []) }];
}
