import { describe, expect, it } from 'vitest';
import { epochBatches, stepsPerEpoch } from '../../../../src-main/services/engine/train/sampler.ts';
import { learningRateOf } from '../../../../src-main/services/engine/train/schedule.ts';

describe('epochBatches', () => {
  it('has every image exactly once an epoch; the last batch is what is left', () => {
    for (const [count, batch] of [
      [10, 4],
      [8, 4],
      [3, 8],
      [1, 1],
      [1, 5],
    ] as const) {
      const batches = epochBatches(count, batch, 7, 1);
      expect(batches).toHaveLength(stepsPerEpoch(count, batch));
      const sizes = batches.map(({ length }) => length);
      expect(sizes.slice(0, -1).every((size) => size === batch)).toBe(true);
      expect(sizes.at(-1)).toBe(count % batch || batch);
      const counted = batches.flatMap((positions) => [...positions]);
      expect(counted.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
    }
  });

  it('depends on seed and epoch only', () => {
    const order = (seed: number, epoch: number, batch: number): number[] =>
      epochBatches(50, batch, seed, epoch).flatMap((positions) => [...positions]);
    expect(order(1, 1, 10)).toEqual(order(1, 1, 25));
    expect(order(1, 1, 10)).not.toEqual(order(1, 2, 10));
    expect(order(1, 1, 10)).not.toEqual(order(2, 1, 10));
  });
});

describe('learningRateOf', () => {
  it('decays by gamma an epoch from the first', () => {
    const settings = { learningRate: 9e-6, gamma: 0.98 };
    expect(learningRateOf(1, settings)).toBe(9e-6);
    expect(learningRateOf(3, settings)).toBeCloseTo(9e-6 * 0.98 * 0.98, 18);
  });
});
