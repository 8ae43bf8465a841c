import { describe, expect, it } from 'vitest';
import { Random } from '../../../../../src-main/services/engine/random.ts';
import { mutated, seedFiles } from '../../../../fuzz/mutate.ts';
import { readAll } from '../../../../fuzz/read.ts';

describe('2,000 damaged checkpoints (npm run fuzz has 100,000)', () => {
  it('are read or refused, and none crashes the reader', () => {
    const seeds = seedFiles();
    const random = Random.seeded(20);
    const counts = { read: 0, refused: 0 };
    for (let index = 0; index < 2_000; index++) {
      const outcome = readAll(mutated(seeds, random));
      if (outcome.kind === 'crash') throw new Error(`file ${index}: ${outcome.error}`);
      counts[outcome.kind] += 1;
    }
    // The mutations are worth something only while both happen.
    expect(counts.read).toBeGreaterThan(50);
    expect(counts.refused).toBeGreaterThan(500);
  });
});
