/** Batch normalisation with given statistics (inference); ONNX Runtime folds it into the convolution before it. */
import { float, rowMajorValue } from '../lowering.ts';
import { channelsFirst } from './conv.ts';
import { input, numberAttr } from './rule.ts';
import type { Rule } from './rule.ts';

export const fusedBatchNorm: Rule<'FusedBatchNorm'> = {
  inputs: ['x', 'scale', 'offset', 'mean', 'variance'],
  attrs: (raw) => ({ epsilon: numberAttr(raw, 'varianceEpsilon') }),
  infer: (inputs) => [input(inputs, 0)],
  lower: (onnx, inputs, { epsilon }) => {
    const [x, ...vectors] = inputs;
    if (!x) return [];
    const operands = [onnx.arranged(x, channelsFirst), ...vectors.map((vector) => onnx.rowMajor(vector))];
    const name = onnx.op('BatchNormalization', operands, { epsilon: float(epsilon) });
    return [{ ...rowMajorValue(name, x.shape), perm: channelsFirst }];
  },
};
