/** Kernels that rearrange, cut and join. Transposes cost nothing here: they rename the order that the value lies in. */
import { identity, inMemoryOrder, reshapedPerm, side, transposed } from '../layout.ts';
import { int } from '../lowering.ts';
import { axisOf, input, numberAttr, numbersAttr } from './rule.ts';
import type { Rule } from './rule.ts';

export const reshape: Rule<'Reshape'> = {
  inputs: ['x'],
  attrs: (raw, [x]) => {
    const shape = numbersAttr(raw, 'shape');
    const known = shape.reduce((product, length) => (length === -1 ? product : product * length), 1);
    const size = (x?.shape ?? []).reduce((product, length) => product * length, 1);
    return { shape: shape.map((length) => (length === -1 ? size / known : length)) };
  },
  infer: (inputs, { shape }) => [{ shape, dtype: input(inputs, 0).dtype }],
  lower: (onnx, inputs, { shape }) => {
    const x = input(inputs, 0);
    const perm = reshapedPerm(x, shape);
    if (perm)
      return [
        {
          ...x,
          shape,
          perm,
          name: onnx.reshape(
            x.name,
            perm.map((axis) => side(shape, axis)),
          ),
        },
      ];
    return [{ ...x, shape, perm: identity(shape.length), name: onnx.reshape(onnx.rowMajor(x), shape) }];
  },
};

export const transpose: Rule<'Transpose'> = {
  inputs: ['x'],
  attrs: (raw) => ({ perm: numbersAttr(raw, 'perm') }),
  infer: (inputs, { perm }) => {
    const x = input(inputs, 0);
    return [{ shape: perm.map((axis) => side(x.shape, axis)), dtype: x.dtype }];
  },
  lower: (_, inputs, { perm }) => [transposed(input(inputs, 0), perm)],
};

export const concat: Rule<'Concat'> = {
  inputs: 'all',
  attrs: (raw, inputs) => ({ axis: axisOf(numberAttr(raw, 'axis'), input(inputs, 0).shape.length) }),
  infer: (inputs, { axis }) => {
    const first = input(inputs, 0);
    const total = inputs.reduce((sum, { shape }) => sum + side(shape, axis), 0);
    return [{ shape: first.shape.map((length, index) => (index === axis ? total : length)), dtype: first.dtype }];
  },
  lower: (onnx, inputs, { axis }) => {
    const first = input(inputs, 0);
    const names = inputs.map((x) => onnx.arranged(x, first.perm));
    const total = inputs.reduce((sum, { shape }) => sum + side(shape, axis), 0);
    const shape = first.shape.map((length, index) => (index === axis ? total : length));
    return [{ ...first, shape, name: onnx.op('Concat', names, { axis: int(first.perm.indexOf(axis)) }) }];
  },
};

export const slice: Rule<'Slice'> = {
  inputs: ['x'],
  attrs: (raw, [x]) => {
    const begin = numbersAttr(raw, 'begin');
    const size = numbersAttr(raw, 'size');
    return {
      begin,
      size: size.map((length, axis) => (length === -1 ? side(x?.shape ?? [], axis) - (begin[axis] ?? 0) : length)),
    };
  },
  infer: (inputs, { size }) => [{ shape: size, dtype: input(inputs, 0).dtype }],
  lower: (onnx, inputs, { begin, size }) => {
    const x = input(inputs, 0);
    const cut = identity(size.length).filter((axis) => size[axis] !== x.shape[axis]);
    const starts = cut.map((axis) => side(begin, axis));
    const ends = cut.map((axis) => side(begin, axis) + side(size, axis));
    return [
      {
        ...x,
        shape: size,
        name: onnx.slice(
          x.name,
          cut.map((axis) => x.perm.indexOf(axis)),
          starts,
          ends,
        ),
      },
    ];
  },
};

export const stridedSlice: Rule<'StridedSlice'> = {
  inputs: ['x'],
  attrs: (raw) => {
    const masks = ['beginMask', 'endMask', 'ellipsisMask', 'newAxisMask', 'shrinkAxisMask'];
    const strides = numbersAttr(raw, 'strides');
    if (masks.some((mask) => (raw[mask] ?? 0) !== 0) || strides.some((step) => step < 1)) {
      throw new Error('strided slices with masks or backward steps cannot be traced');
    }
    return { begin: numbersAttr(raw, 'begin'), end: numbersAttr(raw, 'end'), strides };
  },
  infer: (inputs, { begin, end, strides }) => [
    {
      shape: begin.map((from, axis) => Math.ceil((side(end, axis) - from) / side(strides, axis))),
      dtype: input(inputs, 0).dtype,
    },
  ],
  lower: (onnx, inputs, { begin, end, strides }) => {
    const x = input(inputs, 0);
    const cut = identity(begin.length).filter(
      (axis) => begin[axis] !== 0 || end[axis] !== x.shape[axis] || strides[axis] !== 1,
    );
    const pick = (list: readonly number[]): number[] => cut.map((axis) => side(list, axis));
    const axes = cut.map((axis) => x.perm.indexOf(axis));
    const shape = begin.map((from, axis) => Math.ceil((side(end, axis) - from) / side(strides, axis)));
    return [{ ...x, shape, name: onnx.slice(x.name, axes, pick(begin), pick(end), pick(strides)) }];
  },
};

export const splitV: Rule<'SplitV'> = {
  inputs: ['x'],
  attrs: (raw, [x]) => {
    const axis = axisOf(numberAttr(raw, 'axis'), x?.shape.length ?? 0);
    const parts = raw['numOrSizeSplits'];
    if (Array.isArray(parts)) return { axis, sizes: numbersAttr(raw, 'numOrSizeSplits') };
    const count = numberAttr(raw, 'numOrSizeSplits');
    return { axis, sizes: new Array<number>(count).fill(side(x?.shape ?? [], axis) / count) };
  },
  infer: (inputs, { axis, sizes }) => {
    const x = input(inputs, 0);
    return sizes.map((size) => ({
      shape: x.shape.map((length, index) => (index === axis ? size : length)),
      dtype: x.dtype,
    }));
  },
  lower: (onnx, inputs, { axis, sizes }) => {
    const x = input(inputs, 0);
    const names = onnx.ops('Split', [x.name, onnx.integers(sizes)], sizes.length, { axis: int(x.perm.indexOf(axis)) });
    return names.map((name, part) => ({
      ...x,
      name,
      shape: x.shape.map((length, index) => (index === axis ? side(sizes, part) : length)),
    }));
  },
};

export const padV2: Rule<'PadV2'> = {
  inputs: ['x'],
  attrs: (raw) => {
    const paddings = raw['paddings'] as [number, number][];
    return {
      before: paddings.map(([before]) => before),
      after: paddings.map(([, after]) => after),
      value: numberAttr(raw, 'constantValue'),
    };
  },
  infer: (inputs, { before, after }) => {
    const x = input(inputs, 0);
    const shape = x.shape.map((length, axis) => length + side(before, axis) + side(after, axis));
    return [{ shape, dtype: x.dtype }];
  },
  lower: (onnx, inputs, { before, after, value }) => {
    const x = input(inputs, 0);
    const pads = [...inMemoryOrder(x, before), ...inMemoryOrder(x, after)];
    const shape = x.shape.map((length, axis) => length + side(before, axis) + side(after, axis));
    return [{ ...x, shape, name: onnx.op('Pad', [x.name, onnx.integers(pads), onnx.scalar(value)]) }];
  },
};

export const tile: Rule<'Tile'> = {
  inputs: ['x'],
  attrs: (raw) => ({ reps: numbersAttr(raw, 'reps') }),
  infer: (inputs, { reps }) => {
    const x = input(inputs, 0);
    return [{ shape: x.shape.map((length, axis) => length * side(reps, axis)), dtype: x.dtype }];
  },
  lower: (onnx, inputs, { reps }) => {
    const x = input(inputs, 0);
    const shape = x.shape.map((length, axis) => length * side(reps, axis));
    return [{ ...x, shape, name: onnx.op('Tile', [x.name, onnx.integers(inMemoryOrder(x, reps))]) }];
  },
};
