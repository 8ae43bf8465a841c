import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { Suite } from '../../../src-shared/domain/suite.ts';
import { ablationNumbers, ablationRows, ablationTable } from '../../../src-shared/metrics/ablation.ts';
import { rateOfStep, smoothedLoss, suggestedRate } from '../../../src-shared/metrics/rate-range.ts';
import { latexText } from '../../../src-shared/text/table.ts';
import { SETTINGS } from '../runs/fakes.ts';

const suite: Suite = {
  ...{ id: 1, name: 'Ablation', createdAt: '' },
  request: {
    dataset: 1,
    trainSplit: 'train',
    valSplit: 'val',
    device: 'cpu',
    settings: { ...SETTINGS, preset: 'rafdb' },
  },
  variants: ['full', 'baseline'],
  seeds: [4, 5, 6],
  runs: [
    { run: 1, variant: 'full', seed: 4 },
    { run: 2, variant: 'full', seed: 5 },
    { run: 3, variant: 'full', seed: 6 },
    { run: 4, variant: 'baseline', seed: 4 },
    { run: 5, variant: 'baseline', seed: 5 },
  ],
};
const run = (id: number, value: number, status: Run['status'] = 'done') => ({
  ...{ id, status },
  best: { metric: 'accuracy' as const, value, epoch: 1 },
});
const runs = [run(1, 0.9), run(2, 0.92), run(3, 0.97), run(4, 0.85), run(5, 0.99, 'running')];

describe('the table of an ablation', () => {
  it('has mean and sample deviation over the seeds that are done', () => {
    const [full, baseline] = ablationRows(suite, runs);
    // numpy: mean 0.93, std(ddof=1) 0.0360555127546399.
    expect(full).toMatchObject({ variant: 'full', accuracies: [0.9, 0.92, 0.97], paper: 92.76 });
    expect(full?.mean).toBeCloseTo(0.93, 12);
    expect(full?.deviation).toBeCloseTo(0.0360555127546399, 12);
    // One run is still at work, one was removed.
    expect(baseline).toMatchObject({ accuracies: [0.85, null, null], mean: 0.85, deviation: null, paper: 92.21 });
  });

  it('prints like the paper’s table 3, its figures under its own name, and leaves as CSV and LaTeX', () => {
    const table = ablationTable(suite, runs);
    expect(table.columns.at(-1)).toBe('Paper reports, RAF-DB, %');
    expect(table.rows).toEqual([
      ['POSTER-Var', '✓', '✓', '93.00 ± 3.61', 3, '92.76'],
      ['baseline', '–', '–', '85.00', 1, '92.21'],
    ]);
    expect(latexText(table)).toContain(
      'POSTER-Var & \\checkmark{} & \\checkmark{} & 93.00 $\\pm$ 3.61 & 3 & 92.76 \\\\',
    );
    const quick = { ...suite, request: { ...suite.request, settings: { ...SETTINGS, preset: 'quick' } } };
    expect(ablationTable(quick, runs).columns).toHaveLength(5);
    expect(ablationTable(quick, runs, 'ferplus').rows[0]?.at(-1)).toBe('91.89');
    const { columns, rows } = ablationNumbers(suite, runs);
    expect(columns.slice(3, 6)).toEqual(['accuracy_seed_4', 'accuracy_seed_5', 'accuracy_seed_6']);
    expect(rows[1]?.slice(0, 7)).toEqual(['baseline', 0, 0, 0.85, null, null, 1]);
  });
});

describe('the learning-rate range test', () => {
  it('raises the rate by equal factors from the first to the last step', () => {
    const rates = [0, 1, 2, 3, 4].map((step) => rateOfStep(step, { from: 1e-5, to: 1e-1, steps: 5 }));
    rates.forEach((rate, index) => expect(rate).toBeCloseTo(10 ** (index - 5), 12));
  });

  it('suggests a tenth of the rate at the lowest smoothed loss', () => {
    const rates = Array.from({ length: 60 }, (_, step) => rateOfStep(step, { from: 1e-6, to: 1, steps: 60 }));
    const loss = rates.map((rate) => 2 - 1 / (1 + (1e-3 / rate) ** 2) + 40 * rate ** 2);
    const smoothed = smoothedLoss(loss);
    expect(smoothed[0]).toBeCloseTo(loss[0] ?? NaN, 12);
    const lowest = rates[smoothed.indexOf(Math.min(...smoothed))] ?? NaN;
    expect(suggestedRate(rates, smoothed)).toBeCloseTo(lowest / 10, 3);
    expect(
      suggestedRate(
        rates,
        rates.map(() => 2),
      ),
    ).toBeNull();
  });
});
