import { describe, expect, it } from 'vitest';
import type { CalibrationBin, ClassBalance, SigmaErrors } from '../../src-shared/domain/evaluation.ts';
import type { UncertaintyWorth } from '../../src-shared/domain/uncertainty.ts';
import { balance, balanceSummary, balanceTable } from '../../src-renderer/plots/balance.ts';
import { riskCurves, riskSummary, riskTable, worthTable } from '../../src-renderer/plots/coverage.ts';
import { moveMark } from '../../src-renderer/plots/drawing.ts';
import { reliability, reliabilitySummary, reliabilityTable } from '../../src-renderer/plots/reliability.ts';
import { sigmaCells, sigmaDeciles, sigmaSummary, sigmaTable } from '../../src-renderer/plots/sigma-error.ts';

const SIZE = { width: 400, height: 260 };

const bins: CalibrationBin[] = [
  { count: 20, low: 0.2, high: 0.45, meanConfidence: 0.35, accuracy: 0.4 },
  { count: 20, low: 0.46, high: 0.8, meanConfidence: 0.65, accuracy: 0.5 },
  { count: 20, low: 0.81, high: 1, meanConfidence: 0.95, accuracy: 0.8 },
];

const errors: SigmaErrors = {
  images: 60,
  bins: [
    { low: 0.1, high: 0.3, images: 30, errors: 3, interval: [0.035, 0.256] },
    { low: 0.31, high: 0.9, images: 30, errors: 20, interval: [0.488, 0.808] },
  ],
  sigma: [0.1, 0.9],
  loss: [0, 4],
  cells: [
    { sigma: [0.1, 0.5], loss: [0, 2], images: 40, last: [false, false] },
    { sigma: [0.5, 0.9], loss: [2, 4], images: 20, last: [true, true] },
  ],
};

const rows: ClassBalance[] = [
  { expression: 'happy', now: 90, imported: 100 },
  { expression: 'fear', now: 10, imported: 5 },
  { expression: null, now: 5, imported: 0 },
];

const worth: UncertaintyWorth = {
  run: 1,
  dataset: 1,
  split: null,
  images: 4,
  errors: 2,
  voted: 0,
  bestAurc: 0.2083,
  resamples: 200,
  adds: false,
  verdict: ['No'],
  scores: (['sigma', 'entropy'] as const).map((score) => ({
    score,
    auroc: score === 'sigma' ? 0.75 : 0.5,
    aurocInterval: [0.3, 0.9],
    aurc: score === 'sigma' ? 0.3 : 0.5,
    aurcInterval: null,
    gain: score === 'sigma' ? { over: 'entropy', difference: 0.25, interval: [-0.1, 0.5] } : null,
    spearman: null,
    curve: [0.25, 0.5, 0.75, 1].map((coverage) => ({ coverage, risk: coverage / 2, threshold: coverage })),
  })),
};

describe('the charts of the analysis', () => {
  it('are stable', () => {
    expect(reliability(bins, SIZE, ({ low }) => `from ${low}`)).toMatchSnapshot();
    expect(sigmaDeciles(errors, SIZE, ({ low }) => `from ${low}`)).toMatchSnapshot();
    expect(sigmaCells(errors, SIZE, ({ sigma }) => `from ${sigma[0]}`)).toMatchSnapshot();
    expect(balance(rows, SIZE, { log: false, query: ({ expression }) => String(expression) })).toMatchSnapshot();
    expect(riskCurves(worth, SIZE)).toMatchSnapshot();
  });

  it('names the risk-coverage curves beside them, no name over another', () => {
    const titles = (['sigma', 'flip', 'entropy', 'margin', 'confidence'] as const).map((score, at) => ({
      ...worth.scores[0]!,
      score,
      // Five curves a hair apart, as they are when all scores know the same.
      curve: Array.from({ length: 101 }, (_, i) => ({
        coverage: i / 100,
        risk: 0.3 * (i / 100) ** 2 + at * 0.001,
        threshold: 0,
      })),
    }));
    const { strokes, left, right, top, bottom } = riskCurves(
      { ...worth, scores: titles, images: 100, errors: 30 },
      { width: 520, height: 320 },
    );
    const named = strokes.flatMap(({ label, name }) =>
      label === undefined ? [] : [{ ...label, width: name.length * 6, name }],
    );
    expect(named).toHaveLength(5);
    for (const one of named) {
      expect(one.x).toBeGreaterThanOrEqual(left);
      expect(one.x + one.width).toBeLessThanOrEqual(right + 1);
      expect(one.y).toBeGreaterThan(top);
      expect(one.y).toBeLessThan(bottom);
      for (const other of named) {
        if (other === one) continue;
        const apart = Math.abs(one.y - other.y) >= 11 || one.x + one.width <= other.x || other.x + other.width <= one.x;
        expect(`${one.name} and ${other.name} apart: ${apart}`).toBe(`${one.name} and ${other.name} apart: true`);
      }
    }
  });

  it('say in a sentence what they show', () => {
    expect(reliabilitySummary(bins, { ece: 0.1167, nll: 1.2, brier: 0.5 })).toBe(
      'The model is overconfident by 8.3% on average, over 60 images. ECE 11.7%, NLL 1.200, Brier 0.500.',
    );
    expect(sigmaSummary(errors)).toBe(
      'Of the images with the smallest σ 10.0% are wrong, of those with the largest 66.7%.',
    );
    expect(balanceSummary(rows)).toBe('Happy has 90 images, Fear 10: 9 to 1. The counts differ from the import by 10.');
    expect(riskSummary(worth)).toMatch(/^Answering only the surest half by σ, 25.0% would be wrong instead of 50.0%/);
    expect(reliabilitySummary([], { ece: 0, nll: 0, brier: 0 })).toBe('There is no image to measure.');
    expect(riskSummary({ ...worth, scores: [] })).toBe('There are no errors to order.');
  });

  it('put their numbers into tables in full', () => {
    expect(reliabilityTable(bins).rows[1]).toEqual([2, 20, 0.46, 0.8, 0.65, 0.5]);
    expect(sigmaTable(errors).rows[0]).toEqual([1, 0.1, 0.3, 30, 3, 0.035, 0.256]);
    expect(balanceTable(rows).rows[2]).toEqual(['none', 5, 0]);
    expect(riskTable(worth).rows).toHaveLength(8);
    for (const row of worthTable(worth).rows) expect(row).toHaveLength(worthTable(worth).columns.length);
  });

  it('keep marks in the frame, a bar’s foot on the axis, and the diagonal from corner to corner', () => {
    const drawing = reliability(bins, SIZE, () => 'q');
    for (const mark of drawing.marks) {
      expect(mark.x).toBeGreaterThanOrEqual(drawing.left);
      expect(mark.x).toBeLessThanOrEqual(drawing.right);
      expect(mark.y).toBeGreaterThanOrEqual(drawing.top);
      expect(mark.y).toBeLessThanOrEqual(drawing.bottom);
    }
    expect(drawing.strokes[0]?.d).toBe(`M${drawing.left} ${drawing.bottom}L${drawing.right} ${drawing.top}`);
    // Wilson: higher up in pixels is the smaller number.
    expect(drawing.marks[0]?.whisker?.[0]).toBeGreaterThan(drawing.marks[0]?.whisker?.[1] ?? NaN);
  });

  it('open nothing where a query could not tell two bins apart', () => {
    const tied = [...bins.slice(0, 2), { count: 20, low: 0.8, high: 1, meanConfidence: 0.9, accuracy: 0.8 }];
    expect(reliability(tied, SIZE, () => 'q').marks.map(({ q }) => q)).toEqual(['q', null, null]);
  });

  it('draw decades on a logarithmic axis', () => {
    const drawing = balance(rows, SIZE, { log: true, query: () => 'q' });
    expect(drawing.yTicks.map(({ text }) => text)).toEqual(['1', '10', '100']);
    const [one, ten, hundred] = drawing.yTicks.map(({ at }) => at);
    expect((one ?? 0) - (ten ?? 0)).toBeCloseTo((ten ?? 0) - (hundred ?? 0), 9);
  });
});

it('arrows walk along the marks', () => {
  expect(moveMark(0, 'ArrowRight', 3)).toBe(1);
  expect(moveMark(2, 'ArrowUp', 3)).toBe(2);
  expect(moveMark(1, 'Home', 3)).toBe(0);
  expect(moveMark(1, 'End', 3)).toBe(2);
  expect(moveMark(1, 'x', 3)).toBeNull();
});
