import { quantileSorted, ticks } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { Expression } from '../domain/expression.ts';
import { argmax, sigma, softmax } from '../metrics/vich.ts';
import { density, phi } from './normal.ts';

/** A prediction as the plot needs it; arrays follow `classes`. */
export interface VichData {
  readonly classes: readonly Expression[];
  readonly mu: ArrayLike<number>;
  /** Null for a model without VICH: then there are points and no curves. */
  readonly logvar: ArrayLike<number> | null;
}

export interface VichClass {
  readonly expression: Expression;
  readonly mu: number;
  readonly logvar: number | null;
  readonly sigma: number | null;
  /** softmax(mu) */
  readonly probability: number;
  readonly rank: number;
}

/** The classes with their numbers, in the prediction's order; rank 0 is the predicted one. */
export function vichClasses({ classes, mu, logvar }: VichData): VichClass[] {
  const probabilities = softmax(mu);
  const order = classes.map((_, i) => i).sort((a, b) => (mu[b] ?? 0) - (mu[a] ?? 0) || a - b);
  return classes.map((expression, i) => {
    const variance = logvar?.[i] ?? null;
    return {
      expression,
      mu: mu[i] ?? 0,
      logvar: variance,
      sigma: variance === null ? null : sigma(variance),
      probability: probabilities[i] ?? 0,
      rank: order.indexOf(i),
    };
  });
}

/** P(Z_a > Z_b) for independent normals: Phi((mu_a - mu_b) / sqrt(sigma_a² + sigma_b²)); null without variances. */
export function beats(a: VichClass, b: VichClass): number | null {
  if (a.sigma === null || b.sigma === null) return null;
  return phi((a.mu - b.mu) / Math.hypot(a.sigma, b.sigma));
}

export type Range = readonly [low: number, high: number];

/** The range of one prediction: mu ± 3 sigma of all its classes. */
export function fitRange(data: VichData): Range {
  const values = spread(data);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return high > low ? [low, high] : [low - 1, high + 1];
}

/** mu - 3 sigma and mu + 3 sigma of each class; without VICH mu ± 1, to leave some air. */
function spread(data: VichData): number[] {
  return vichClasses(data).flatMap(({ mu, sigma: sd }) => [mu - 3 * (sd ?? 1 / 3), mu + 3 * (sd ?? 1 / 3)]);
}

/** One range for all of a run's images, so that they can be compared: 0.5% to 99.5% of mu ± 3 sigma over many of them. */
export function lockedRange(many: readonly VichData[]): Range | null {
  const values = many.flatMap(spread).sort((a, b) => a - b);
  const low = quantileSorted(values, 0.005);
  const high = quantileSorted(values, 0.995);
  return low === undefined || high === undefined || low >= high ? null : [low, high];
}

/** A range widened so that no peak of this prediction falls outside. */
export function containing(range: Range, data: VichData): Range {
  const mus = Array.from(data.mu);
  const margin = (range[1] - range[0]) * 0.02;
  const low = Math.min(...mus);
  const high = Math.max(...mus);
  return [low < range[0] ? low - margin : range[0], high > range[1] ? high + margin : range[1]];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface VichCurve extends VichClass {
  /** Where the curve is highest, in pixels; x is exactly mu. */
  readonly peak: Point;
  /** Null where sigma is too small to draw (a marker stands at the peak) or unknown. */
  readonly stroke: string | null;
  readonly fill: string | null;
  /** The chord at ±1 sigma. */
  readonly deviation: { readonly x1: number; readonly x2: number; readonly y: number } | null;
  readonly winner: boolean;
  /** Middle of its lane below the axis. */
  readonly laneY: number;
  /** The baseline's mu on that lane, held within the axis; null without a baseline that knows the class. */
  readonly baselineX: number | null;
  /** Pixels of a value of this class's density. */
  readonly pixels: (density: number) => number;
  readonly label: { readonly x: number; readonly leader: string };
}

export interface VichGeometry {
  /** Losers first, so that the winner is drawn on top. */
  readonly curves: readonly VichCurve[];
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly base: number;
  /** Bottom of the lanes. */
  readonly foot: number;
  readonly ticks: readonly { readonly x: number; readonly value: number }[];
  readonly x: (value: number) => number;
  readonly value: (x: number) => number;
}

/** Narrower curves than this would be a line: they are drawn as a marker. */
const THINNEST = 0.001;
const HALF_POINTS = 48;
const REACH = 3.6;
const LABEL_HEIGHT = 28;
const FOOT_HEIGHT = 32;
const LANE_HEIGHT = 11;

export interface VichOptions {
  readonly width: number;
  readonly height: number;
  readonly range: Range;
  /** Every curve as high as the others: then its width alone tells sigma, and a wide curve can be seen beside narrow ones. */
  readonly equal?: boolean;
  /** The baseline's prediction of the same image: its mu, a dot on each class's lane. */
  readonly baseline?: Pick<VichData, 'classes' | 'mu'> | null;
}

/** Lays the plot out; pixels, top left is 0,0. Classes keep the prediction's order in their lanes. */
export function vich(
  data: VichData,
  { width, height, range, equal = false, baseline = null }: VichOptions,
): VichGeometry {
  const classes = vichClasses(data);
  const left = 22;
  const right = width - 6;
  const base = Math.max(LABEL_HEIGHT + 20, height - FOOT_HEIGHT - classes.length * LANE_HEIGHT - 6);
  const foot = base + classes.length * LANE_HEIGHT + 6;
  const x = scaleLinear(range, [left, right]);
  const drawable = classes.filter((one) => one.sigma !== null && one.sigma >= THINNEST);
  const highest = Math.max(1e-9, ...drawable.map((one) => density(one.mu, one.mu, one.sigma ?? 1)));
  const y = scaleLinear([0, highest * 1.03], [base, LABEL_HEIGHT]);
  /** What a class's density is drawn as. */
  const heightOf = (one: VichClass): number => (equal ? highest / density(one.mu, one.mu, one.sigma ?? 1) : 1);
  const dotOf = (one: VichClass): number | null => {
    const at = baseline?.classes.indexOf(one.expression) ?? -1;
    const mu = baseline?.mu[at];
    return mu === undefined ? null : x(Math.min(range[1], Math.max(range[0], mu)));
  };
  const winner = argmax(data.mu);
  const byMu = classes.map((_, i) => i).sort((a, b) => (classes[a]?.mu ?? 0) - (classes[b]?.mu ?? 0));
  const labelX = spreadLabels(
    byMu.map((i) => x(classes[i]?.mu ?? 0)),
    Math.min(32, (right - left) / classes.length),
    left + 12,
    right - 12,
  );
  const stroke = line<Point>(
    (point) => point.x,
    (point) => point.y,
  ).digits(2);
  const fill = area<Point>(
    (point) => point.x,
    base,
    (point) => point.y,
  ).digits(2);

  const curves = classes.map((one, i): VichCurve => {
    const drawn = one.sigma !== null && one.sigma >= THINNEST;
    const peakY =
      one.sigma === null ? base : drawn ? y(density(one.mu, one.mu, one.sigma) * heightOf(one)) : LABEL_HEIGHT;
    const peak = { x: x(one.mu), y: peakY };
    const points = drawn
      ? sample(one.mu, one.sigma ?? 1, range).map((point) => ({ x: x(point.x), y: y(point.y * heightOf(one)) }))
      : [];
    const chord = drawn ? density(one.mu + (one.sigma ?? 0), one.mu, one.sigma ?? 1) * heightOf(one) : 0;
    const at = Math.round(labelX[byMu.indexOf(i)] ?? 0);
    return {
      ...one,
      peak,
      stroke: drawn ? stroke(points) : null,
      fill: drawn ? fill(points) : null,
      deviation: drawn ? { x1: x(one.mu - (one.sigma ?? 0)), x2: x(one.mu + (one.sigma ?? 0)), y: y(chord) } : null,
      winner: i === winner,
      laneY: base + 9 + i * LANE_HEIGHT,
      baselineX: dotOf(one),
      pixels: (density) => y(density * heightOf(one)),
      label: {
        x: at,
        leader: `M${at} 14V17L${peak.x.toFixed(1)} ${Math.max(21, Math.min(peak.y - 2, LABEL_HEIGHT - 2)).toFixed(1)}V${(peak.y - 2).toFixed(1)}`,
      },
    };
  });
  curves.sort((a, b) => b.rank - a.rank);
  return {
    curves,
    left,
    right,
    top: LABEL_HEIGHT,
    base,
    foot,
    ticks: ticks(range[0], range[1], Math.max(2, Math.floor((right - left) / 48))).map((value) => ({
      x: x(value),
      value,
    })),
    x: (value) => x(value),
    value: (at) => x.invert(at),
  };
}

/** Points of a normal curve within the range, with one at mu itself and one at each cut. */
function sample(mean: number, sd: number, [low, high]: Range): Point[] {
  const xs: number[] = [];
  for (let i = -HALF_POINTS; i <= HALF_POINTS; i++) xs.push(mean + (i / HALF_POINTS) * REACH * sd);
  const inside = xs.filter((at) => at > low && at < high);
  if ((xs[0] ?? low) <= low && (xs.at(-1) ?? low) > low) inside.unshift(low);
  if ((xs.at(-1) ?? high) >= high && (xs[0] ?? high) < high) inside.push(high);
  return inside.map((at) => ({ x: at, y: density(at, mean, sd) }));
}

/** Moves labels apart to `gap`, as little as possible, within [low, high]; in and out in ascending order. */
export function spreadLabels(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const placed = [...wanted];
  for (let round = 0; round < 80; round++) {
    for (let i = 0; i + 1 < placed.length; i++) {
      const [a = 0, b = 0] = [placed[i], placed[i + 1]];
      const missing = gap - (b - a);
      if (missing <= 0) continue;
      placed[i] = a - missing / 2;
      placed[i + 1] = b + missing / 2;
    }
    for (let i = 0; i < placed.length; i++) {
      const room = { first: low + i * gap, last: high - (placed.length - 1 - i) * gap };
      placed[i] = Math.min(Math.max(placed[i] ?? 0, room.first), Math.max(room.first, room.last));
    }
  }
  return placed;
}
