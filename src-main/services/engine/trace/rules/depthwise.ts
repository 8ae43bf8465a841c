/** Depthwise convolutions (one filter a channel) and their gradients. */
import { side } from '../layout.ts';
import { int } from '../lowering.ts';
import { channelsFirst, imageShape, inputGradient, shiftedViews, windowAttributes, windowAttrs } from './conv.ts';
import { input, numbersAttr } from './rule.ts';
import type { Rule } from './rule.ts';

/** [rows, columns, channels, 1] stored as [channels, 1, rows, columns]. */
const channelFirst = [2, 3, 0, 1];

function oneFilterPerChannel(filterShape: readonly number[]): number {
  if (filterShape[3] !== 1) throw new Error('depthwise convolutions with a channel multiplier cannot be traced');
  return side(filterShape, 2);
}

export const depthwiseConv2d: Rule<'DepthwiseConv2dNative'> = {
  inputs: ['x', 'filter'],
  attrs: windowAttrs,
  infer: (inputs, attrs) => {
    const [x, filter] = [input(inputs, 0), input(inputs, 1)];
    return [{ shape: imageShape(x.shape, filter.shape, attrs, oneFilterPerChannel(filter.shape)), dtype: 'float32' }];
  },
  lower: (onnx, inputs, attrs) => {
    const [x, filter] = [input(inputs, 0), input(inputs, 1)];
    const channels = side(x.shape, 3);
    const operands = [onnx.arranged(x, channelsFirst), onnx.arranged(filter, channelFirst)];
    const name = onnx.op('Conv', operands, windowAttributes(attrs, { group: int(channels) }));
    return [{ name, shape: imageShape(x.shape, filter.shape, attrs, channels), perm: channelsFirst, dtype: 'float32' }];
  },
};

export const depthwiseBackpropInput: Rule<'DepthwiseConv2dNativeBackpropInput'> = {
  inputs: ['dy', 'filter'],
  attrs: (raw) => ({ ...windowAttrs(raw), inputShape: numbersAttr(raw, 'inputShape') }),
  infer: (_, { inputShape }) => [{ shape: inputShape, dtype: 'float32' }],
  lower: (onnx, inputs, attrs) => {
    const [dy, filter] = [input(inputs, 0), input(inputs, 1)];
    const weights = (): string => onnx.arranged(filter, channelFirst);
    return [
      inputGradient(onnx, {
        dy: onnx.arranged(dy, channelsFirst),
        weights,
        back: weights,
        filterShape: filter.shape,
        dyShape: dy.shape,
        attrs,
        groups: oneFilterPerChannel(filter.shape),
      }),
    ];
  },
};

/** For each filter position the product of the gradient and the shifted input, summed over samples and pixels. */
export const depthwiseBackpropFilter: Rule<'DepthwiseConv2dNativeBackpropFilter'> = {
  inputs: ['x', 'dy'],
  attrs: (raw) => ({ ...windowAttrs(raw), filterShape: numbersAttr(raw, 'filterShape') }),
  infer: (_, { filterShape }) => [{ shape: filterShape, dtype: 'float32' }],
  lower: (onnx, inputs, attrs) => {
    const [x, dy] = [input(inputs, 0), input(inputs, 1)];
    const { filterShape } = attrs;
    const channels = oneFilterPerChannel(filterShape);
    const gradient = onnx.arranged(dy, channelsFirst);
    const sums = shiftedViews(onnx, onnx.arranged(x, channelsFirst), filterShape, attrs, dy.shape).map((view) => {
      const product = onnx.op('Mul', [view, gradient]);
      return onnx.op('ReduceSum', [product, onnx.integers([0, 2, 3])], { keepdims: int(0) });
    });
    const joined = onnx.op('Concat', sums, { axis: int(0) });
    const shape = [side(filterShape, 0), side(filterShape, 1), channels, 1];
    return [{ name: onnx.reshape(joined, shape), shape, perm: [0, 1, 2, 3], dtype: 'float32' }];
  },
};
