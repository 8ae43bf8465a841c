import { expect, it } from 'vitest';
import { quantile } from '../../../src-shared/metrics/quantiles.ts';

it('quantiles are NumPy’s: numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], …)', () => {
  const values = [3, 1, 4, 1, 5, 9, 2, 6];
  expect(quantile(values, 0)).toBe(1);
  expect(quantile(values, 0.5)).toBe(3.5);
  expect(quantile(values, 0.95)).toBeCloseTo(7.95, 12);
  expect(quantile(values, 1)).toBe(9);
  expect(values[0]).toBe(3);
  expect(quantile([7], 0.95)).toBe(7);
  expect(quantile([], 0.5)).toBeNaN();
  // Numbers, not text: 10 stands after 9.
  expect(quantile([10, 9], 1)).toBe(10);
});
