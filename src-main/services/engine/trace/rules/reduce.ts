/** Sums, means and maxima over some axes, and the softmax. */
import type { NamedAttrMap } from '@tensorflow/tfjs-core';
import type { Shaped } from '../graph.ts';
import type { ReduceAttrs } from '../kernels.ts';
import { identity, withoutAxes } from '../layout.ts';
import { int } from '../lowering.ts';
import { axisOf, booleanAttr, input, numbersAttr } from './rule.ts';
import type { KernelRule, Rule } from './rule.ts';

function reduceAttrs(name: string): (raw: NamedAttrMap, inputs: readonly Shaped[]) => ReduceAttrs {
  return (raw, [x]) => {
    const rank = x?.shape.length ?? 0;
    const given = raw[name];
    const axes = given === undefined || given === null ? identity(rank) : numbersAttr(raw, name);
    return {
      axes: axes.map((axis) => axisOf(axis, rank)).toSorted((a, b) => a - b),
      keepDims: booleanAttr(raw, 'keepDims'),
    };
  };
}

function reducedShape(shape: readonly number[], { axes, keepDims }: ReduceAttrs): number[] {
  return keepDims
    ? shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : shape.filter((_, axis) => !axes.includes(axis));
}

function reduction(op: string, axisName: string): KernelRule<ReduceAttrs> {
  return {
    inputs: ['x'],
    attrs: reduceAttrs(axisName),
    infer: (inputs, attrs) => {
      const x = input(inputs, 0);
      return [{ shape: reducedShape(x.shape, attrs), dtype: x.dtype }];
    },
    lower: (onnx, inputs, attrs) => {
      const x = input(inputs, 0);
      const axes = attrs.axes.map((axis) => x.perm.indexOf(axis)).toSorted((a, b) => a - b);
      const name = onnx.op(op, [x.name, onnx.integers(axes)], { keepdims: int(attrs.keepDims ? 1 : 0) });
      const perm = attrs.keepDims ? x.perm : withoutAxes(x.perm, attrs.axes);
      return [{ name, perm, shape: reducedShape(x.shape, attrs), dtype: x.dtype }];
    },
  };
}

export const sum = reduction('ReduceSum', 'axis');
export const mean = reduction('ReduceMean', 'axis');
export const max = reduction('ReduceMax', 'reductionIndices');

export const softmax: Rule<'Softmax'> = {
  inputs: ['logits'],
  attrs: (raw, [x]) => ({ axis: axisOf(numbersAttr(raw, 'dim')[0] ?? -1, x?.shape.length ?? 0) }),
  infer: (inputs) => [input(inputs, 0)],
  lower: (onnx, inputs, { axis }) => {
    const x = input(inputs, 0);
    return [{ ...x, name: onnx.op('Softmax', [x.name], { axis: int(x.perm.indexOf(axis)) }) }];
  },
};
