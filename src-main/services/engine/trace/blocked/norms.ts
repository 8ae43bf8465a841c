/**
 * LayerNorms as ONNX Runtime knows them again. Its optimiser makes one pass of (x - mean) / sqrt(mean((x - mean)^2) + eps) * scale +
 * shift, but only where the square is written as a power.
 */
import type { Lowering, OnnxNode } from '../lowering.ts';

/** Writes a product of a value with itself, of which the mean is taken, as its power of two: the same bits. */
export function squaresAsPowers(onnx: Lowering): void {
  const readers = Map.groupBy(
    onnx.nodes.flatMap((node) => node.inputs.map((name) => ({ name, node }))),
    ({ name }) => name,
  );
  const isSquare = ({ op, inputs: [a, b], outputs: [square = ''] }: OnnxNode): boolean =>
    op === 'Mul' && a === b && (readers.get(square) ?? []).every(({ node }) => node.op === 'ReduceMean');
  onnx.rewrite((node) => (isSquare(node) ? onnx.op('Pow', [node.inputs[0] ?? '', onnx.scalar(2)]) : null));
}
