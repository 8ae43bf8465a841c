import { expect, it } from 'vitest';
import { mcnemarExact } from '../../../src-shared/metrics/mcnemar.ts';

it('McNemar’s exact test gives scipy’s p-values', () => {
  // scipy 1.17: binomtest(a, a + b).pvalue
  expect(mcnemarExact(50, 29)).toBeCloseTo(0.02381979285800128, 12);
  expect(mcnemarExact(29, 50)).toBeCloseTo(0.02381979285800128, 12);
  expect(mcnemarExact(3, 0)).toBeCloseTo(0.25, 12);
  expect(mcnemarExact(10, 2)).toBeCloseTo(0.03857421875, 12);
  expect(mcnemarExact(500, 430)).toBeCloseTo(0.023608839292547163, 12);
  expect(mcnemarExact(1, 0)).toBe(1);
  expect(mcnemarExact(0, 0)).toBe(1);
});
