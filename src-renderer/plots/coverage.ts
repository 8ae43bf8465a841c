/** Risk against coverage: how many errors are left when the model answers only what it is surest of. Pure. */
import type { ScoreWorth, UncertaintyScore, UncertaintyWorth } from '../../src-shared/domain/uncertainty.ts';
import { VICH_SCORES } from '../../src-shared/domain/uncertainty.ts';
import { fixed, percent } from '../text/format.ts';
import { frame, linePath, ticksOf, type Drawing, type Size } from './drawing.ts';
import type { Table } from './export.ts';

export const SCORE_TITLES: Readonly<Record<UncertaintyScore, string>> = {
  sigma: 'σ',
  flip: 'Flip probability',
  entropy: 'Entropy',
  margin: 'Margin',
  confidence: 'Max softmax(μ)',
};

/** Curves of sigma's scores in full lines, of the rivals dashed; the error rate as a reference. */
export function riskCurves({ scores, errors, images }: UncertaintyWorth, size: Size): Drawing {
  const all = images === 0 ? 0 : errors / images;
  const most = Math.max(0.01, all, ...scores.flatMap(({ curve }) => curve.map(({ risk }) => risk)));
  const box = frame(size, [0, 1], [0, most * 1.05]);
  return {
    ...box,
    xTicks: ticksOf(box.x, 5, (value) => percent(value, 0)),
    yTicks: ticksOf(box.y, 5, (value) => percent(value, most < 0.1 ? 1 : 0)),
    xTitle: 'Coverage: share of images that are answered, the surest first',
    yTitle: 'Risk: errors among them',
    strokes: [
      {
        d: linePath([
          [box.left, box.y(all)],
          [box.right, box.y(all)],
        ]),
        style: 'reference',
        name: 'A random order',
      },
      ...scores.map(({ score, curve }, at) => ({
        d: linePath(curve.map(({ coverage, risk }) => [box.x(coverage), box.y(risk)] as const)),
        style: VICH_SCORES.some((one) => one === score) ? ('line' as const) : ('dashed' as const),
        name: SCORE_TITLES[score],
        label: labelAt(curve, at, box),
      })),
    ],
    marks: [],
  };
}

/** Names stand along the curves at different places, so that they do not cover each other. */
function labelAt(curve: ScoreWorth['curve'], at: number, box: ReturnType<typeof frame>): { x: number; y: number } {
  const point = curve[Math.min(curve.length - 1, Math.floor(curve.length * (0.12 + 0.17 * at)))];
  return { x: box.x(point?.coverage ?? 0), y: box.y(point?.risk ?? 0) - 6 };
}

export function riskTable({ scores }: UncertaintyWorth): Table {
  return {
    columns: ['score', 'coverage', 'risk', 'threshold'],
    rows: scores.flatMap(({ score, curve }) =>
      curve.map(({ coverage, risk, threshold }) => [score, coverage, risk, threshold]),
    ),
  };
}

export function worthTable({ scores, bestAurc }: UncertaintyWorth): Table {
  return {
    columns: [
      'score',
      'auroc',
      'auroc_low',
      'auroc_high',
      'aurc',
      'aurc_low',
      'aurc_high',
      'best_aurc',
      'gain_over',
      'gain',
      'gain_low',
      'gain_high',
      'spearman_votes',
      'spearman_low',
      'spearman_high',
    ],
    rows: scores.map((one) => [
      one.score,
      one.auroc,
      ...(one.aurocInterval ?? [null, null]),
      one.aurc,
      ...(one.aurcInterval ?? [null, null]),
      bestAurc,
      one.gain?.over ?? null,
      one.gain?.difference ?? null,
      ...(one.gain?.interval ?? [null, null]),
      one.spearman?.rho ?? null,
      ...(one.spearman?.interval ?? [null, null]),
    ]),
  };
}

export function riskSummary({ scores, bestAurc, errors, images }: UncertaintyWorth): string {
  const best = scores.toSorted((a, b) => a.aurc - b.aurc)[0];
  if (best === undefined) return 'There are no errors to order.';
  const half = best.curve.find(({ coverage }) => coverage >= 0.5);
  return `Answering only the surest half by ${SCORE_TITLES[best.score]}, ${percent(half?.risk)} would be wrong instead of ${percent(errors / images)}. Smallest area: ${fixed(best.aurc, 4)}; the best that any order could reach is ${fixed(bestAurc, 4)}.`;
}
