/** Matrix products. */
import { identity, side, transposed } from '../layout.ts';
import type { Laid } from '../layout.ts';
import { int, rowMajorValue } from '../lowering.ts';
import { booleanAttr, broadcastShape, input } from './rule.ts';
import type { Rule } from './rule.ts';

const swapped = (rank: number): number[] => [...identity(rank - 2), rank - 1, rank - 2];

function productShape(a: readonly number[], b: readonly number[], transposeA: boolean, transposeB: boolean): number[] {
  const rows = side(a, a.length - (transposeA ? 1 : 2));
  const columns = side(b, b.length - (transposeB ? 2 : 1));
  return [...broadcastShape(a.slice(0, -2), b.slice(0, -2)), rows, columns];
}

export const batchMatMul: Rule<'BatchMatMul'> = {
  inputs: ['a', 'b'],
  attrs: (raw) => ({ transposeA: booleanAttr(raw, 'transposeA'), transposeB: booleanAttr(raw, 'transposeB') }),
  infer: (inputs, { transposeA, transposeB }) => [
    { shape: productShape(input(inputs, 0).shape, input(inputs, 1).shape, transposeA, transposeB), dtype: 'float32' },
  ],
  lower: (onnx, inputs, { transposeA, transposeB }) => {
    const [a, b] = [input(inputs, 0), input(inputs, 1)];
    const shape = productShape(a.shape, b.shape, transposeA, transposeB);
    const oriented = (x: Laid, flip: boolean): Laid => (flip ? transposed(x, swapped(x.shape.length)) : x);
    const [left, right] = [oriented(a, transposeA), oriented(b, transposeB)];
    if (shape.length !== 2) {
      // ONNX Runtime fuses a Transpose of the last two axes into the product.
      return [rowMajorValue(onnx.op('MatMul', [onnx.rowMajor(left), onnx.rowMajor(right)]), shape)];
    }
    // Gemm reads either order of either matrix: nothing has to be transposed for it.
    const stored = (x: Laid): number => (x.perm[0] === 0 ? 0 : 1);
    const flags = { transA: int(stored(left)), transB: int(stored(right)) };
    return [rowMajorValue(onnx.op('Gemm', [left.name, right.name], flags), shape)];
  },
};
