/**
 * Convolutions and their gradients. TensorFlow.js's NHWC maps and HWIO filters are lowered as NCHW and OIHW, which is how
 * ONNX's Conv wants them, and how PyTorch's parameters already lie.
 */
import type { NamedAttrMap } from '@tensorflow/tfjs-core';
import type { WindowAttrs } from '../kernels.ts';
import { side } from '../layout.ts';
import type { Laid } from '../layout.ts';
import { int, ints } from '../lowering.ts';
import type { Attributes, Lowering } from '../lowering.ts';
import { input, numbersAttr } from './rule.ts';
import type { Rule } from './rule.ts';

/** NHWC stored as NCHW. */
export const channelsFirst = [0, 3, 1, 2];
/** NHWC stored as CNHW. */
const samplesSecond = [3, 0, 1, 2];
/** HWIO stored as OIHW. */
const outFirst = [3, 2, 0, 1];

export function windowAttrs(raw: NamedAttrMap): WindowAttrs {
  const strides = numbersAttr(raw, 'strides');
  const dilations = raw['dilations'] === undefined || raw['dilations'] === null ? [1] : numbersAttr(raw, 'dilations');
  const pad = raw['pad'] === 'valid' ? 0 : raw['pad'];
  const format = raw['dataFormat'] ?? 'NHWC';
  if (typeof pad !== 'number' || dilations.some((step) => step !== 1) || format !== 'NHWC') {
    throw new Error('only NHWC convolutions with a number as padding and no dilation can be traced');
  }
  return { strides: [strides[0] ?? 1, strides[1] ?? strides[0] ?? 1], pad };
}

/** Side of the result of sliding a window. */
export function slidingSide(length: number, window: number, stride: number, pad: number): number {
  return Math.floor((length + 2 * pad - window) / stride) + 1;
}

export function windowAttributes({ strides, pad }: WindowAttrs, extra: Attributes = {}): Attributes {
  return { strides: ints(strides), pads: ints([pad, pad, pad, pad]), ...extra };
}

export function imageShape(
  x: readonly number[],
  filter: readonly number[],
  attrs: WindowAttrs,
  channels: number,
): number[] {
  const rows = slidingSide(side(x, 1), side(filter, 0), attrs.strides[0], attrs.pad);
  const columns = slidingSide(side(x, 2), side(filter, 1), attrs.strides[1], attrs.pad);
  return [side(x, 0), rows, columns, channels];
}

export const conv2D: Rule<'Conv2D'> = {
  inputs: ['x', 'filter'],
  attrs: windowAttrs,
  infer: (inputs, attrs) => {
    const [x, filter] = [input(inputs, 0), input(inputs, 1)];
    return [{ shape: imageShape(x.shape, filter.shape, attrs, side(filter.shape, 3)), dtype: 'float32' }];
  },
  lower: (onnx, inputs, attrs) => {
    const [x, filter] = [input(inputs, 0), input(inputs, 1)];
    const operands = [onnx.arranged(x, channelsFirst), onnx.arranged(filter, outFirst)];
    const shape = imageShape(x.shape, filter.shape, attrs, side(filter.shape, 3));
    return [{ name: onnx.op('Conv', operands, windowAttributes(attrs)), shape, perm: channelsFirst, dtype: 'float32' }];
  },
};

/** The last two memory axes reversed. */
function flipped(onnx: Lowering, name: string, rows: number, columns: number): string {
  if (rows === 1 && columns === 1) return name;
  const beyond = -(2 ** 31);
  return onnx.slice(name, [2, 3], [-1, -1], [beyond, beyond], [-1, -1]);
}

/** How far a transposed convolution must reach beyond its natural size to give `length` back. */
function outputPadding(length: number, small: number, window: number, stride: number, pad: number): number {
  return length - ((small - 1) * stride + window - 2 * pad);
}

/** What the gradient of a convolution by its input is made of. */
interface InputGradient {
  /** Gradient of the result, channels first. */
  readonly dy: string;
  /** Filter as ConvTranspose takes it. */
  readonly weights: () => string;
  /** Filter as Conv takes it for the way back; its last two axes are rows and columns. */
  readonly back: () => string;
  /** Shape of the filter, rows and columns first. */
  readonly filterShape: readonly number[];
  /** NHWC shape of the gradient of the result. */
  readonly dyShape: readonly number[];
  readonly attrs: WindowAttrs & { readonly inputShape: readonly number[] };
  /** Convolutions side by side: the number of channels where each has its own filter. */
  readonly groups: number;
}

/** Stride 1: a convolution with the filter turned round; otherwise a transposed convolution. */
export function inputGradient(onnx: Lowering, of: InputGradient): Laid {
  const { strides, pad, inputShape } = of.attrs;
  const [rows, columns] = [side(of.filterShape, 0), side(of.filterShape, 1)];
  const group: Attributes = of.groups === 1 ? {} : { group: int(of.groups) };
  const result = (name: string): Laid => ({ name, shape: inputShape, perm: channelsFirst, dtype: 'float32' });
  if (strides[0] === 1 && strides[1] === 1 && rows === columns) {
    const attributes = windowAttributes({ strides, pad: rows - 1 - pad }, group);
    return result(onnx.op('Conv', [of.dy, flipped(onnx, of.back(), rows, columns)], attributes));
  }
  const over = [0, 1].map((axis) =>
    outputPadding(
      side(inputShape, axis + 1),
      side(of.dyShape, axis + 1),
      side(of.filterShape, axis),
      strides[axis] ?? 1,
      pad,
    ),
  );
  const attributes = windowAttributes(of.attrs, { ...group, output_padding: ints(over) });
  return result(onnx.op('ConvTranspose', [of.dy, of.weights()], attributes));
}

export const conv2DBackpropInput: Rule<'Conv2DBackpropInput'> = {
  inputs: ['dy', 'filter'],
  attrs: (raw) => ({ ...windowAttrs(raw), inputShape: numbersAttr(raw, 'inputShape') }),
  infer: (_, { inputShape }) => [{ shape: inputShape, dtype: 'float32' }],
  lower: (onnx, inputs, attrs) => {
    const [dy, filter] = [input(inputs, 0), input(inputs, 1)];
    return [
      inputGradient(onnx, {
        dy: onnx.arranged(dy, channelsFirst),
        weights: () => onnx.arranged(filter, outFirst),
        back: () => onnx.arranged(filter, [2, 3, 0, 1]),
        filterShape: filter.shape,
        dyShape: dy.shape,
        attrs,
        groups: 1,
      }),
    ];
  },
};

/**
 * For each position in the filter, in row-major order, the part of a map that this position meets while the filter
 * slides.
 * @param map stored with its rows and columns last.
 * @param result NHWC shape of what the convolution gives.
 */
export function shiftedViews(
  onnx: Lowering,
  map: string,
  filterShape: readonly number[],
  attrs: WindowAttrs,
  result: readonly number[],
): string[] {
  const [rows, columns] = [side(filterShape, 0), side(filterShape, 1)];
  const { strides, pad } = attrs;
  if (rows === 1 && columns === 1 && strides[0] === 1 && strides[1] === 1) return [map];
  const padded = pad === 0 ? map : onnx.op('Pad', [map, onnx.integers([0, 0, pad, pad, 0, 0, pad, pad])]);
  const reach = [0, 1].map((axis) => (side(result, axis + 1) - 1) * (strides[axis] ?? 1) + 1);
  const steps = strides[0] === 1 && strides[1] === 1 ? undefined : strides;
  const views: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const ends = [row + side(reach, 0), column + side(reach, 1)];
      views.push(onnx.slice(padded, [2, 3], [row, column], ends, steps));
    }
  }
  return views;
}

/**
 * One product for the whole batch: the gradient as [out, B pixels] times the shifted views as [positions in, B pixels].
 * With channels before samples both are plain matrices, and the sum over the batch is part of the product.
 */
export const conv2DBackpropFilter: Rule<'Conv2DBackpropFilter'> = {
  inputs: ['x', 'dy'],
  attrs: (raw) => ({ ...windowAttrs(raw), filterShape: numbersAttr(raw, 'filterShape') }),
  infer: (_, { filterShape }) => [{ shape: filterShape, dtype: 'float32' }],
  lower: (onnx, inputs, attrs) => {
    const [x, dy] = [input(inputs, 0), input(inputs, 1)];
    const { filterShape } = attrs;
    const [rows, columns, into, out] = [0, 1, 2, 3].map((axis) => side(filterShape, axis)) as Sides;
    const columnCount = side(dy.shape, 0) * side(dy.shape, 1) * side(dy.shape, 2);
    const views = shiftedViews(onnx, onnx.arranged(x, samplesSecond), filterShape, attrs, dy.shape);
    const joined = views.length === 1 ? views.join() : onnx.op('Concat', views, { axis: int(0) });
    const patches = onnx.reshape(joined, [rows * columns * into, columnCount]);
    const gradient = onnx.reshape(onnx.arranged(dy, samplesSecond), [out, columnCount]);
    const product = onnx.op('Gemm', [gradient, patches], { transB: int(1) });
    const name = onnx.reshape(product, [out, rows, columns, into]);
    return [{ name, shape: filterShape, perm: [3, 0, 1, 2], dtype: 'float32' }];
  },
};

type Sides = [number, number, number, number];
