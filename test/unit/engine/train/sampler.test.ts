import { describe, expect, it } from 'vitest';
import {
  epochBatches,
  epochLength,
  repeatsIn,
  stepsPerEpoch,
} from '../../../../src-main/services/engine/train/sampler.ts';
import type { SampledImage, SamplerSettings } from '../../../../src-main/services/engine/train/sampler.ts';

const shuffled: SamplerSettings = { batch: 4, seed: 7, sampler: 'shuffled', perClass: 1 };
const alike = (count: number): SampledImage[] => Array.from({ length: count }, () => ({ label: 0 }));
const drawn = (images: readonly SampledImage[], settings: SamplerSettings, epoch = 1): number[] =>
  epochBatches(images, settings, epoch).flatMap((positions) => [...positions]);

describe('shuffled', () => {
  it('has every image exactly once an epoch; the last batch is what is left', () => {
    for (const [count, batch] of [
      [10, 4],
      [8, 4],
      [3, 8],
      [1, 1],
      [1, 5],
    ] as const) {
      const batches = epochBatches(alike(count), { ...shuffled, batch }, 1);
      expect(batches).toHaveLength(stepsPerEpoch(alike(count), { ...shuffled, batch }));
      const sizes = batches.map(({ length }) => length);
      expect(sizes.slice(0, -1).every((size) => size === batch)).toBe(true);
      expect(sizes.at(-1)).toBe(count % batch || batch);
      const counted = batches.flatMap((positions) => [...positions]);
      expect(counted.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
    }
  });

  it('depends on seed and epoch only', () => {
    const order = (seed: number, epoch: number, batch: number): number[] =>
      drawn(alike(50), { ...shuffled, seed, batch }, epoch);
    expect(order(1, 1, 10)).toEqual(order(1, 1, 25));
    expect(order(1, 1, 10)).not.toEqual(order(1, 2, 10));
    expect(order(1, 1, 10)).not.toEqual(order(2, 1, 10));
  });
});

describe('balanced', () => {
  /** 60 images of class 2, 20 of class 5, 4 of class 0. */
  const images = Array.from({ length: 84 }, (_, index) => ({ label: index < 60 ? 2 : index < 80 ? 5 : 0 }));
  const settings: SamplerSettings = { batch: 16, seed: 3, sampler: 'balanced', perClass: 20 };

  it('draws as many of each class; twice only where a class has too few', () => {
    const positions = drawn(images, settings);
    expect(positions).toHaveLength(60);
    expect(epochLength(images, settings)).toBe(60);
    expect(stepsPerEpoch(images, settings)).toBe(4);
    for (const [label, distinct] of [
      [2, 20],
      [5, 20],
    ] as const) {
      const of = positions.filter((position) => images[position]?.label === label);
      expect(of).toHaveLength(20);
      expect(new Set(of).size).toBe(distinct);
    }
    const rare = positions.filter((position) => images[position]?.label === 0);
    expect(rare).toHaveLength(20);
    expect(new Set(rare).size).toBeLessThanOrEqual(4);
  });

  it('mixes the classes, and draws others in the next epoch', () => {
    const labels = drawn(images, settings).map((position) => images[position]?.label);
    expect(new Set(labels.slice(0, 16)).size).toBe(3);
    expect(drawn(images, settings)).toEqual(drawn(images, settings));
    expect(drawn(images, settings, 1)).not.toEqual(drawn(images, settings, 2));
  });
});

describe('certainty', () => {
  it('draws in proportion to it, and never what has none', () => {
    const certainty = [1, 0.5, 0, 0.25];
    const images = Array.from({ length: 4_000 }, (_, index) => ({ label: 0, certainty: certainty[index % 4] ?? 0 }));
    const positions = drawn(images, { batch: 100, seed: 1, sampler: 'certainty', perClass: 1 });
    expect(positions).toHaveLength(4_000);
    const counts = certainty.map((_, kind) => positions.filter((position) => position % 4 === kind).length);
    // Expected 4,000 * c / 1.75; a standard deviation is below 32.
    certainty.forEach((share, kind) => {
      expect(Math.abs((counts[kind] ?? 0) - (4_000 * share) / 1.75)).toBeLessThan(130);
    });
    expect(counts[2]).toBe(0);
  });
});

it('tells how often an image came before in its epoch', () => {
  const repeats = repeatsIn([Uint32Array.of(3, 1, 3), Uint32Array.of(1, 3, 2)]);
  expect(repeats.map((each) => [...each])).toEqual([
    [0, 0, 1],
    [1, 2, 0],
  ]);
});
