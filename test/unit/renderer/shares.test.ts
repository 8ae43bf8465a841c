import { describe, expect, it } from 'vitest';
import { SEVEN } from '../../../src-shared/domain/expression.ts';
import {
  coLabels,
  equalShares,
  percentsOf,
  toChange,
  withShare,
  type Percents,
} from '../../../src-renderer/views/triage/shares.ts';

const total = (percents: Percents): number => Object.values(percents).reduce((sum, one) => sum + (one ?? 0), 0);

describe('shares of a soft label', () => {
  it('sum to 100 whatever is set, in whole percents', () => {
    let percents = equalShares(SEVEN, ['happy']);
    for (let step = 0; step < 300; step++) {
      const expression = SEVEN[(step * 5) % 7]!;
      percents = withShare(percents, SEVEN, expression, (step * 37) % 101, 'neutral');
      expect(total(percents)).toBe(100);
      expect(Object.values(percents).every((one) => Number.isInteger(one) && (one ?? 0) >= 0)).toBe(true);
    }
  });

  it('give one class what is set and keep the proportions of the others', () => {
    const before = { happy: 40, fear: 40, sad: 20 };
    expect(withShare(before, SEVEN, 'sad', 50, 'neutral')).toMatchObject({ happy: 25, fear: 25, sad: 50 });
    expect(withShare({ happy: 100 }, SEVEN, 'happy', 60, 'fear')).toMatchObject({ happy: 60, fear: 40 });
    expect(withShare({ happy: 100 }, SEVEN, 'happy', 120, 'fear')).toMatchObject({ happy: 100, fear: 0 });
  });

  it('divide equally, the first classes taking what 100 leaves', () => {
    expect(equalShares(SEVEN, ['sad', 'happy', 'fear'])).toMatchObject({ happy: 34, sad: 33, fear: 33, anger: 0 });
    expect(percentsOf(SEVEN, { fear: 0.6, surprise: 0.4 })).toMatchObject({ fear: 60, surprise: 40, happy: 0 });
  });

  it('become a hard label where one class has it all, a soft one otherwise', () => {
    expect(toChange({ happy: 100, sad: 0 })).toEqual({ kind: 'hard', label: 'happy' });
    expect(toChange({ happy: 60, sad: 40 })).toEqual({ kind: 'soft', soft: { happy: 0.6, sad: 0.4 } });
    expect(toChange({})).toBeNull();
    expect(coLabels(['happy', 'fear'])).toEqual({ kind: 'soft', soft: { happy: 0.5, fear: 0.5 } });
    expect(coLabels(['fear'])).toEqual({ kind: 'hard', label: 'fear' });
    expect(coLabels([])).toBeNull();
  });
});
