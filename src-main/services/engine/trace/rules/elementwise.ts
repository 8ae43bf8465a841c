/** Kernels that work element by element: any layout will do, as long as the operands share it. */
import type { NamedAttrMap } from '@tensorflow/tfjs-core';
import type { DType } from '../graph.ts';
import type { None } from '../kernels.ts';
import type { Laid } from '../layout.ts';
import { float, int } from '../lowering.ts';
import type { Lowering } from '../lowering.ts';
import { broadcastShape, input, numbersAttr } from './rule.ts';
import type { KernelRule, Rule } from './rule.ts';

const none = (): None => ({});

function binary(op: string): KernelRule<None> {
  return {
    inputs: ['a', 'b'],
    attrs: none,
    infer: ([a, b]) => [{ shape: broadcastShape(a?.shape ?? [], b?.shape ?? []), dtype: a?.dtype ?? 'float32' }],
    lower: (onnx, operands) => {
      const shape = broadcastShape(input(operands, 0).shape, input(operands, 1).shape);
      const { names, perm } = onnx.aligned(operands, shape);
      return [{ name: onnx.op(op, names), shape, perm, dtype: input(operands, 0).dtype }];
    },
  };
}

function unary(compute: (onnx: Lowering, name: string) => string): KernelRule<None> {
  return {
    inputs: ['x'],
    attrs: none,
    infer: (inputs) => [input(inputs, 0)],
    lower: (onnx, [x]) => (x ? [{ ...x, name: compute(onnx, x.name) }] : []),
  };
}

const same = (op: string): KernelRule<None> => unary((onnx, x) => onnx.op(op, [x]));

export const add = binary('Add');
export const sub = binary('Sub');
export const multiply = binary('Mul');
export const realDiv = binary('Div');

export const neg = same('Neg');
export const exp = same('Exp');
export const log = same('Log');
export const sqrt = same('Sqrt');
export const erf = same('Erf');
export const sigmoid = same('Sigmoid');
export const relu = same('Relu');
export const square = unary((onnx, x) => onnx.op('Mul', [x, x]));
export const rsqrt = unary((onnx, x) => onnx.op('Reciprocal', [onnx.op('Sqrt', [x])]));

/** max(0, min(1, 3e38 x)): one pass, where Greater and Where take three. Inexact for denormals alone. */
export const step: Rule<'Step'> = {
  ...unary((onnx, x) => onnx.op('HardSigmoid', [x], { alpha: float(3e38), beta: float(0) })),
  attrs: (raw) => {
    if ((raw['alpha'] ?? 0) !== 0) throw new Error('a step function other than 0 and 1 cannot be traced');
    return {};
  },
};

/** The slope broadcasts to x, never x to the slope. */
export const prelu: Rule<'Prelu'> = {
  inputs: ['x', 'alpha'],
  attrs: none,
  infer: (inputs) => [input(inputs, 0)],
  lower: (onnx, operands) => {
    const x = input(operands, 0);
    const { names, perm } = onnx.aligned(operands, x.shape);
    return [{ ...x, name: onnx.op('PRelu', names), perm }];
  },
};

/** ONNX's numbers for element types (onnx.proto, TensorProto.DataType). */
export const onnxType: { readonly [D in DType | 'int64' | 'float16' | 'int8']: number } = {
  float32: 1,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
};

function dtypeAttr(raw: NamedAttrMap): DType {
  const dtype: unknown = raw['dtype'];
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new Error(`values of type ${JSON.stringify(dtype)} cannot be traced`);
}

export const cast: Rule<'Cast'> = {
  inputs: ['x'],
  attrs: (raw) => ({ dtype: dtypeAttr(raw) }),
  infer: (inputs, { dtype }) => [{ shape: input(inputs, 0).shape, dtype }],
  lower: (onnx, [x], { dtype }) =>
    x ? [{ ...x, dtype, name: onnx.op('Cast', [x.name], { to: int(onnxType[dtype]) }) }] : [],
};

export const broadcastTo: Rule<'BroadcastTo'> = {
  inputs: ['x'],
  attrs: (raw) => ({ shape: numbersAttr(raw, 'shape') }),
  infer: (inputs, { shape }) => [{ shape, dtype: input(inputs, 0).dtype }],
  lower: (onnx, inputs, { shape }) => {
    const x: Laid = input(inputs, 0);
    const name = onnx.op('Expand', [onnx.rowMajor(x), onnx.integers(shape)]);
    return [{ name, shape, perm: shape.map((_, axis) => axis), dtype: x.dtype }];
  },
};
