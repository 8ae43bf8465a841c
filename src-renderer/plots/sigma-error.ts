/** Sigma of the predicted class against errors: deciles with intervals, and all images on a grid over loss (a grid, because each of its cells can be asked for exactly). Pure. */
import type { SigmaBin, SigmaCell, SigmaErrors } from '../../src-shared/domain/evaluation.ts';
import { count, fixed, percent, plural } from '../text/format.ts';
import { frame, rectPath, ticksOf, type Drawing, type Size } from './drawing.ts';
import type { Table } from './export.ts';

const edges = (bin: SigmaBin): string => `σ ${fixed(bin.low, 3)} to ${fixed(bin.high, 3)}`;

/** Error rate by decile of sigma, with Wilson intervals. */
export function sigmaDeciles({ bins }: SigmaErrors, size: Size, query: (bin: SigmaBin) => string): Drawing {
  const most = Math.max(0.05, ...bins.map((bin) => bin.interval[1]));
  const box = frame(size, [0, Math.max(1, bins.length)], [0, Math.min(1, most)]);
  return {
    ...box,
    xTicks: bins.map((_, at) => ({ at: box.x(at + 0.5), text: String(at + 1) })),
    yTicks: ticksOf(box.y, 5, (value) => percent(value, 0)),
    xTitle: 'Decile of σ, smallest first',
    yTitle: 'Errors',
    strokes: [],
    marks: bins.map((bin, at) => {
      const rate = bin.images === 0 ? 0 : bin.errors / bin.images;
      return {
        id: String(at),
        d: rectPath(box.x(at + 0.18), box.y(rate), box.x(at + 0.82), box.bottom),
        tone: 'ghost',
        x: box.x(at + 0.5),
        y: box.y(rate),
        whisker: [box.y(bin.interval[0]), box.y(bin.interval[1])],
        text: `${edges(bin)}: ${count(bin.errors)} of ${plural(bin.images, 'image')} wrong, ${percent(rate)}`,
        q: query(bin),
      };
    }),
  };
}

export function sigmaTable({ bins }: SigmaErrors): Table {
  return {
    columns: ['decile', 'sigma_low', 'sigma_high', 'images', 'errors', 'rate_low', 'rate_high'],
    rows: bins.map((bin, at) => [at + 1, bin.low, bin.high, bin.images, bin.errors, ...bin.interval]),
  };
}

/** Images by sigma and loss; darker where there are more (by the square root, so that single images stay visible). */
export function sigmaCells(
  { cells, sigma, loss }: SigmaErrors,
  size: Size,
  query: (cell: SigmaCell) => string,
): Drawing {
  const box = frame(size, sigma, loss);
  const most = Math.max(1, ...cells.map((cell) => cell.images));
  return {
    ...box,
    xTicks: ticksOf(box.x, 5, (value) => fixed(value)),
    yTicks: ticksOf(box.y, 5, (value) => fixed(value, 1)),
    xTitle: 'σ of the predicted class',
    yTitle: 'Loss',
    strokes: [],
    marks: cells.map((cell) => {
      const [left, right] = [box.x(cell.sigma[0]), box.x(cell.sigma[1])];
      const [low, high] = [box.y(cell.loss[0]), box.y(cell.loss[1])];
      return {
        id: `${cell.sigma[0]}/${cell.loss[0]}`,
        d: rectPath(left, high, right, low),
        tone: 'full',
        alpha: 0.12 + 0.88 * Math.sqrt(cell.images / most),
        x: (left + right) / 2,
        y: (low + high) / 2,
        text: `σ ${fixed(cell.sigma[0])} to ${fixed(cell.sigma[1])}, loss ${fixed(cell.loss[0])} to ${fixed(cell.loss[1])}: ${plural(cell.images, 'image')}`,
        q: query(cell),
      };
    }),
  };
}

export function cellTable({ cells }: SigmaErrors): Table {
  return {
    columns: ['sigma_low', 'sigma_high', 'loss_low', 'loss_high', 'images'],
    rows: cells.map((cell) => [...cell.sigma, ...cell.loss, cell.images]),
  };
}

/** How the error rate changes from the smallest to the largest sigmas. */
export function sigmaSummary({ bins }: SigmaErrors): string {
  const [first, last] = [bins[0], bins.at(-1)];
  if (first === undefined || last === undefined || bins.length < 2)
    return 'There are too few images to compare sigmas.';
  const rate = (bin: SigmaBin): string => percent(bin.errors / bin.images);
  const apart = last.interval[0] > first.interval[1] || first.interval[0] > last.interval[1];
  return `Of the images with the smallest σ ${rate(first)} are wrong, of those with the largest ${rate(last)}${apart ? '' : '; their intervals overlap'}.`;
}
