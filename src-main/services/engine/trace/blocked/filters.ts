/** Blocked convolution filters, and the forms of them that gradients need. */
import { side } from '../layout.ts';
import { depthwisePacking, filterPacking, imageFilterPacking } from '../packing.ts';
import type { Packing } from '../packing.ts';
import type { Maps } from './maps.ts';

/**
 * How a filter (HWIO) has to lie for a blocked convolution; null where blocks do not divide its channels. Few input
 * channels are those of an image, which such a convolution reads as NCHW.
 */
export function wantedPacking(shape: readonly number[], block: number, depthwise: boolean): Packing | null {
  const [into, out] = [side(shape, 2), side(shape, 3)];
  if (depthwise) return into % block === 0 && out === 1 ? depthwisePacking(shape, block) : null;
  if (out % block !== 0) return null;
  if (into % block === 0) return filterPacking(shape, block);
  return into < block ? imageFilterPacking(shape, block) : null;
}

/** HWIO shape as ONNX tells it. */
export function asOihw(shape: readonly number[]): number[] {
  return [3, 2, 0, 1].map((axis) => side(shape, axis));
}

/**
 * A filter with input and output channels swapped, at some of its positions.
 * @param filter a blocked filter, [O/block, I/block, H, W, block of I, block of O].
 * @param shape its HWIO shape.
 * @param taps positions (row * W + column) in the order in which the new filter has them.
 * @returns [I/block, O/block, taps, block of O, block of I].
 */
export function swappedFilter(maps: Maps, filter: string, shape: readonly number[], taps: readonly number[]): string {
  const { onnx, block } = maps;
  const [h, w, into, out] = [0, 1, 2, 3].map((axis) => side(shape, axis)) as [number, number, number, number];
  const [inner, outer, positions] = [into / block, out / block, h * w];
  const tiles = onnx.shared(`swapped ${inner} ${outer} ${positions} ${taps.join()}`, () => {
    const order: number[] = [];
    for (let i = 0; i < inner; i += 1) {
      for (let o = 0; o < outer; o += 1) for (const tap of taps) order.push((o * inner + i) * positions + tap);
    }
    return { dtype: 'int32', shape: [order.length], data: Int32Array.from(order) };
  });
  const rows = onnx.reshape(filter, [inner * outer * positions, block * block]);
  const gathered = onnx.op('Gather', [rows, tiles]);
  // Blocking a "map" of block channels and block pixels transposes it.
  return maps.nchwc('ReorderInput', [onnx.reshape(gathered, [inner * outer * taps.length, block, block, 1])]);
}
