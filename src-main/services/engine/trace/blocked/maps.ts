/**
 * The blocked layout of maps: [N, C/block, H, W, block], which ONNX tensors of this layout call [N, C, H, W]. It is ONNX
 * Runtime's own, and its operators (domain com.microsoft.nchwc) are the fastest convolutions that it has.
 */
import { identity, side } from '../layout.ts';
import type { Laid } from '../layout.ts';
import { int, ints, rowMajorValue, string } from '../lowering.ts';
import type { Attributes, BlockedWindow, Lowering } from '../lowering.ts';
import { mapPacking } from '../packing.ts';
import type { Packed } from '../packing.ts';
import { channelsFirst } from '../rules/conv.ts';
import type { Affine, PerChannel } from './affine.ts';

/** NHWC shape as ONNX tensors in this layout tell it. */
export const asNchw = (shape: readonly number[]): number[] => channelsFirst.map((axis) => side(shape, axis));

export class Maps {
  readonly onnx: Lowering;
  /** Channels a block. */
  readonly block: number;

  constructor(onnx: Lowering, block: number) {
    this.onnx = onnx;
    this.block = block;
  }

  /** Whether values of this NHWC shape can lie blocked. */
  fit(shape: readonly number[]): boolean {
    return shape.length === 4 && side(shape, 3) % this.block === 0;
  }

  packed(name: string, shape: readonly number[]): Packed {
    return { name, shape, dtype: 'float32', packing: mapPacking(shape, this.block) };
  }

  /**
   * A convolution of a blocked map.
   * @param inputs map and filter; then, where there are any, a number a channel and a map to add to the result.
   */
  convolution(inputs: readonly string[], attributes: Attributes, window: BlockedWindow): string {
    const [output] = this.onnx.ops('Conv', inputs, 1, attributes, 'com.microsoft.nchwc', window);
    return output ?? '';
  }

  nchwc(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.onnx.op(op, inputs, attributes, 'com.microsoft.nchwc');
  }

  /** The blocked map of a value in any other order. */
  enter(x: Laid): string {
    const pixelsFirst = identity(4).every((axis) => x.perm[axis] === axis);
    if (pixelsFirst) return this.nchwc('ReorderInput', [x.name], { channels_last: int(1) });
    return this.nchwc('ReorderInput', [this.onnx.arranged(x, channelsFirst)]);
  }

  /** A blocked map as NHWC: as tokens, which is what reads maps outside of this layout. */
  leave(name: string, shape: readonly number[]): Laid {
    const attributes = { channels: int(side(shape, 3)), channels_last: int(1) };
    return rowMajorValue(this.nchwc('ReorderOutput', [name], attributes), shape);
  }

  /** The map of a sum of terms. @param shape NHWC. */
  sum({ terms, shift }: Affine, shape: readonly number[]): string {
    const [first, second] = terms;
    if (!first) throw new Error('a sum of maps has no terms');
    if (shift === 0 && terms.length === 1 && typeof first.factor === 'number') {
      return first.factor === 1 ? first.map : this.onnx.op('Mul', [first.map, this.onnx.scalar(first.factor)]);
    }
    if (shift === 0 && terms.length === 2 && second) {
      if (first.factor === 1 && second.factor === 1) return this.onnx.op('Add', [first.map, second.map]);
      if (first.factor === 1 && second.factor === -1) return this.onnx.op('Sub', [first.map, second.map]);
    }
    const plain = terms.find(({ factor }) => factor === 1);
    const others = terms.filter((term) => term !== plain);
    if (!plain || others.length === 0) {
      const [start, ...rest] = terms;
      let total = this.#scaled(start ?? first, shift, null, shape);
      for (const term of rest) total = this.#scaled(term, 0, total, shape);
      return total;
    }
    let total = plain.map;
    others.forEach((term, index) => (total = this.#scaled(term, index === 0 ? shift : 0, total, shape)));
    return total;
  }

  /** factor x + shift + sum in one pass: a depthwise convolution with filters of one number. */
  #scaled(
    { map, factor }: Affine['terms'][number],
    shift: PerChannel,
    sum: string | null,
    shape: readonly number[],
  ): string {
    const channels = side(shape, 3);
    const filter = this.onnx.reshape(this.#vector(factor, channels), [channels, 1, 1, 1]);
    const inputs = [map, filter];
    if (shift !== 0 || sum !== null) inputs.push(shift === 0 ? '' : this.#vector(shift, channels));
    if (sum !== null) inputs.push(sum);
    const attributes = { group: int(channels), kernel_shape: ints([1, 1]) };
    return this.convolution(inputs, attributes, { map: asNchw(shape), filter: [channels, 1, 1, 1] });
  }

  /** relu(-x), in one pass. */
  below(map: string, shape: readonly number[]): string {
    const channels = side(shape, 3);
    const filter = this.onnx.reshape(this.#vector(-1, channels), [channels, 1, 1, 1]);
    const attributes = { group: int(channels), kernel_shape: ints([1, 1]), activation: string('Relu') };
    return this.nchwc('Conv', [map, filter], attributes);
  }

  #vector(x: PerChannel, channels: number): string {
    if (typeof x === 'string') return x;
    return this.onnx.shared(`${x} ${channels} times`, () => ({
      dtype: 'float32',
      shape: [channels],
      data: new Float32Array(channels).fill(x),
    }));
  }

  /** Sum or mean over samples and pixels: one number a channel. */
  overPixels(name: string, shape: readonly number[], how: 'sum' | 'mean'): string {
    const means = this.nchwc('GlobalAveragePool', [name]);
    const axes = this.onnx.integers([0, 2, 3]);
    if (how === 'mean') return this.onnx.op('ReduceMean', [means, axes], { keepdims: int(0) });
    const total = this.onnx.op('ReduceSum', [means, axes], { keepdims: int(0) });
    return this.onnx.op('Mul', [total, this.onnx.scalar(side(shape, 1) * side(shape, 2))]);
  }

  /** Every n-th row and column, of a map whose sides n divides. */
  everyNth(name: string, shape: readonly number[], step: number): string {
    const [n, h, w, c] = [0, 1, 2, 3].map((axis) => side(shape, axis)) as [number, number, number, number];
    const [blocks, row] = [c / this.block, (w / step) * step * this.block];
    const rows = this.onnx.reshape(name, [n, blocks, h / step, step * row]);
    const kept = this.onnx.slice(rows, [3], [0], [row]);
    const columns = this.onnx.reshape(kept, [n, blocks, h / step, w / step, step * this.block]);
    return this.onnx.reshape(this.onnx.slice(columns, [4], [0], [this.block]), [n, c, h / step, w / step]);
  }

  /** A map spread out to every n-th row and column, zero between. @param shape NHWC, of the result. */
  spread(name: string, shape: readonly number[], step: number): string {
    const [n, h, w, c] = [0, 1, 2, 3].map((axis) => side(shape, axis)) as [number, number, number, number];
    const [blocks, b] = [c / this.block, this.block];
    const pad = (x: string, rank: number, after: number): string =>
      this.onnx.op('Pad', [x, this.onnx.integers([...new Array<number>(2 * rank - 1).fill(0), after])]);
    const columns = pad(this.onnx.reshape(name, [n, blocks, h / step, w / step, b]), 5, (step - 1) * b);
    const rows = pad(this.onnx.reshape(columns, [n, blocks, h / step, w * b]), 4, (step - 1) * w * b);
    return this.onnx.reshape(rows, [n, c, h, w]);
  }
}
