/** Blocked convolutions and their gradients by the input. */
import type { Node, Value } from '../graph.ts';
import { side } from '../layout.ts';
import { int, ints } from '../lowering.ts';
import type { Attributes } from '../lowering.ts';
import type { WindowAttrs } from '../kernels.ts';
import { channelsFirst } from '../rules/conv.ts';
import { input } from '../rules/rule.ts';
import { asOihw, swappedFilter, wantedPacking } from './filters.ts';
import { asNchw } from './maps.ts';
import type { Maps } from './maps.ts';
import type { Forms, Storage } from './storage.ts';

type Sides = [number, number, number, number];
const sidesOf = (shape: readonly number[]): Sides => [0, 1, 2, 3].map((axis) => side(shape, axis)) as Sides;

function attributes(filter: readonly number[], { strides, pad }: WindowAttrs, extra: Attributes = {}): Attributes {
  const window = [side(filter, 0), side(filter, 1)];
  return { kernel_shape: ints(window), strides: ints(strides), pads: ints([pad, pad, pad, pad]), ...extra };
}

/** A map under the name it has got. */
export function asMap(maps: Maps, name: string, value: Value): readonly Forms[] {
  return [{ packed: maps.packed(name, value.shape) }];
}

export function convolve(at: Storage, maps: Maps, node: Node<'Conv2D'>): readonly Forms[] | null {
  const [x, filter, y] = [input(node.inputs, 0), input(node.inputs, 1), input(node.outputs, 0)];
  const packing = wantedPacking(filter.shape, maps.block, false);
  if (!packing) return null;
  const image = side(x.shape, 3) < maps.block;
  const source = image ? at.onnx.arranged(at.laid(x), channelsFirst) : at.map(x);
  const weights = at.packed(filter, packing, asOihw(filter.shape));
  const window = { map: asNchw(x.shape), filter: asOihw(filter.shape) };
  return asMap(maps, maps.convolution([source, weights], attributes(filter.shape, node.attrs), window), y);
}

export function depthwise(at: Storage, maps: Maps, node: Node<'DepthwiseConv2dNative'>): readonly Forms[] | null {
  const [x, filter, y] = [input(node.inputs, 0), input(node.inputs, 1), input(node.outputs, 0)];
  const packing = wantedPacking(filter.shape, maps.block, true);
  if (!packing) return null;
  const [rows, columns, channels] = sidesOf(filter.shape);
  const window = { map: asNchw(x.shape), filter: [channels, 1, rows, columns] };
  const operands = [at.map(x), at.packed(filter, packing, window.filter)];
  const attrs = attributes(filter.shape, node.attrs, { group: int(channels) });
  return asMap(maps, maps.convolution(operands, attrs, window), y);
}

/**
 * Stride 1: the convolution with the filter turned round. Stride 2, 3x3: each of the four sub-pixels of the result is a
 * small convolution of its own. 1x1: a product, spread out.
 */
export function inputGradient(at: Storage, maps: Maps, node: Node<'Conv2DBackpropInput'>): readonly Forms[] | null {
  const [dy, filter, dx] = [input(node.inputs, 0), input(node.inputs, 1), input(node.outputs, 0)];
  const { strides, pad } = node.attrs;
  const [stride, other] = strides;
  const [rows, columns, into, out] = sidesOf(filter.shape);
  if (stride !== other || rows !== columns || into % maps.block !== 0) return null;
  const packing = wantedPacking(filter.shape, maps.block, false);
  if (!packing || !maps.fit(dy.shape)) return null;
  const [height, width] = [side(dx.shape, 1), side(dx.shape, 2)];
  const whole = side(dy.shape, 1) * stride === height && side(dy.shape, 2) * stride === width;
  const weights = (): string => at.packed(filter, packing, asOihw(filter.shape));
  const swapped = (taps: number[], shape: readonly [number, number]): string =>
    at.onnx.reshape(swappedFilter(maps, weights(), filter.shape, taps), [into, out, ...shape]);
  if (stride === 1 && pad < rows) {
    const turned = Array.from({ length: rows * rows }, (_, tap) => rows * rows - 1 - tap);
    const attrs = attributes(filter.shape, { strides, pad: rows - 1 - pad });
    const window = { map: asNchw(dy.shape), filter: [into, out, rows, rows] };
    return asMap(maps, maps.convolution([at.map(dy), swapped(turned, [rows, rows])], attrs, window), dx);
  }
  if (rows === 1 && pad === 0 && whole) {
    const product = maps.nchwc('Conv', [at.map(dy), swapped([0], [1, 1])], { kernel_shape: ints([1, 1]) });
    return asMap(maps, maps.spread(product, dx.shape, stride), dx);
  }
  if (rows === 3 && pad === 1 && stride === 2 && whole)
    return asMap(maps, subPixels(maps, at.map(dy), swapped, dx), dx);
  return null;
}

/** Filter positions that meet an even or odd row of the input, in the order of the gradient's rows. */
const MEETING = [[1], [2, 0]] as const;

function subPixels(
  maps: Maps,
  dy: string,
  swapped: (taps: number[], shape: readonly [number, number]) => string,
  dx: Value,
): string {
  const { onnx, block } = maps;
  const [batch, height, width, into] = sidesOf(dx.shape);
  const [blocks, half, across] = [into / block, height / 2, width / 2];
  const rows = MEETING.map((tapRows, down) => {
    const pair = MEETING.map((tapColumns, right) => {
      const taps = tapRows.flatMap((row) => tapColumns.map((column) => 3 * row + column));
      const window = [tapRows.length, tapColumns.length] as const;
      const attrs = { kernel_shape: ints(window), pads: ints([0, 0, down, right]) };
      return onnx.reshape(maps.nchwc('Conv', [dy, swapped(taps, window)], attrs), [batch, blocks, half, across, block]);
    });
    return onnx.reshape(onnx.op('Concat', pair, { axis: int(4) }), [batch, blocks, half, width * block]);
  });
  return onnx.reshape(onnx.op('Concat', rows, { axis: int(3) }), [batch, into, height, width]);
}
