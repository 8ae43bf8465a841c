/** An ablation as a dot plot: each variant's runs, their mean with its deviation, and what the paper reports. Pure. */
import { scaleLinear } from 'd3-scale';
import type { AblationRow } from '../../src-shared/metrics/ablation.ts';

export interface AblationMark {
  readonly title: string;
  /** Middle of the row. */
  readonly y: number;
  /** One dot a run. */
  readonly dots: readonly number[];
  readonly mean: number | null;
  /** From one deviation below the mean to one above. */
  readonly spread: readonly [number, number] | null;
  readonly paper: number | null;
}

export interface AblationDrawing {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly rowHeight: number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  readonly marks: readonly AblationMark[];
  readonly empty: boolean;
}

const MARGIN = { left: 176, right: 24, top: 8, bottom: 24 };
const TICK_PX = 80;

/** Accuracies in per cent along x, variants downwards. */
export function ablationDrawing(rows: readonly AblationRow[], width: number, height: number): AblationDrawing {
  const { left, top } = MARGIN;
  const [right, bottom] = [Math.max(left + 1, width - MARGIN.right), Math.max(top + 1, height - MARGIN.bottom)];
  const spreadOf = ({ mean, deviation }: AblationRow): readonly [number, number] | null =>
    mean === null || deviation === null ? null : [100 * (mean - deviation), 100 * (mean + deviation)];
  const values = rows.flatMap((row) => [
    ...row.accuracies.flatMap((value) => (value === null ? [] : [100 * value])),
    ...(spreadOf(row) ?? []),
    ...(row.paper === null ? [] : [row.paper]),
  ]);
  const [low, high] = values.length === 0 ? [0, 100] : [Math.min(...values), Math.max(...values)];
  // A tenth of a point of difference is not to fill the axis.
  const room = Math.max(0.5, (high - low) * 0.08);
  const x = scaleLinear([Math.max(0, low - room), Math.min(100, high + room)], [left, right]).nice(5);
  const rowHeight = (bottom - top) / Math.max(1, rows.length);
  return {
    ...{ left, right, bottom, rowHeight, empty: values.length === 0 },
    ticks: x
      .ticks(Math.max(2, Math.floor((right - left) / TICK_PX)))
      .map((value) => ({ at: x(value), label: String(value) })),
    marks: rows.map((row, index) => {
      const spread = spreadOf(row);
      return {
        title: row.title,
        y: top + (index + 0.5) * rowHeight,
        dots: row.accuracies.flatMap((value) => (value === null ? [] : [x(100 * value)])),
        mean: row.mean === null ? null : x(100 * row.mean),
        spread: spread === null ? null : [x(spread[0]), x(spread[1])],
        paper: row.paper === null ? null : x(row.paper),
      };
    }),
  };
}
