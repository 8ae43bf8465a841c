/** Seeded numbers: the same everywhere, restorable, splittable. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src-main/services/engine/random.ts';

describe('Random', () => {
  test('equal seeds give equal numbers, other seeds others', () => {
    const draw = (seed: number): number[] => {
      const random = Random.seeded(seed);
      return Array.from({ length: 5 }, () => random.uint32());
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1)).toMatchInlineSnapshot(`
      [
        393288148,
        2174103013,
        3814759091,
        2092745082,
        1865176206,
      ]
    `);
  });

  test('a restored state continues the sequence', () => {
    const random = Random.seeded(3);
    random.uniform();
    const twin = Random.restored(random.state());
    expect([twin.normal(), twin.uniform()]).toEqual([random.normal(), random.uniform()]);
  });

  test('splitting does not move the generator, and labels separate streams', () => {
    const random = Random.seeded(4);
    const before = random.state();
    expect(random.split('a').uint32()).not.toBe(random.split('b').uint32());
    expect(random.split('a').uint32()).toBe(random.split('a').uint32());
    expect(random.state()).toEqual(before);
  });

  test('normal numbers have mean 0 and variance 1', () => {
    const random = Random.seeded(5);
    const numbers = Array.from({ length: 20_000 }, () => random.normal());
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  });

  test('a permutation has every number once', () => {
    const order = Random.seeded(6).permutation(100);
    expect([...order].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect([...order]).not.toEqual([...order].toSorted((a, b) => a - b));
  });
});
