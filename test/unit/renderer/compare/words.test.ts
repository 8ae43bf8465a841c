import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../../../src-shared/domain/evaluation.ts';
import { SEVEN } from '../../../../src-shared/domain/expression.ts';
import { latexText } from '../../../../src-shared/text/table.ts';
import type { Run } from '../../../../src-shared/domain/run.ts';
import { forestLimit, forestMark } from '../../../../src-renderer/plots/forest.ts';
import { letterOf, pinsOf } from '../../../../src-renderer/views/compare/pins.ts';
import { comparisonSvg } from '../../../../src-renderer/views/compare/comparison-svg.ts';
import {
  classRows,
  comparisonTable,
  leftOutSentence,
  markdownText,
  metricRows,
  outcomeSentence,
  outcomeTerm,
  signed,
} from '../../../../src-renderer/views/compare/words.ts';

const comparison: Comparison = {
  baseline: 3,
  run: 4,
  dataset: 1,
  split: 'val',
  classes: [...SEVEN],
  images: 1_500,
  leftOut: { unpaired: 2, relabelled: 0, trained: 0, stale: 0, learned: 0 },
  unlike: [],
  outcomes: { bothRight: 1_302, fixed: 50, regressed: 29, bothWrong: 119 },
  mcnemar: 0.024,
  metrics: [
    { metric: 'accuracy', baseline: 0.887, run: 0.901, interval: [0.002, 0.026] },
    { metric: 'nll', baseline: 0.284, run: 0.272, interval: [-0.03, 0.01] },
  ],
  perClass: [
    { expression: 'happy', support: 200, baseline: 0.936, run: 0.967, interval: [0.014, 0.048] },
    { expression: 'fear', support: 0, baseline: null, run: null, interval: null },
  ],
  configuration: [],
  q: 'split:val',
};

describe('a comparison in words', () => {
  it('tells the images that changed sides', () => {
    expect(outcomeSentence(comparison, 'A', 'B')).toBe(
      'B corrects 50 images of A and loses 29: +1.4 points of accuracy.',
    );
    expect(leftOutSentence(comparison)).toBe('Left out: 2 predicted by one of the two only.');
    expect(outcomeTerm('bothRight', 3)).toBe('bothright:3');
  });

  it('shows shares in per cent, losses as they are, and no class that does not occur', () => {
    expect(metricRows(comparison).map((row) => signed(row.difference, row.digits))).toEqual(['+1.4', '−0.012']);
    expect(classRows(comparison).map(({ name }) => name)).toEqual(['Happy recall, %']);
    expect([signed(0.0001, 1), signed(-0.0001, 1), signed(null, 1)]).toEqual(['0.0', '0.0', '–']);
  });

  it('leaves as Markdown and LaTeX', () => {
    const table = comparisonTable(comparison, 'a|b', 'run_2 & more');
    expect(markdownText(table).split('\n').slice(0, 3)).toEqual([
      '| figure | a\\|b | run_2 & more | difference | 95% low | 95% high |',
      '| --- | ---: | ---: | ---: | ---: | ---: |',
      '| Accuracy, % | 88.7 | 90.1 | 1.4 | 0.2 | 2.6 |',
    ]);
    const latex = latexText(table);
    expect(latex).toContain('run\\_2 \\& more');
    expect(latex).toContain('  Accuracy, \\% & 88.7 & 90.1 & 1.4 & 0.2 & 2.6 \\\\');
    expect(latex).toContain('Images fixed &  & 50');
  });
});

describe('pins', () => {
  const run = (id: number, predictions = 10): Run => ({ id, predictions }) as Run;
  const runs = [run(5), run(4, 0), run(3), run(2)];

  it('start with the oldest run as the baseline and the newest beside it', () => {
    expect(pinsOf(runs, null, null)).toMatchObject({ baseline: { id: 2 }, runs: [{ id: 5 }] });
    expect(pinsOf([run(4, 0)], null, null)).toEqual({ baseline: null, runs: [] });
  });

  it('follow the address, without what cannot be compared, twice the same, or too many', () => {
    expect(pinsOf(runs, 5, '3,4,3,5,99,2').runs.map(({ id }) => id)).toEqual([3, 2]);
    const many = Array.from({ length: 9 }, (_, index) => run(index + 1));
    expect(pinsOf(many, 1, '2,3,4,5,6,7,8,9').runs).toHaveLength(6);
    expect([letterOf(0), letterOf(6)]).toEqual(['A', 'G']);
  });
});

describe('the forest', () => {
  it('has one round scale for all, and says what leaves zero out', () => {
    expect([forestLimit([2.6, -1]), forestLimit([0.2]), forestLimit([]), forestLimit([7])]).toEqual([5, 0.2, 1, 10]);
    expect(forestMark(1.4, [0.2, 2.6], 5, 100)).toMatchObject({ low: 52, at: 64, high: 76, zero: 50, sure: true });
    expect(forestMark(0, [-9, 1], 5, 100)).toMatchObject({ low: 0, sure: false });
  });
});

it('a comparison as SVG is well-formed, holds every figure, and escapes names', () => {
  const svg = comparisonSvg(comparison, 'A & <b>', 'B', 'faces, val');
  expect(svg).toContain('B against A &amp; &lt;b&gt;');
  for (const { name } of [...metricRows(comparison), ...classRows(comparison)]) expect(svg).toContain(`>${name}`);
  expect(svg.match(/<circle /g)).toHaveLength(svg.match(/ to [+−0]/g)?.length ?? 0);
  const open = [...svg.matchAll(/<(\/?)(svg|title|text)\b/g)].reduce((depth, [, close]) => depth + (close ? -1 : 1), 0);
  expect(open).toBe(0);
  expect(svg).not.toMatch(/NaN|undefined/);
  // A long sentence of what is unlike is broken between words, and none of it is lost.
  const long = Array.from({ length: 40 }, (_, at) => `word${at}`).join(' ');
  const feet = [
    ...comparisonSvg({ ...comparison, unlike: [long] }, 'A', 'B', 'x').matchAll(/font-size="11"[^>]*>([^<]*)</g),
  ];
  const lines = feet.map(([, line = '']) => line);
  expect(lines.every((line) => line.length <= 130)).toBe(true);
  expect(lines.join(' ')).toContain(long);
});
