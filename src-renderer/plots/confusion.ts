/** The confusion matrix as a drawing: rows are labels, columns predictions. Pure. */
import { EXPRESSION_FACES, type Expression } from '../../src-shared/domain/expression.ts';

export const CELL_MODES = ['row', 'column', 'count', 'difference'] as const;
export type CellMode = (typeof CELL_MODES)[number];

/** A cell by the indices of its label (row) and prediction (column). */
export interface CellAt {
  readonly row: number;
  readonly column: number;
}

export interface ConfusionCell extends CellAt {
  readonly label: Expression;
  readonly prediction: Expression;
  readonly count: number;
  /** Share of the row's sum (its label), 0..1; 0 for a class without labels. */
  readonly ofLabel: number;
  /** What stands in the cell: percent with one decimal, or the count. A zero is a plain "0". */
  readonly text: string;
  /** Lightness over the surface, 0..1. */
  readonly alpha: number;
  /**
   * How the text must stand out from the fill: on a weak one in the text's colour, on a strong one in the surface's. On a middle one
   * that depends on the theme: the same lightness reads better with dark text in both.
   */
  readonly tone: 'weak' | 'middle' | 'strong';
  readonly diagonal: boolean;
  /** Images more (or fewer) than another run has here; null where there is no other run. */
  readonly delta: number | null;
  readonly x: number;
  readonly y: number;
}

export interface ConfusionGeometry {
  readonly width: number;
  readonly height: number;
  /** Side of a cell's square, without the gap of one pixel between cells. */
  readonly side: number;
  readonly left: number;
  readonly top: number;
  readonly cells: readonly (readonly ConfusionCell[])[];
}

/** Room for "Surprise" with its mark, for the codes above, and for the axis' name below. */
const LEFT = 84;
const TOP = 24;
const BOTTOM = 24;
const GAP = 1;
/** Shares are raised to this power before they become lightness, so that rare confusions stay visible. */
const FILL_POWER = 0.72;
/** Where dark text begins to read better than light text on the fill: of the dark theme, and of the light one. */
const MIDDLE_FROM = 0.4;
const STRONG_FROM = 0.52;

const percent = (share: number): string => (share * 100).toFixed(1);

export interface ConfusionOptions {
  readonly width: number;
  readonly mode: CellMode;
  /** Another run's counts on the same images, for the difference. */
  readonly baseline?: readonly (readonly number[])[] | null;
}

/** "+3", "−3", "0". */
const signed = (value: number): string => (value === 0 ? '0' : `${value > 0 ? '+' : '\u2212'}${Math.abs(value)}`);

/**
 * Cells of a matrix drawn `width` pixels wide.
 * @param confusion confusion[i][j]: images labelled classes[i] and predicted classes[j].
 */
export function confusionGeometry(
  confusion: readonly (readonly number[])[],
  classes: readonly Expression[],
  { width, mode, baseline = null }: ConfusionOptions,
): ConfusionGeometry {
  const n = Math.max(1, classes.length);
  const side = Math.max(8, Math.floor((width - LEFT) / n) - GAP);
  const rowSums = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columnSums = classes.map((_, column) => confusion.reduce((sum, row) => sum + (row[column] ?? 0), 0));
  const deltaAt = (row: number, column: number): number =>
    (confusion[row]?.[column] ?? 0) - (baseline?.[row]?.[column] ?? 0);
  const largestDelta = Math.max(1, ...classes.flatMap((_, r) => classes.map((__, c) => Math.abs(deltaAt(r, c)))));
  const cells = classes.map((label, row) =>
    classes.map((prediction, column): ConfusionCell => {
      const count = confusion[row]?.[column] ?? 0;
      const rowSum = rowSums[row] ?? 0;
      const columnSum = columnSums[column] ?? 0;
      const ofLabel = rowSum === 0 ? 0 : count / rowSum;
      const share = mode === 'column' ? (columnSum === 0 ? 0 : count / columnSum) : ofLabel;
      const delta = baseline === null ? null : deltaAt(row, column);
      const strength = mode === 'difference' ? Math.abs(delta ?? 0) / largestDelta : share;
      const alpha = (mode === 'difference' ? delta : count) === 0 ? 0 : 0.05 + 0.85 * strength ** FILL_POWER;
      return {
        row,
        column,
        label,
        prediction,
        count,
        ofLabel,
        text:
          mode === 'difference'
            ? signed(delta ?? 0)
            : count === 0
              ? '0'
              : mode === 'count'
                ? String(count)
                : percent(share),
        delta,
        alpha,
        tone: alpha < MIDDLE_FROM ? 'weak' : alpha < STRONG_FROM ? 'middle' : 'strong',
        diagonal: row === column,
        x: LEFT + column * (side + GAP),
        y: TOP + row * (side + GAP),
      };
    }),
  );
  const edge = n * (side + GAP);
  return { width: LEFT + edge, height: TOP + edge + BOTTOM, side, left: LEFT, top: TOP, cells };
}

/** The cell that a key moves to: arrows within the matrix, Home and End in the row, with Ctrl to the corners; null for other keys. */
export function moveCell(from: CellAt, key: string, ctrl: boolean, n: number): CellAt | null {
  const last = n - 1;
  const clamp = (value: number): number => Math.min(last, Math.max(0, value));
  switch (key) {
    case 'ArrowUp':
      return { ...from, row: clamp(from.row - 1) };
    case 'ArrowDown':
      return { ...from, row: clamp(from.row + 1) };
    case 'ArrowLeft':
      return { ...from, column: clamp(from.column - 1) };
    case 'ArrowRight':
      return { ...from, column: clamp(from.column + 1) };
    case 'Home':
      return ctrl ? { row: 0, column: 0 } : { ...from, column: 0 };
    case 'End':
      return ctrl ? { row: last, column: last } : { ...from, column: last };
    default:
      return null;
  }
}

const images = (count: number): string => (count === 1 ? '1 image' : `${count.toLocaleString('en-US')} images`);

/** "Fear as Surprise: 14 images, 15.6% of Fear". */
export function describeCell(cell: ConfusionCell): string {
  const label = EXPRESSION_FACES[cell.label].title;
  const prediction = EXPRESSION_FACES[cell.prediction].title;
  const change = cell.delta === null ? '' : `, ${signed(cell.delta)} against the other run`;
  return `${label} as ${prediction}: ${images(cell.count)}, ${percent(cell.ofLabel)}% of ${label}${change}`;
}

/** The cells off the diagonal with most images, largest first; equal counts keep the matrix's order. */
export function largestConfusions(geometry: ConfusionGeometry, limit: number): ConfusionCell[] {
  return geometry.cells
    .flat()
    .filter((cell) => !cell.diagonal && cell.count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, limit);
}

/** One sentence that says what the matrix shows. */
export function summariseConfusion(geometry: ConfusionGeometry): string {
  const cells = geometry.cells.flat();
  const total = cells.reduce((sum, cell) => sum + cell.count, 0);
  if (total === 0) return 'No image has both a label and a prediction here.';
  const right = cells.reduce((sum, cell) => sum + (cell.diagonal ? cell.count : 0), 0);
  const worst = largestConfusions(geometry, 1)[0];
  const start = `${right.toLocaleString('en-US')} of ${images(total)} are predicted as labelled`;
  return worst ? `${start}; most often mistaken: ${describeCell(worst)}.` : `${start}.`;
}
