/** Is a confidence of 80% right in 80 of 100? Equal-mass bins against the diagonal. Pure. */
import type { CalibrationBin } from '../../src-shared/domain/evaluation.ts';
import { wilsonInterval } from '../../src-shared/metrics/wilson.ts';
import { count, fixed, percent, plural } from '../text/format.ts';
import type { Table } from './export.ts';
import { dotPath, frame, linePath, ticksOf, type Drawing, type Size } from './drawing.ts';

/** @param query the gallery's query for a bin. */
export function reliability(
  bins: readonly CalibrationBin[],
  size: Size,
  query: (bin: CalibrationBin) => string,
): Drawing {
  const box = frame(size, [0, 1], [0, 1]);
  const point = (bin: CalibrationBin): [number, number] => [box.x(bin.meanConfidence), box.y(bin.accuracy)];
  return {
    ...box,
    xTicks: ticksOf(box.x, 5, (value) => fixed(value, 1)),
    yTicks: ticksOf(box.y, 5, (value) => fixed(value, 1)),
    xTitle: 'Confidence, largest softmax(μ)',
    yTitle: 'Share predicted as labelled',
    strokes: [
      {
        d: linePath([
          [box.x(0), box.y(0)],
          [box.x(1), box.y(1)],
        ]),
        style: 'reference',
        name: 'Perfectly calibrated',
      },
      { d: linePath(bins.map(point)), style: 'line', name: 'Bins' },
    ],
    marks: bins.map((bin, at) => {
      const [x, y] = point(bin);
      const [low, high] = wilsonInterval(Math.round(bin.accuracy * bin.count), bin.count);
      return {
        id: String(at),
        d: dotPath(x, y, 4.5),
        tone: 'full',
        x,
        y,
        whisker: [box.y(low), box.y(high)],
        text: `Confidence ${fixed(bin.low)} to ${fixed(bin.high)}: right in ${percent(bin.accuracy)} of ${plural(bin.count, 'image')}`,
        // Equals that fall into two bins cannot be told apart by a query.
        q: bins[at - 1]?.high === bin.low || bins[at + 1]?.low === bin.high ? null : query(bin),
      };
    }),
  };
}

export function reliabilityTable(bins: readonly CalibrationBin[]): Table {
  return {
    columns: ['bin', 'images', 'confidence_low', 'confidence_high', 'mean_confidence', 'accuracy'],
    rows: bins.map((bin, at) => [at + 1, bin.count, bin.low, bin.high, bin.meanConfidence, bin.accuracy]),
  };
}

/** Says which way the model errs, and where most. */
export function reliabilitySummary(
  bins: readonly CalibrationBin[],
  { ece, nll, brier }: Record<'ece' | 'nll' | 'brier', number>,
): string {
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  if (total === 0) return 'There is no image to measure.';
  const gap = bins.reduce((sum, bin) => sum + bin.count * (bin.meanConfidence - bin.accuracy), 0) / total;
  const way =
    Math.abs(gap) < 0.01
      ? 'On the whole confidence and accuracy agree'
      : gap > 0
        ? `The model is overconfident by ${percent(gap)} on average`
        : `The model is underconfident by ${percent(-gap)} on average`;
  return `${way}, over ${count(total)} images. ECE ${percent(ece)}, NLL ${fixed(nll, 3)}, Brier ${fixed(brier, 3)}.`;
}
