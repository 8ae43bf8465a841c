/** Table look-up and its gradient. */
import { side } from '../layout.ts';
import { int, rowMajorValue, string } from '../lowering.ts';
import { input, numberAttr } from './rule.ts';
import type { Rule } from './rule.ts';
import { onnxType } from './elementwise.ts';

export const gatherV2: Rule<'GatherV2'> = {
  inputs: ['x', 'indices'],
  attrs: (raw) => {
    if ((raw['batchDims'] ?? 0) !== 0) throw new Error('gathers with batch dimensions cannot be traced');
    return { axis: numberAttr(raw, 'axis') };
  },
  infer: (inputs, { axis }) => {
    const [x, indices] = [input(inputs, 0), input(inputs, 1)];
    return [{ shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: x.dtype }];
  },
  lower: (onnx, inputs, { axis }) => {
    const [x, indices] = [input(inputs, 0), input(inputs, 1)];
    const name = onnx.op('Gather', [onnx.rowMajor(x), onnx.rowMajor(indices)], { axis: int(axis) });
    return [rowMajorValue(name, [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], x.dtype)];
  },
};

/** Rows of x added up by segment. ScatterElements adds in order, so that the sum is the same in every run. */
export const unsortedSegmentSum: Rule<'UnsortedSegmentSum'> = {
  inputs: ['x', 'segmentIds'],
  attrs: (raw) => ({ segments: numberAttr(raw, 'numSegments') }),
  infer: (inputs, { segments }) => [{ shape: [segments, ...input(inputs, 0).shape.slice(1)], dtype: 'float32' }],
  lower: (onnx, inputs, { segments }) => {
    const [x, ids] = [input(inputs, 0), input(inputs, 1)];
    const shape = [segments, ...x.shape.slice(1)];
    const zeros = onnx.op('Expand', [onnx.scalar(0), onnx.integers(shape)]);
    const column = onnx.reshape(onnx.rowMajor(ids), [side(x.shape, 0), ...x.shape.slice(1).map(() => 1)]);
    const wide = onnx.op('Expand', [onnx.op('Cast', [column], { to: int(onnxType.int64) }), onnx.integers(x.shape)]);
    const reduction = { axis: int(0), reduction: string('add') };
    return [rowMajorValue(onnx.op('ScatterElements', [zeros, wide, onnx.rowMajor(x)], reduction), shape)];
  },
};
