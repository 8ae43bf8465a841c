import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-main/services/engine/random.ts';
import { distance, Groups, nearPairs, type Hashes } from '../../../src-main/services/duplicates/near.ts';

/** Hashes in random clusters: members differ from their centre in a few bits. */
function clustered(count: number, seed: number): Hashes {
  const random = Random.seeded(seed);
  const high = new Uint32Array(count);
  const low = new Uint32Array(count);
  for (let index = 0; index < count; index++) {
    const centre = index - (index % 5);
    high[index] = index === centre ? random.integer(2 ** 32) : (high[centre] ?? 0);
    low[index] = index === centre ? random.integer(2 ** 32) : (low[centre] ?? 0);
    for (let flip = 0; flip < index % 5; flip++)
      if (random.integer(2) === 0) high[index] = (high[index] ?? 0) ^ (1 << random.integer(32));
      else low[index] = (low[index] ?? 0) ^ (1 << random.integer(32));
  }
  return { high, low };
}

describe('near duplicates', () => {
  it.each([0, 1, 3, 4, 7])('finds exactly the pairs that comparing all with all finds, up to %i bits', (most) => {
    const hashes = clustered(600, 3);
    const found = new Set<string>();
    for (const _step of nearPairs(hashes, most, (one, other) =>
      found.add([one, other].sort((a, b) => a - b).join(' ')),
    ));
    const wanted = new Set<string>();
    for (let one = 0; one < 600; one++)
      for (let other = one + 1; other < 600; other++)
        if (distance(hashes, one, other) <= most) wanted.add(`${one} ${other}`);
    expect(wanted.size).toBeGreaterThan(0);
    expect(found).toEqual(wanted);
  });

  it('does not take flat pictures for alike', () => {
    const pairs: number[] = [];
    const flat = { high: new Uint32Array(3), low: Uint32Array.of(0, 1, 0xffffffff) };
    for (const _step of nearPairs(flat, 3, (one) => pairs.push(one)));
    expect(pairs).toEqual([]);
  });

  it('joins pairs to sets', () => {
    const groups = new Groups(6);
    groups.join(4, 1);
    groups.join(1, 5);
    groups.join(2, 3);
    expect(groups.sets()).toEqual([
      [1, 4, 5],
      [2, 3],
    ]);
  });
});
