import { describe, expect, it } from 'vitest';
import type { Expression } from '../../src-shared/domain/expression.ts';
import {
  confusionGeometry,
  describeCell,
  largestConfusions,
  moveCell,
  summariseConfusion,
} from '../../src-renderer/plots/confusion.ts';

const classes: Expression[] = ['happy', 'fear', 'surprise'];
const confusion = [
  [9, 0, 1],
  [0, 76, 14],
  [5, 2, 3],
];
const rows = confusionGeometry(confusion, classes, { width: 400, mode: 'row' });

describe('the confusion matrix', () => {
  it('is stable', () => {
    expect(rows).toMatchSnapshot();
  });

  it('shows shares of the row, of the column, or counts', () => {
    const text = (mode: 'row' | 'column' | 'count') =>
      confusionGeometry(confusion, classes, { width: 400, mode }).cells.map((row) => row.map((cell) => cell.text));
    expect(text('row')[1]).toEqual(['0', '84.4', '15.6']);
    expect(text('column').map((row) => row[0])).toEqual(['64.3', '0', '35.7']);
    expect(text('count')[2]).toEqual(['5', '2', '3']);
  });

  it('fills with the share to the power 0.72, nothing for zero', () => {
    const cell = rows.cells[1]?.[2];
    expect(cell?.alpha).toBeCloseTo(0.05 + 0.85 * (14 / 90) ** 0.72, 12);
    expect(rows.cells[0]?.[1]?.alpha).toBe(0);
  });

  it('keeps its cells square and inside', () => {
    const last = rows.cells[2]?.[2];
    expect((last?.x ?? 0) + rows.side).toBeLessThanOrEqual(400);
    expect((last?.x ?? 0) - (rows.cells[2]?.[1]?.x ?? 0)).toBe((last?.y ?? 0) - (rows.cells[1]?.[2]?.y ?? 0));
  });

  it('says in words what a cell holds', () => {
    const cell = rows.cells[1]?.[2];
    expect(cell && describeCell(cell)).toBe('Fear as Surprise: 14 images, 15.6% of Fear');
  });

  it('lists the largest confusions and names the worst', () => {
    expect(largestConfusions(rows, 2).map(({ count }) => count)).toEqual([14, 5]);
    expect(summariseConfusion(rows)).toBe(
      '88 of 110 images are predicted as labelled; most often mistaken: Fear as Surprise: 14 images, 15.6% of Fear.',
    );
  });

  it('shows what changed from another run, with its sign', () => {
    const baseline = [
      [8, 1, 1],
      [0, 76, 14],
      [9, 0, 1],
    ];
    const drawn = confusionGeometry(confusion, classes, { width: 400, mode: 'difference', baseline });
    expect(drawn.cells.map((row) => row.map(({ text }) => text))).toEqual([
      ['+1', '−1', '0'],
      ['0', '0', '0'],
      ['−4', '+2', '+2'],
    ]);
    expect(drawn.cells[2]?.[0]).toMatchObject({ delta: -4, count: 5, tone: 'strong' });
    expect(drawn.cells[1]?.[1]?.alpha).toBe(0);
    const cell = drawn.cells[2]?.[0];
    expect(cell && describeCell(cell)).toMatch(/−4 against the other run$/);
  });

  it('has no NaN for a class without images', () => {
    const empty = confusionGeometry([[0]], ['happy'], { width: 200, mode: 'row' });
    expect(empty.cells[0]?.[0]).toMatchObject({ text: '0', alpha: 0, ofLabel: 0 });
    expect(summariseConfusion(empty)).toBe('No image has both a label and a prediction here.');
  });
});

describe('the keys of the matrix', () => {
  it('move within it', () => {
    expect(moveCell({ row: 0, column: 0 }, 'ArrowUp', false, 3)).toEqual({ row: 0, column: 0 });
    expect(moveCell({ row: 0, column: 0 }, 'ArrowRight', false, 3)).toEqual({ row: 0, column: 1 });
    expect(moveCell({ row: 1, column: 1 }, 'End', false, 3)).toEqual({ row: 1, column: 2 });
    expect(moveCell({ row: 1, column: 1 }, 'End', true, 3)).toEqual({ row: 2, column: 2 });
    expect(moveCell({ row: 1, column: 1 }, 'x', false, 3)).toBeNull();
  });
});
