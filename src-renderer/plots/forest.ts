/** A difference with its interval on one line, zero in the middle. Pure. */
import { scaleLinear } from 'd3-scale';

export interface ForestMark {
  /** Pixels: where the interval begins and ends, and where the difference stands. */
  readonly low: number;
  readonly high: number;
  readonly at: number;
  readonly zero: number;
  /** The interval leaves zero out. */
  readonly sure: boolean;
}

/** A round number that every interval fits in, so that all lines share one scale: 0.2 -> 0.2, 0.34 -> 0.5. */
export function forestLimit(values: readonly number[]): number {
  const largest = Math.max(0, ...values.map(Math.abs).filter(Number.isFinite));
  if (largest === 0) return 1;
  const decade = 10 ** Math.floor(Math.log10(largest));
  return decade * ([1, 2, 5, 10].find((step) => step * decade >= largest * (1 - 1e-9)) ?? 10);
}

/** @param width of the line in pixels; @param limit the scale runs from -limit to limit. */
export function forestMark(
  difference: number,
  [low, high]: readonly [number, number],
  limit: number,
  width: number,
): ForestMark {
  const x = scaleLinear([-limit, limit], [0, width]).clamp(true);
  return { low: x(low), high: x(high), at: x(difference), zero: width / 2, sure: low > 0 || high < 0 };
}
