/** What can be done without leaving the blocked layout; everything else is left to the kernels' own rules. */
import type { GraphNode, Node, Value } from '../graph.ts';
import { side } from '../layout.ts';
import { rowMajorValue } from '../lowering.ts';
import { reshapedPacking, transposedPacking } from '../packing.ts';
import type { Packed } from '../packing.ts';
import { input } from '../rules/rule.ts';
import { added, scaled, shifted } from './affine.ts';
import type { Affine, PerChannel } from './affine.ts';
import { asMap, convolve, depthwise, inputGradient } from './convolution.ts';
import { elementwise, lowerLaid } from './elementwise.ts';
import { asNchw } from './maps.ts';
import type { Maps } from './maps.ts';
import type { Forms, Storage } from './storage.ts';
import { filterGradient } from './weight-gradient.ts';

/** More terms than this are summed before others are added: each keeps its map in memory. */
const MOST_TERMS = 4;

/** @returns the forms of the outputs, or null when the node's own rule has to do it. */
export function lowerMaps(at: Storage, node: GraphNode): readonly Forms[] | null {
  const { maps } = at;
  const [x] = node.inputs;
  if (!maps || !x) return null;
  switch (node.kernel) {
    case 'Conv2D':
      return convolve(at, maps, node);
    case 'Conv2DBackpropInput':
      return inputGradient(at, maps, node);
    case 'Conv2DBackpropFilter':
      return filterGradient(at, maps, node);
    case 'DepthwiseConv2dNative':
      return depthwise(at, maps, node);
    case 'Reshape':
    case 'Transpose':
      return moved(at, node, x);
    default:
      return node.inputs.some((value) => at.isMap(value)) ? onMaps(at, maps, node) : null;
  }
}

/** Reshapes and transposes that keep blocks whole only rename; maps leave the layout, for tokens are read otherwise. */
function moved(at: Storage, node: Node<'Reshape'> | Node<'Transpose'>, x: Value): readonly Forms[] | null {
  const { packed, laid } = at.of(x);
  if (!packed || laid || at.isMap(x)) return null;
  const { shape } = input(node.outputs, 0);
  const packing =
    node.kernel === 'Reshape'
      ? reshapedPacking(packed.packing, shape)
      : transposedPacking(packed.packing, node.attrs.perm);
  const result: Packed | null = packing && { ...packed, shape, packing };
  return result && [{ packed: result }];
}

function onMaps(at: Storage, maps: Maps, node: GraphNode): readonly Forms[] | null {
  const x = input(node.inputs, 0);
  const y = input(node.outputs, 0);
  switch (node.kernel) {
    case 'Add':
    case 'Sub':
    case 'Multiply':
    case 'RealDiv':
      return binary(at, maps, node, y);
    case 'Neg':
      return [{ affine: scaled(at.onnx, at.affine(x), -1) }];
    case 'Prelu':
      return prelu(at, maps, x, input(node.inputs, 1));
    case 'FusedBatchNorm':
      return batchNorm(at, node);
    case 'Sum':
    case 'Mean': {
      if (node.attrs.axes.join() !== '0,1,2') return null;
      const name = maps.overPixels(at.map(x), x.shape, node.kernel === 'Sum' ? 'sum' : 'mean');
      return [{ laid: rowMajorValue(at.onnx.reshape(name, y.shape), y.shape) }];
    }
    case 'StridedSlice': {
      const { begin, end, strides } = node.attrs;
      const [one, step, same, last] = strides;
      const whole = begin.every((from) => from === 0) && end.every((to, axis) => to === x.shape[axis]);
      const fits = whole && one === 1 && last === 1 && step !== undefined && step === same;
      if (!fits || side(x.shape, 1) % step !== 0 || side(x.shape, 2) % step !== 0) return null;
      return asMap(maps, maps.everyNth(at.map(x), x.shape, step), y);
    }
    default:
      return elementwise.has(node.kernel) ? onNames(at, maps, node, [x], y) : null;
  }
}

/** An elementwise kernel on whole maps. */
function onNames(at: Storage, maps: Maps, node: GraphNode, inputs: readonly Value[], y: Value): readonly Forms[] {
  const operands = inputs.map((value) => rowMajorValue(at.map(value), asNchw(value.shape)));
  return asMap(maps, lowerLaid(at.onnx, node, operands).name, y);
}

function binary(
  at: Storage,
  maps: Maps,
  node: Node<'Add'> | Node<'Sub'> | Node<'Multiply'> | Node<'RealDiv'>,
  y: Value,
): readonly Forms[] | null {
  const { onnx } = at;
  const [a, b] = [input(node.inputs, 0), input(node.inputs, 1)];
  if (a.shape.join() === b.shape.join() && at.of(a).uniform === undefined && at.of(b).uniform === undefined) {
    if (node.kernel === 'Multiply' || node.kernel === 'RealDiv') return onNames(at, maps, node, [a, b], y);
    const second = node.kernel === 'Add' ? at.affine(b) : scaled(onnx, at.affine(b), -1);
    const sum = added(onnx, at.affine(a), second);
    if (sum.terms.length <= MOST_TERMS) return [{ affine: sum }];
    return onNames(at, maps, node, [a, b], y);
  }
  const mapFirst = at.isMap(a);
  const [map, other] = mapFirst ? [a, b] : [b, a];
  const vector = perChannel(at, other, side(map.shape, 3));
  if (vector === null || map.shape.join() !== y.shape.join()) return null;
  const result = withVector(at, node.kernel, at.affine(map), vector, mapFirst);
  return result && [{ affine: result }];
}

function withVector(
  { onnx }: Storage,
  kernel: 'Add' | 'Sub' | 'Multiply' | 'RealDiv',
  map: Affine,
  vector: PerChannel,
  mapFirst: boolean,
): Affine | null {
  const negative = (x: PerChannel): PerChannel => (typeof x === 'number' ? -x : onnx.op('Neg', [x]));
  switch (kernel) {
    case 'Add':
      return shifted(onnx, map, vector);
    case 'Sub':
      return mapFirst ? shifted(onnx, map, negative(vector)) : shifted(onnx, scaled(onnx, map, -1), vector);
    case 'Multiply':
      return scaled(onnx, map, vector);
    case 'RealDiv':
      if (!mapFirst) return null;
      return scaled(onnx, map, typeof vector === 'number' ? 1 / vector : onnx.op('Reciprocal', [vector]));
  }
}

/** A value with one number a channel, or one for all; null for anything else. */
function perChannel(at: Storage, value: Value, channels: number): PerChannel | null {
  const { uniform } = at.of(value);
  if (uniform !== undefined) return uniform;
  if (value.size !== channels || value.shape.at(-1) !== channels) return null;
  return at.onnx.reshape(at.onnx.rowMajor(at.laid(value)), [channels]);
}

/** x + (1 - a) relu(-x): two passes, where a x + (1 - a) relu(x) would take three. */
function prelu(at: Storage, maps: Maps, x: Value, alpha: Value): readonly Forms[] | null {
  const slope = perChannel(at, alpha, side(x.shape, 3));
  if (slope === null || !at.isMap(x)) return null;
  const { onnx } = at;
  const map = at.map(x);
  const rest = typeof slope === 'number' ? 1 - slope : onnx.op('Sub', [onnx.scalar(1), slope]);
  const terms = [
    { map, factor: 1 },
    { map: maps.below(map, x.shape), factor: rest },
  ];
  return [{ affine: { terms, shift: 0 } }];
}

/** With given statistics: x f + (offset - mean f), f = scale / sqrt(variance + eps). */
function batchNorm(at: Storage, node: Node<'FusedBatchNorm'>): readonly Forms[] | null {
  const x = input(node.inputs, 0);
  const { onnx } = at;
  if (!at.isMap(x)) return null;
  const vectors = node.inputs.slice(1).map((value) => onnx.rowMajor(at.laid(value)));
  const [scale, offset, mean, variance] = vectors;
  if (!scale || !offset || !mean || !variance) return null;
  const root = onnx.op('Sqrt', [onnx.op('Add', [variance, onnx.scalar(node.attrs.epsilon)])]);
  const factor = onnx.op('Div', [scale, root]);
  const shift = onnx.op('Sub', [offset, onnx.op('Mul', [mean, factor])]);
  return [{ affine: shifted(onnx, scaled(onnx, at.affine(x), factor), shift) }];
}
