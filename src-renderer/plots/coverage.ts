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
  const labels = labelsOf(scores, box);
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
        ...(labels[at] !== undefined && { label: labels[at] }),
      })),
    ],
    marks: [],
  };
}

/** Half the height of a name, and about the width of its letters. */
const HALF_HEIGHT = 6;
const LETTER = 6.2;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Whether two names would touch. */
function touch(a: Place, first: string, b: Place, second: string): boolean {
  const apart = ((first.length + second.length) * LETTER) / 2;
  return (
    Math.abs(a.x + (first.length * LETTER) / 2 - b.x - (second.length * LETTER) / 2) < apart + 4 &&
    Math.abs(a.y - b.y) < 2 * HALF_HEIGHT
  );
}

/**
 * A name for each curve, beside its curve and clear of the other names: of the places along it, the one whose neighbourhood holds the
 * fewest points of all curves. A curve whose every place is taken has none; the table names it.
 */
function labelsOf(scores: readonly ScoreWorth[], box: ReturnType<typeof frame>): (Place | undefined)[] {
  const points = scores.flatMap(({ curve }) =>
    curve.map(({ coverage, risk }) => ({ x: box.x(coverage), y: box.y(risk) })),
  );
  const taken: { place: Place; name: string }[] = [];
  return scores.map(({ score, curve }) => {
    const name = SCORE_TITLES[score];
    const width = name.length * LETTER;
    const covered = ({ x, y }: Place): number =>
      points.filter(
        (point) => point.x > x - 2 && point.x < x + width + 2 && Math.abs(point.y - (y - 4)) < HALF_HEIGHT + 2,
      ).length;
    const places = curve.flatMap(({ coverage, risk }) => {
      const [x, y] = [box.x(coverage), box.y(risk)];
      return [8, 20, -14, -26].map((below): Place => ({ x: x + 4, y: y + below }));
    });
    const free = places.filter(
      (place) =>
        place.x >= box.left + 4 &&
        place.x + width <= box.right &&
        place.y - 10 >= box.top &&
        place.y <= box.bottom - 4 &&
        !taken.some((other) => touch(place, name, other.place, other.name)),
    );
    const best = free.toSorted((a, b) => covered(a) - covered(b))[0];
    if (best !== undefined) taken.push({ place: best, name });
    return best;
  });
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
