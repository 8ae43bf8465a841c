/** Packings: what they claim about memory must hold for the numbers. */
import { describe, expect, test } from 'vitest';
import {
  depthwisePacking,
  filterPacking,
  imageFilterPacking,
  inverse,
  mapPacking,
  memorySides,
  packNumbers,
  reshapedPacking,
  samePacking,
  transposedPacking,
  unpackNumbers,
} from '../../../../src-main/services/engine/trace/packing.ts';
import type { Packing } from '../../../../src-main/services/engine/trace/packing.ts';

const count = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
const upTo = (length: number): Float32Array => Float32Array.from({ length }, (_, index) => index);

/** Row-major index of an element. */
const flat = (shape: readonly number[], index: readonly number[]): number =>
  shape.reduce((offset, side, axis) => offset * side + (index[axis] ?? 0), 0);

describe('where elements lie', () => {
  test('a map: blocks of channels outside, channels of a block inside', () => {
    const shape = [2, 3, 5, 16];
    const packed = packNumbers(upTo(count(shape)), mapPacking(shape, 8));
    for (const [n, h, w, c] of [
      [0, 0, 0, 0],
      [1, 2, 4, 15],
      [0, 1, 3, 9],
      [1, 0, 2, 7],
    ] as const) {
      const place = flat([2, 2, 3, 5, 8], [n, Math.floor(c / 8), h, w, c % 8]);
      expect(packed[place]).toBe(flat(shape, [n, h, w, c]));
    }
  });

  test('a filter: blocks of output channels innermost', () => {
    const shape = [3, 3, 16, 24];
    const packed = packNumbers(upTo(count(shape)), filterPacking(shape, 8));
    for (const [h, w, i, o] of [
      [0, 0, 0, 0],
      [2, 1, 15, 23],
      [1, 2, 8, 17],
    ] as const) {
      const place = flat([3, 2, 3, 3, 8, 8], [Math.floor(o / 8), Math.floor(i / 8), h, w, i % 8, o % 8]);
      expect(packed[place]).toBe(flat(shape, [h, w, i, o]));
    }
  });

  test('filters of an image and of single channels', () => {
    expect(memorySides(imageFilterPacking([3, 3, 3, 64], 8))).toEqual([8, 3, 3, 3, 8]);
    expect(memorySides(depthwisePacking([3, 3, 16, 1], 8))).toEqual([2, 3, 3, 8]);
    expect(memorySides(depthwisePacking([3, 3, 8, 1], 8))).toEqual([3, 3, 8]);
  });
});

const filters: [string, readonly number[], Packing][] = [
  ['filter', [3, 3, 16, 24], filterPacking([3, 3, 16, 24], 8)],
  ['filter of one block', [1, 1, 8, 8], filterPacking([1, 1, 8, 8], 8)],
  ['image filter', [3, 3, 3, 16], imageFilterPacking([3, 3, 3, 16], 16)],
];

describe.each(filters)('%s', (_, shape, packing) => {
  test('numbers come back', () => {
    const numbers = upTo(count(shape));
    expect(unpackNumbers(packNumbers(numbers, packing), packing)).toEqual(numbers);
  });

  test('as PyTorch stores it, in a vector: the same places in memory', () => {
    const perm = [3, 2, 0, 1];
    const oihw = transposedPacking(packing, perm);
    const vector = reshapedPacking(oihw, [count(shape)]);
    if (!vector) throw new Error('a vector can hold any packing');
    expect(memorySides(vector)).toEqual(memorySides(packing));
    // Number the elements in PyTorch's order: the packed vector must equal the packed filter of the same numbers.
    const sides = perm.map((axis) => shape[axis] ?? 1);
    const numbers = upTo(count(shape));
    const filter = new Float32Array(numbers.length);
    for (let index = 0; index < numbers.length; index += 1) {
      const at = sides.map((side, axis) => Math.floor(index / count(sides.slice(axis + 1))) % side);
      filter[
        flat(
          shape,
          inverse(perm).map((axis) => at[axis] ?? 0),
        )
      ] = index;
    }
    expect(packNumbers(numbers, vector)).toEqual(packNumbers(filter, packing));
    const back = reshapedPacking(vector, sides);
    expect(back && samePacking(transposedPacking(back, inverse(perm)), packing)).toBe(true);
  });
});

test('a reshape that would cut a block has to move data', () => {
  expect(reshapedPacking(mapPacking([1, 2, 2, 16], 8), [1, 2, 2, 4, 4])).toBeNull();
});
