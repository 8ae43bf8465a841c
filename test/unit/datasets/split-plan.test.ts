import { describe, expect, it } from 'vitest';
import { checkPlan, dealSplits } from '../../../src-main/services/datasets/split-plan.ts';

const alone = (rows: number): number[] => Array.from({ length: rows }, (_, row) => row);
const count = (dealt: Uint8Array, split: number, keep: (row: number) => boolean = () => true): number =>
  dealt.filter((value, row) => value === split && keep(row)).length;

describe('dealSplits', () => {
  const strata = [...Array<number>(100).fill(0), ...Array<number>(37).fill(1), ...Array<number>(13).fill(2)];
  const plan = { shares: { train: 0.8, val: 0.2 }, seed: 42 };

  it('gives every stratum its share, to the image by largest remainder, and the total too', () => {
    const dealt = dealSplits(strata, alone(150), plan);
    const of = (stratum: number): number[] =>
      [0, 1].map((split) => count(dealt, split, (row) => strata[row] === stratum));
    expect(of(0)).toEqual([80, 20]);
    // 29.6 : 7.4 and 10.4 : 2.6.
    expect(of(1)).toEqual([30, 7]);
    expect(of(2)).toEqual([10, 3]);
    expect(count(dealt, 0)).toBe(120);
  });

  it('carries remainders, so that many small classes do not all round the same way', () => {
    // Each class alone would round 2.4 : 0.6 to 2 : 1; all together must be 48 : 12.
    const small = alone(60).map((row) => Math.floor(row / 3));
    expect(count(dealSplits(small, alone(60), plan), 0)).toBe(48);
  });

  it('is exact for shares that floating point cannot hold', () => {
    const thirds = { shares: { a: 0.1, b: 0.2, c: 0.7 }, seed: 1 };
    const dealt = dealSplits(Array<number>(30).fill(0), alone(30), thirds);
    expect([0, 1, 2].map((split) => count(dealt, split))).toEqual([3, 6, 21]);
  });

  it('follows the seed and nothing else', () => {
    const first = dealSplits(strata, alone(150), plan);
    expect(dealSplits(strata, alone(150), plan)).toEqual(first);
    expect(dealSplits(strata, alone(150), { ...plan, seed: 43 })).not.toEqual(first);
  });

  it('is random within a stratum: not the first rows', () => {
    const dealt = dealSplits(Array<number>(1_000).fill(0), alone(1_000), plan);
    // 200 of 1,000 in val; among the first 500 rows 100 are expected, standard deviation 6.3.
    expect(Math.abs(count(dealt, 1, (row) => row < 500) - 100)).toBeLessThan(35);
  });

  it('keeps images with the same bytes together, across labels too, and the shares exact', () => {
    // Rows 0-99: 40 pairs and 20 single ones.
    const groups = alone(100).map((row) => (row < 80 ? row & ~1 : row));
    const dealt = dealSplits(Array<number>(100).fill(0), groups, plan);
    for (let row = 0; row < 80; row += 2) expect(dealt[row]).toBe(dealt[row + 1]);
    expect(count(dealt, 0)).toBe(80);
    const crossed = dealSplits([0, 1, 0, 1], [7, 7, 8, 8], { shares: { a: 0.5, b: 0.5 }, seed: 3 });
    expect(crossed[0]).toBe(crossed[1]);
    expect(crossed[2]).toBe(crossed[3]);
  });
});

describe('checkPlan', () => {
  it('refuses shares that do not sum to 1', () => {
    expect(() => checkPlan({ shares: { train: 0.8, val: 0.1 }, seed: 1 })).toThrow('sum to 0.9');
    expect(() => checkPlan({ shares: { a: 0.1, b: 0.2, c: 0.7 }, seed: 1 })).not.toThrow();
  });
});
