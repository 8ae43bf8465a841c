/** Sigma of the predicted class against errors: by decile, and over loss. */
import type { SigmaCell, SigmaErrors } from '../../../src-shared/domain/evaluation.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { massRanges } from '../../../src-shared/metrics/bins.ts';
import { argmax, crossEntropy, sigma } from '../../../src-shared/metrics/vich.ts';
import { wilsonInterval } from '../../../src-shared/metrics/wilson.ts';
import type { Store } from '../store/interface.ts';
import type { Measure } from './context.ts';
import { countedIn } from './evaluate.ts';

const BINS = 10;
const COLUMNS = 24;
const ROWS = 16;

/** @throws FailureError 'not-found', 'conflict'; 'unsupported' for a run without VICH. */
export function sigmaErrorsIn(store: Store, request: Measure): SigmaErrors {
  const { run, counted } = countedIn(store, request);
  const cases = counted.flatMap(({ label, mu, logvar }) => {
    const top = argmax(mu);
    const width = logvar?.[top];
    return width === undefined ? [] : [{ sigma: sigma(width), loss: crossEntropy(mu, label), wrong: top !== label }];
  });
  if (cases.length === 0)
    throw new FailureError({
      kind: 'unsupported',
      message: `“${run.name}” has no VICH: it gives no sigma.`,
      remedy: 'Choose a run that was trained with VICH.',
    });
  const bySigma = cases.toSorted((a, b) => a.sigma - b.sigma);
  const bins = massRanges(
    bySigma.map((one) => one.sigma),
    BINS,
  ).map(({ from, to, low, high }) => {
    const errors = bySigma.slice(from, to).filter(({ wrong }) => wrong).length;
    return { low, high, images: to - from, errors, interval: wilsonInterval(errors, to - from) };
  });
  const span = (values: readonly number[]): [number, number] => {
    let [low, high] = [Infinity, -Infinity];
    for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
    return high > low ? [low, high] : [low, low + 1];
  };
  const sigmas = span(cases.map((one) => one.sigma));
  const losses = span(cases.map((one) => one.loss));
  return { images: cases.length, bins, sigma: sigmas, loss: losses, cells: grid(cases, sigmas, losses) };
}

/** Counts on a grid; the edges are computed as they are told, so that each range names its cases exactly. */
function grid(
  cases: readonly { sigma: number; loss: number }[],
  sigmas: readonly [number, number],
  losses: readonly [number, number],
): SigmaCell[] {
  const edges = ([low, high]: readonly [number, number], parts: number): number[] =>
    Array.from({ length: parts + 1 }, (_, at) => (at === parts ? high : low + ((high - low) * at) / parts));
  const [xs, ys] = [edges(sigmas, COLUMNS), edges(losses, ROWS)];
  const place = (value: number, of: readonly number[]): number => {
    const [first = 0, last = 1] = [of[0], of.at(-1)];
    let at = Math.min(of.length - 2, Math.max(0, Math.floor(((value - first) / (last - first)) * (of.length - 1))));
    while (at > 0 && value < (of[at] ?? 0)) at--;
    while (at < of.length - 2 && value >= (of[at + 1] ?? 0)) at++;
    return at;
  };
  const counts = new Map<number, number>();
  for (const one of cases) {
    const key = place(one.loss, ys) * COLUMNS + place(one.sigma, xs);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([a], [b]) => a - b)
    .map(([key, images]) => {
      const [column, row] = [key % COLUMNS, Math.floor(key / COLUMNS)];
      return {
        sigma: [xs[column] ?? 0, xs[column + 1] ?? 0],
        loss: [ys[row] ?? 0, ys[row + 1] ?? 0],
        images,
        last: [column === COLUMNS - 1, row === ROWS - 1],
      };
    });
}
