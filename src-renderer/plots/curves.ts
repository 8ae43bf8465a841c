/** Training curves: from series to what an SVG draws. Pure, so that drawings are reviewed as snapshots. */
import { scaleLinear, scaleLog, type ScaleContinuousNumeric } from 'd3-scale';
import { decimate } from './decimate.ts';
import { nearest, type CurveSeries } from './series.ts';

export interface CurveOptions {
  readonly width: number;
  readonly height: number;
  /** Right end of the x axis in its own units; it starts at 0. */
  readonly xMax: number;
  readonly log: boolean;
  /** Values that the y axis must hold besides the data, e.g. [0] for a loss. */
  readonly include?: readonly number[];
  /** The y axis never goes beyond, e.g. [0, 100] for percentages. */
  readonly limits?: readonly [low: number, high: number];
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
  /** A level to hold the lines against, e.g. what the paper reports; part of the y axis. */
  readonly reference?: { readonly y: number; readonly label: string } | null;
  /** Point to mark as the best, in data units. */
  readonly best?: { readonly x: number; readonly y: number } | null;
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

export interface CurvePath {
  readonly name: string;
  readonly style: CurveSeries['style'];
  readonly d: string;
  /** Its last point, marked on lines that are read; null for raw values and empty series. */
  readonly end: { readonly x: number; readonly y: number } | null;
}

export interface CurveGeometry {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly paths: readonly CurvePath[];
  readonly best: { readonly x: number; readonly y: number } | null;
  readonly reference: { readonly y: number; readonly label: string } | null;
  /** Nothing to draw yet. */
  readonly empty: boolean;
  readonly x: ScaleContinuousNumeric<number, number>;
  readonly y: ScaleContinuousNumeric<number, number>;
}

const MARGIN = { left: 44, right: 12, top: 8, bottom: 20 };
/** Ticks: one in about so many pixels. */
const X_TICK_PX = 110;
const Y_TICK_PX = 44;
/** Room above and below the data on a log axis. */
const LOG_ROOM = 1.05;

const px = (value: number): string => value.toFixed(1);

/** Smallest and largest drawable y; null when there is none. On a log axis only positive values can be drawn. */
function yExtent(series: readonly CurveSeries[], log: boolean): [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (const { ys } of series) {
    for (let i = 0; i < ys.length; i++) {
      const y = ys[i] ?? NaN;
      if (!Number.isFinite(y) || (log && y <= 0)) continue;
      low = Math.min(low, y);
      high = Math.max(high, y);
    }
  }
  return low <= high ? [low, high] : null;
}

function yScale(series: readonly CurveSeries[], options: CurveOptions, top: number, bottom: number) {
  const { log, include = [], limits } = options;
  let [low, high] = yExtent(series, log) ?? (log ? [0.1, 1] : [0, 1]);
  for (const value of [...include, ...(options.reference ? [options.reference.y] : [])]) {
    if (log && value <= 0) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low === high)
    [low, high] = log ? [low / 2, high * 2] : [low - 0.5 * Math.abs(low || 1), high + 0.5 * Math.abs(high || 1)];
  const scale = log ? scaleLog([low, high], [bottom, top]) : scaleLinear([low, high], [bottom, top]);
  // Rounding a log axis outwards would go to whole decades and leave the curve a sliver.
  if (log) scale.domain([low / LOG_ROOM, high * LOG_ROOM]);
  else scale.nice(4);
  if (limits) {
    const [from = low, to = high] = scale.domain();
    scale.domain([log ? from : Math.max(limits[0], from), Math.min(limits[1], to)]);
  }
  return scale;
}

/** A log axis offers every digit of every decade: thin them out to what fits. */
function yTicks(scale: ScaleContinuousNumeric<number, number>, count: number): number[] {
  const ticks = scale.ticks(count);
  if (ticks.length <= count + 2) return ticks;
  const decades = ticks.filter((tick) => Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9);
  if (decades.length >= 2) return decades;
  const every = Math.ceil(ticks.length / count);
  return ticks.filter((_tick, index) => index % every === 0);
}

/** Drawing of the series in a box of width × height pixels. The y axis has room for labels of about six characters. */
export function curveGeometry(series: readonly CurveSeries[], options: CurveOptions): CurveGeometry {
  const left = MARGIN.left;
  const right = Math.max(left + 1, options.width - MARGIN.right);
  const top = MARGIN.top;
  const bottom = Math.max(top + 1, options.height - MARGIN.bottom);
  const x = scaleLinear([0, Math.max(options.xMax, Number.MIN_VALUE)], [left, right]);
  const y = yScale(series, options, top, bottom);
  const drawable = (value: number): boolean => Number.isFinite(value) && (!options.log || value > 0);

  const paths = series.map(({ name, style, xs, ys }): CurvePath => {
    const points = decimate(
      xs,
      Float64Array.from(ys, (value) => (drawable(value) ? value : NaN)),
      x,
    ).map((index) => ({
      x: x(xs[index] ?? 0),
      y: y(ys[index] ?? 0),
    }));
    const d = points.length === 0 ? '' : `M${points.map((point) => `${px(point.x)} ${px(point.y)}`).join('L')}`;
    return { name, style, d, end: style === 'raw' ? null : (points.at(-1) ?? null) };
  });
  const best = options.best && drawable(options.best.y) ? { x: x(options.best.x), y: y(options.best.y) } : null;
  return {
    left,
    right,
    top,
    bottom,
    xTicks: x
      .ticks(Math.max(2, Math.floor((right - left) / X_TICK_PX)))
      .map((value) => ({ at: x(value), label: options.formatX(value) })),
    yTicks: yTicks(y, Math.max(2, Math.floor((bottom - top) / Y_TICK_PX))).map((value) => ({
      at: y(value),
      label: options.formatY(value),
    })),
    paths,
    best,
    reference: options.reference ? { ...options.reference, y: y(options.reference.y) } : null,
    empty: paths.every(({ d }) => d === ''),
    x,
    y,
  };
}

export interface Reading {
  readonly name: string;
  readonly style: CurveSeries['style'];
  readonly x: number;
  readonly y: number;
}

/** The value of every line at x (its nearest point), or its last one where x is null. Raw values are not read. */
export function readAt(series: readonly CurveSeries[], x: number | null): Reading[] {
  return series.flatMap(({ name, style, xs, ys }) => {
    if (style === 'raw') return [];
    const index = x === null ? xs.length - 1 : nearest(xs, x);
    const y = ys[index];
    return y === undefined || !Number.isFinite(y) ? [] : [{ name, style, x: xs[index] ?? 0, y }];
  });
}
