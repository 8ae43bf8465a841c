import { describe, expect, it } from 'vitest';
import type { ImportPreview } from '../../../../src-shared/domain/dataset.ts';
import {
  countsByExpression,
  DEFAULT_SPLIT,
  expressionOf,
  isUnknown,
  orderedClasses,
  problemSummary,
  proposeName,
  readSplit,
} from '../../../../src-renderer/views/import/plan.ts';

const preview: ImportPreview = {
  preview: 'p',
  rows: 21,
  splits: {},
  format: 'folders',
  reason: '',
  excluded: [],
  voteRule: null,
  votes: [],
  classes: [
    { raw: 'HAPPINESS', count: 3, expression: 'happy', samples: [] },
    { raw: 'happiness', count: 9, expression: 'happy', samples: [] },
    { raw: 'bored', count: 4, expression: null, samples: [] },
    { raw: 'Neutral', count: 5, expression: 'neutral', samples: [] },
  ],
  problems: [],
  problemCount: 0,
  head: [],
};

describe('the classes of a preview', () => {
  it('show unknown names first, and larger ones first within an expression', () => {
    expect(orderedClasses(preview).map(({ raw }) => raw)).toEqual(['bored', 'Neutral', 'happiness', 'HAPPINESS']);
  });

  it('follow a correction, also one that unlabels', () => {
    const [happy, , bored] = preview.classes;
    if (!happy || !bored) throw new Error('the preview has classes');
    expect(expressionOf(happy, { HAPPINESS: null })).toBeNull();
    expect(expressionOf(bored, { bored: 'sad' })).toBe('sad');
    expect(isUnknown(bored, {})).toBe(true);
    expect(isUnknown(bored, { bored: null })).toBe(false);
  });

  it('are counted by expression, the unlabelled last', () => {
    expect(countsByExpression(preview, {}).map(({ expression, count }) => [expression, count])).toEqual([
      ['neutral', 5],
      ['happy', 12],
      [null, 4],
    ]);
  });
});

describe('the split plan', () => {
  it('sums to exactly 1', () => {
    const read = readSplit(DEFAULT_SPLIT);
    expect(read).toEqual({ plan: { shares: { train: 0.8, val: 1 - 0.8 }, seed: 1 } });
  });

  it('says which field is wrong', () => {
    expect(readSplit({ train: '80', val: '30', seed: '1' })).toEqual({
      problems: { val: 'The shares must sum to 100; these sum to 110.' },
    });
    expect(readSplit({ train: 'x', val: '20', seed: '-1' })).toEqual({
      problems: { train: 'Must be a number between 0 and 100.', seed: 'Must be a whole number, 0 or more.' },
    });
    expect(readSplit({ train: '100', val: '0', seed: '1' })).toHaveProperty('problems.val');
  });
});

describe('the proposed name', () => {
  it('comes from the source and avoids those that are taken', () => {
    expect(proposeName('/data/expressions/legend.csv', [])).toBe('legend');
    expect(proposeName('/data/faces/', ['faces', 'faces 2'])).toBe('faces 3');
  });
});

describe('problems', () => {
  it('are summed up by kind', () => {
    const problem = (kind: 'missing' | 'duplicate') => ({ path: 'a', kind, reason: '' });
    expect(problemSummary([problem('duplicate'), problem('missing'), problem('missing')])).toBe(
      '2 missing files, 1 duplicate',
    );
  });
});
