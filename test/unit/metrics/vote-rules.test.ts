import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VOTE_RULES, type VoteChoice, type Votes } from '../../../src-shared/domain/votes.ts';
import { applyVoteRule, ruleForSplit } from '../../../src-shared/metrics/vote-rules.ts';
import { openTable, tableRows } from '../../../src-main/services/datasets/table/table.ts';

describe('vote rules', () => {
  const votes: Votes = { neutral: 4, sad: 1, anger: 3, disgust: 2 };

  it('takes single votes for slips, in every rule of the paper', () => {
    expect(applyVoteRule('first', votes)).toEqual({ label: 'neutral', soft: { neutral: 1 }, dropped: null });
    // 4 of the 9 that remain is no majority.
    expect(applyVoteRule('majority', votes).dropped).toMatch(/more than half/);
    expect(applyVoteRule('probability', votes).soft).toEqual({ neutral: 4 / 7, anger: 3 / 7 });
    expect(applyVoteRule('crossentropy', votes)).toEqual(applyVoteRule('probability', votes));
    expect(applyVoteRule('multi-target', votes)).toMatchObject({
      label: 'neutral',
      soft: { neutral: 0.5, anger: 0.5 },
    });
  });

  it('keeps them in the sum of the official code, which does not renormalise', () => {
    const mixed: Votes = { happy: 6, surprise: 1, unknown: 2, 'no-face': 1 };
    expect(applyVoteRule('votes-sum', mixed).soft).toEqual({ happy: 0.6, surprise: 0.1 });
    expect(applyVoteRule('votes-sum', { unknown: 10 }).dropped).toMatch(/No vote/);
  });

  it('drops what the taggers could not tell, and stops at unknown', () => {
    expect(applyVoteRule('majority', { unknown: 6, sad: 4 }).dropped).toBe('The taggers said: unknown.');
    expect(applyVoteRule('first', { 'no-face': 10 }).dropped).toBe('The taggers said: no face.');
    // Fear 4, then unknown 4 ends the search; fear alone is not more than half of 10.
    expect(applyVoteRule('probability', { fear: 4, unknown: 4, sad: 2 }).dropped).not.toBeNull();
    // Sad 6 is more than half; unknown after it does not count.
    expect(applyVoteRule('probability', { sad: 6, unknown: 4 }).soft).toEqual({ sad: 1 });
    expect(applyVoteRule('majority', { neutral: 1, happy: 1 }).dropped).toMatch(/Nobody agreed/);
  });

  it('finds the first of equals in the order of FER+, and rejects four equals', () => {
    expect(applyVoteRule('first', { sad: 5, surprise: 5 })).toMatchObject({ label: 'surprise' });
    const four: Votes = { neutral: 2, happy: 2, surprise: 2, sad: 2, anger: 2 };
    expect(applyVoteRule('probability', four).dropped).toMatch(/more than three/);
  });

  it('measures on the majority, but for the official code', () => {
    expect(VOTE_RULES.map((rule) => ruleForSplit(rule, 'test'))).toEqual([
      'first',
      'majority',
      'majority',
      'majority',
      'majority',
      'votes-sum',
    ]);
    expect(ruleForSplit('probability', 'train')).toBe('probability');
  });
});

const real = resolve('..', 'shared', 'data', 'ferplus', 'fer2013new.csv');
const there = existsSync(real);

describe('the votes of FER+', () => {
  it.skipIf(!there)(
    `give the counts of the reference implementation${there ? '' : ' (skipped: no fer2013new.csv)'}`,
    async () => {
      const order: VoteChoice[] = [
        'neutral',
        'happy',
        'surprise',
        'sad',
        'anger',
        'disgust',
        'fear',
        'contempt',
        'unknown',
        'no-face',
      ];
      const kept = new Map<string, number>();
      for await (const row of tableRows(await openTable(real))) {
        if (!('cells' in row)) throw new Error(row.problem);
        const [usage = ''] = row.cells;
        const votes: Votes = Object.fromEntries(order.map((choice, at) => [choice, Number(row.cells[2 + at])]));
        for (const rule of VOTE_RULES)
          if (applyVoteRule(rule, votes).dropped === null)
            kept.set(`${rule} ${usage}`, (kept.get(`${rule} ${usage}`) ?? 0) + 1);
        if (row.cells[1]?.trim() !== '') kept.set(`named ${usage}`, (kept.get(`named ${usage}`) ?? 0) + 1);
      }
      const counts = (rule: string) =>
        ['Training', 'PublicTest', 'PrivateTest'].map((usage) => kept.get(`${rule} ${usage}`));
      expect(counts('majority')).toEqual([25_060, 3_199, 3_153]);
      expect(counts('probability')).toEqual([27_956, 3_505, 3_505]);
      expect(counts('crossentropy')).toEqual([27_956, 3_505, 3_505]);
      expect(counts('multi-target')).toEqual([27_671, 3_472, 3_472]);
      expect(counts('named')).toEqual([28_561, 3_579, 3_574]);
    },
  );
});
