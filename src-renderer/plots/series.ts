import type { EpochMetrics, RunMetrics } from '../../src-shared/domain/run.ts';

/** What a training chart's horizontal axis counts. Time is process time in seconds: queueing and pauses do not count. */
export const CURVE_AXES = ['step', 'epoch', 'time'] as const;
export type CurveAxis = (typeof CURVE_AXES)[number];

/** One line of a chart: xs ascending, ys beside them; both of one length. */
export interface CurveSeries {
  readonly name: string;
  /** `raw`: every measurement, faint; `line`: what to read; `dashed`: a second line beside it. */
  readonly style: 'raw' | 'line' | 'dashed';
  readonly xs: ArrayLike<number>;
  readonly ys: ArrayLike<number>;
}

/** What an x axis needs to know of a run. */
export type StepClock = Pick<RunMetrics, 'stepsPerEpoch' | 'epochs'> & {
  /** Last step and the process time at it, where the run tells them between two epochs. */
  readonly now?: { readonly step: number; readonly seconds: number };
};

/**
 * Exponential moving average without the pull towards zero at the start: m_t = w m_(t-1) + (1-w) x_t, divided by 1 - w^t
 * (Kingma, Ba, Adam, 2015, section 3; TensorBoard smooths so). Values that are no numbers are skipped and repeat the average.
 */
export function ema(values: ArrayLike<number>, weight: number): Float64Array {
  const out = new Float64Array(values.length);
  let mean = 0;
  let bias = 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    if (Number.isFinite(value)) {
      mean = weight * mean + (1 - weight) * value;
      bias *= weight;
    }
    out[i] = bias === 1 ? NaN : mean / (1 - bias);
  }
  return out;
}

/** Weight of the average so that it follows about one fiftieth of the run, between 5 and 200 steps. */
export function smoothingWeight(steps: number): number {
  const window = Math.min(200, Math.max(5, steps / 50));
  return 1 - 1 / window;
}

/** Seconds of process time at a step: exact at the end of an epoch, straight in between, and on at the last speed after it. */
function secondsAt(step: number, clock: StepClock): number {
  const knots = clock.epochs.map(({ epoch, processSeconds }) => ({
    step: epoch * clock.stepsPerEpoch,
    seconds: processSeconds,
  }));
  const last = knots.at(-1);
  if (clock.now && clock.now.step > (last?.step ?? 0)) knots.push(clock.now);
  let before = { step: 0, seconds: 0 };
  let slope = 0;
  for (const knot of knots) {
    slope = (knot.seconds - before.seconds) / Math.max(1, knot.step - before.step);
    if (step <= knot.step) break;
    before = knot;
  }
  return before.seconds + slope * (step - before.step);
}

/** Positions of optimizer steps (from 1) on an axis. */
export function stepsOnAxis(steps: ArrayLike<number>, axis: CurveAxis, clock: StepClock): Float64Array {
  const perEpoch = Math.max(1, clock.stepsPerEpoch);
  return Float64Array.from(steps, (step) =>
    axis === 'step' ? step : axis === 'epoch' ? step / perEpoch : secondsAt(step, clock),
  );
}

/** Position of an epoch's end on an axis. */
export function epochOnAxis(metrics: EpochMetrics, axis: CurveAxis, clock: StepClock): number {
  if (axis === 'time') return metrics.processSeconds;
  return axis === 'epoch' ? metrics.epoch : metrics.epoch * clock.stepsPerEpoch;
}

/** A number of each epoch as a line; epochs that do not have it are left out. */
export function epochSeries(
  name: string,
  style: CurveSeries['style'],
  clock: StepClock,
  axis: CurveAxis,
  value: (metrics: EpochMetrics) => number | null,
): CurveSeries {
  const points = clock.epochs.flatMap((metrics) => {
    const y = value(metrics);
    return y === null || !Number.isFinite(y) ? [] : [{ x: epochOnAxis(metrics, axis, clock), y }];
  });
  return { name, style, xs: points.map(({ x }) => x), ys: points.map(({ y }) => y) };
}

/**
 * The learning rate as the steps it really takes: constant within an epoch, so each epoch gives a point at its start and end.
 */
export function learningRateSeries(clock: StepClock, axis: CurveAxis): CurveSeries {
  const xs: number[] = [];
  const ys: number[] = [];
  let start = 0;
  for (const metrics of clock.epochs) {
    const end = epochOnAxis(metrics, axis, clock);
    xs.push(start, end);
    ys.push(metrics.learningRate, metrics.learningRate);
    start = end;
  }
  return { name: 'learning rate', style: 'line', xs, ys };
}

/** Index of the point nearest to x, or -1 in an empty series. xs ascending. */
export function nearest(xs: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = xs.length - 1;
  if (high < 0) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((xs[middle] ?? 0) <= x) low = middle;
    else high = middle;
  }
  return Math.abs((xs[high] ?? 0) - x) < Math.abs((xs[low] ?? 0) - x) ? high : low;
}
