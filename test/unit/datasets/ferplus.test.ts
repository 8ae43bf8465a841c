/** What each vote rule of FER+ keeps, told by the command line before anything is written. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { VOTE_RULES } from '../../../src-shared/domain/votes.ts';
import { put } from '../../fixtures/formats.ts';
import { CommandLine } from './command-line.ts';

const line = new CommandLine();
afterAll(() => line.remove());

interface Kept {
  readonly rule: string;
  readonly split: string;
  readonly kept: number;
  readonly dropped: number;
}

/** Train, validation and test images that each rule keeps, by `--dry-run`; and all that it says. */
async function look(source: string, rule = 'majority') {
  const { code, json } = await line.run('import', source, '--dry-run', '--vote-rule', rule);
  expect(code).toBe(0);
  const votes = json['votes'] as Kept[];
  const of = (name: string) =>
    ['train', 'val', 'test'].map((split) => {
      const found = votes.find((one) => one.rule === name && one.split === split);
      return [found?.kept, found?.dropped];
    });
  return { json, kept: Object.fromEntries(VOTE_RULES.map((name) => [name, of(name).map(([kept]) => kept)])), of };
}

const HEADER = 'Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF';

/** Rows whose outcome under each rule follows from the rules as formats.md tells them. `n` stands for the name. */
const ROWS: readonly { readonly votes: string; readonly keptBy: readonly string[] }[] = [
  // All but one agree; the single vote is a slip.
  { votes: '9,1,0,0,0,0,0,0,0,0', keptBy: VOTE_RULES },
  // Half of the votes is no majority; two classes hold all of them.
  { votes: '5,5,0,0,0,0,0,0,0,0', keptBy: VOTE_RULES.filter((rule) => rule !== 'majority') },
  // Four classes: none has half, no three hold 75% without a tie for the third place, one only has 30%.
  { votes: '4,2,2,2,0,0,0,0,0,0', keptBy: ['first', 'votes-sum'] },
  // Unknown on top: no class for any rule but the one that only divides.
  { votes: '3,0,0,0,0,0,0,0,7,0', keptBy: ['votes-sum'] },
  // No face, without a vote for an expression.
  { votes: '0,0,0,0,0,0,0,0,0,10', keptBy: [] },
  // Nobody agrees: ten slips.
  { votes: '1,1,1,1,1,1,1,1,1,1', keptBy: ['votes-sum'] },
  // Six of ten, the rest unknown: a majority, and unknown does not count after it.
  { votes: '0,6,0,0,0,0,0,0,4,0', keptBy: VOTE_RULES },
];

describe('a generated fer2013new.csv', () => {
  it('gives the counts of every rule, row by row, and validation and test by majority', async () => {
    const source = line.source('generated');
    const usages = [
      ['Training', 7],
      ['PublicTest', 3],
      ['PrivateTest', 2],
    ] as const;
    const lines: string[] = [];
    for (const [usage, times] of usages)
      for (let time = 0; time < times; time++)
        for (const { votes } of ROWS) lines.push(`${usage},fer${String(lines.length).padStart(7, '0')}.png,${votes}`);
    // Rows without a name are no images.
    lines.push('Training,,0,0,0,0,0,0,0,0,0,10');
    put(source, 'fer2013new.csv', `${[HEADER, ...lines].join('\n')}\n`);
    const { kept, of } = await look(source);
    for (const rule of VOTE_RULES) {
      const each = ROWS.filter(({ keptBy }) => keptBy.includes(rule)).length;
      expect([rule, kept[rule]]).toEqual([rule, usages.map(([, times]) => each * times)]);
      expect(of(rule).map(([k = 0, d = 0]) => k + d)).toEqual(usages.map(([, times]) => ROWS.length * times));
    }
    for (const rule of VOTE_RULES) {
      const { json } = await look(source, rule);
      const dropped = (name: string, times: number): number =>
        ROWS.filter(({ keptBy }) => !keptBy.includes(name)).length * times;
      const measured = rule === 'first' || rule === 'votes-sum' ? rule : 'majority';
      const excluded = (json['excluded'] as { count: number }[]).reduce((sum, { count }) => sum + count, 0);
      expect([rule, json['voteRule'], excluded]).toEqual([rule, rule, dropped(rule, 7) + dropped(measured, 5)]);
    }
  });
});

const real = resolve('..', 'shared', 'data', 'ferplus', 'fer2013new.csv');
const there = existsSync(real);

describe('the real fer2013new.csv', () => {
  it.skipIf(!there)(
    `gives the counts of the reference implementation${there ? '' : ' (skipped: no fer2013new.csv)'}`,
    async () => {
      const { json, kept, of } = await look(real);
      expect(kept).toMatchObject({
        majority: [25_060, 3_199, 3_153],
        probability: [27_956, 3_505, 3_505],
        crossentropy: [27_956, 3_505, 3_505],
        'multi-target': [27_671, 3_472, 3_472],
      });
      const named = [28_561, 3_579, 3_574];
      for (const rule of VOTE_RULES) expect(of(rule).map(([k = 0, d = 0]) => k + d)).toEqual(named);
      expect(json['rows']).toBe(named.reduce((sum, rows) => sum + rows, 0));
      // By the rule in use: what it drops stays, left out with its reason.
      const excluded = (json['excluded'] as { count: number }[]).reduce((sum, { count }) => sum + count, 0);
      expect(excluded).toBe(28_561 + 3_579 + 3_574 - 25_060 - 3_199 - 3_153);
    },
  );

  it('may lie in a folder or be named itself', async () => {
    const source = line.source('named');
    put(source, 'fer2013new.csv', `${HEADER}\nTraining,fer0000000.png,10,0,0,0,0,0,0,0,0,0\n`);
    for (const way of [source, join(source, 'fer2013new.csv')])
      expect((await line.run('import', way, '--dry-run')).json).toMatchObject({ format: 'ferplus', rows: 1 });
  });
});
