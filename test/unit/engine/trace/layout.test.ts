/** Reshapes that move no data: the order they claim must hold the same numbers. */
import { describe, expect, test } from 'vitest';
import {
  identity,
  physicalShape,
  reshapedPerm,
  transposed,
  withoutAxes,
} from '../../../../src-main/services/engine/trace/layout.ts';
import type { Laid } from '../../../../src-main/services/engine/trace/layout.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';

const laid = (shape: readonly number[], perm: readonly number[]): Laid => ({
  name: 'x',
  dtype: 'float32',
  shape,
  perm,
});

/** The logical elements, in row-major order, of a value whose memory holds 0, 1, 2, ... */
function elements(x: Laid): number[] {
  const physical = physicalShape(x);
  const count = x.shape.reduce((product, side) => product * side, 1);
  return Array.from({ length: count }, (_, flat) => {
    const index = x.shape.map(() => 0);
    let rest = flat;
    for (let axis = x.shape.length - 1; axis >= 0; axis -= 1) {
      const side = x.shape[axis] ?? 1;
      index[axis] = rest % side;
      rest = Math.floor(rest / side);
    }
    return x.perm.reduce((offset, axis, position) => offset * (physical[position] ?? 1) + (index[axis] ?? 0), 0);
  });
}

describe('reshapedPerm', () => {
  test('an NHWC map stored as NCHW stays so when its pixels are joined', () => {
    expect(reshapedPerm(laid([2, 4, 5, 3], [0, 3, 1, 2]), [2, 20, 3])).toEqual([0, 2, 1]);
  });

  test('joining channels with pixels needs the data moved', () => {
    expect(reshapedPerm(laid([2, 4, 5, 3], [0, 3, 1, 2]), [2, 4, 15])).toBeNull();
  });

  test('row-major stays row-major, whatever the sizes of 1', () => {
    for (const shape of [[6, 4], [1, 24], [24, 1], [2, 1, 3, 1, 4], [24], [1, 2, 12, 1]]) {
      expect(reshapedPerm(laid([2, 3, 4], [0, 1, 2]), shape)).toEqual(identity(shape.length));
    }
  });

  test('the claimed order holds the same numbers, for random shapes and orders', () => {
    const random = Random.seeded(11);
    let kept = 0;
    for (let round = 0; round < 300; round += 1) {
      const shape = Array.from({ length: 4 }, () => 1 + random.integer(3));
      const x = laid(shape, [...random.permutation(4)]);
      const [a = 1, b = 1, c = 1, d = 1] = shape;
      for (const target of [[a * b, c, d], [a, b * c, d], [a, 1, b, c * d], [a * b * c * d], [a, b, 1, c, 1, d]]) {
        const perm = reshapedPerm(x, target);
        if (perm === null) continue;
        kept += 1;
        expect(elements(laid(target, perm)), [shape, x.perm, target].join(' | ')).toEqual(elements(x));
      }
    }
    expect(kept).toBeGreaterThan(300);
  });
});

test('transposing renames the order, and back', () => {
  const x = laid([2, 3, 4], [2, 0, 1]);
  expect(elements(transposed(x, [1, 2, 0]))).not.toEqual(elements(x));
  expect(transposed(transposed(x, [1, 2, 0]), [2, 0, 1])).toEqual(x);
});

test('axes that are reduced away leave the others in order', () => {
  expect(withoutAxes([0, 3, 1, 2], [1, 2])).toEqual([0, 1]);
  expect(withoutAxes([3, 0, 2, 1], [0])).toEqual([2, 1, 0]);
});
