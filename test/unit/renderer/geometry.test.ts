import { describe, expect, it } from 'vitest';
import {
  GAP,
  isScaled,
  lastOffset,
  layOut,
  moved,
  MOST_HEIGHT,
  MOST_TILES,
  offsetOf,
  offsetToShow,
  rowsAt,
  rowTop,
  scrollOf,
} from '../../../src-renderer/views/gallery/geometry.ts';

describe('layout of the virtual grid', () => {
  it('fills the width with equal tiles and counts all rows', () => {
    const layout = layOut(800, 600, 96, 1_000);
    expect(layout.columns).toBe(7);
    expect(layout.columns * layout.tile + (layout.columns - 1) * GAP).toBeCloseTo(800, 6);
    expect(layout.rows).toBe(Math.ceil(1_000 / 7));
    expect(isScaled(layout)).toBe(false);
  });

  it.each([
    [1280, 700, 64],
    [2560, 1440, 64],
    [3840, 2160, 64],
    [7680, 4320, 64],
  ])('never draws more than 400 tiles at %i by %i', (width, height, tile) => {
    const layout = layOut(width, height, tile, 1_000_000);
    for (const offset of [0, 12_345.6, lastOffset(layout) / 2, lastOffset(layout)]) {
      const [first, last] = rowsAt(layout, offset);
      expect((last - first + 1) * layout.columns).toBeLessThanOrEqual(MOST_TILES);
      // Everything in view is drawn.
      expect(rowTop(layout, first)).toBeLessThanOrEqual(Math.max(offset, rowTop(layout, 0)));
      expect(rowTop(layout, last + 1)).toBeGreaterThanOrEqual(Math.min(offset + height, layout.content - 12));
    }
  });

  it('scales the scroll space of a million tiles and reaches both ends exactly', () => {
    const layout = layOut(672, 700, 256, 1_000_000);
    expect(isScaled(layout)).toBe(true);
    expect(layout.scroll).toBe(MOST_HEIGHT);
    expect(offsetOf(layout, 0)).toBe(0);
    expect(offsetOf(layout, layout.scroll - layout.view)).toBeCloseTo(lastOffset(layout), 3);
    expect(rowsAt(layout, lastOffset(layout))[1]).toBe(layout.rows - 1);
    for (const share of [0.1, 0.37, 0.99]) {
      const offset = lastOffset(layout) * share;
      expect(offsetOf(layout, scrollOf(layout, offset))).toBeCloseTo(offset, 3);
    }
  });

  it('an empty grid draws nothing', () => {
    const layout = layOut(800, 600, 96, 0);
    expect(rowsAt(layout, 0)).toEqual([0, -1]);
    expect(moved(layout, 0, 'last')).toBe(-1);
  });

  it('scrolls no further than needed to show a tile', () => {
    const layout = layOut(800, 600, 96, 1_000);
    expect(offsetToShow(layout, 0, 0)).toBe(0);
    const far = offsetToShow(layout, 999, 0);
    expect(far).toBeCloseTo(lastOffset(layout), 6);
    expect(offsetToShow(layout, 999, far)).toBe(far);
    expect(offsetToShow(layout, 0, far)).toBe(0);
  });
});

describe('focus in the grid', () => {
  const layout = layOut(800, 600, 96, 100); // 7 columns, 15 rows, 2 tiles in the last

  it('moves by tile and by row and stays inside', () => {
    expect(moved(layout, 0, 'left')).toBe(0);
    expect(moved(layout, 0, 'right')).toBe(1);
    expect(moved(layout, 3, 'up')).toBe(3);
    expect(moved(layout, 3, 'down')).toBe(10);
    expect(moved(layout, 99, 'right')).toBe(99);
    expect(moved(layout, 99, 'down')).toBe(99);
  });

  it('goes to the last tile when the last row is shorter', () => {
    expect(moved(layout, 96, 'down')).toBe(99);
    expect(moved(layout, 96, 'pageDown')).toBe(99);
  });

  it('goes to the ends', () => {
    expect(moved(layout, 10, 'rowStart')).toBe(7);
    expect(moved(layout, 10, 'rowEnd')).toBe(13);
    expect(moved(layout, 98, 'rowEnd')).toBe(99);
    expect(moved(layout, 50, 'first')).toBe(0);
    expect(moved(layout, 50, 'last')).toBe(99);
  });

  it('pages by what is in view and keeps the column', () => {
    const page = moved(layout, 3, 'pageDown');
    expect(page % 7).toBe(3);
    expect(moved(layout, page, 'pageUp')).toBe(3);
    expect(moved(layout, 10, 'pageUp')).toBe(3);
  });
});
