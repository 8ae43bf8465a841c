/** Layout of the virtual grid, in CSS pixels. Nothing here touches the DOM. */

export const GAP = 8;
export const CAPTION = 20;
export const PADDING = 12;
/** Rows kept ready above and below the view. */
const OVERSCAN = 1;
/** More tiles than this are never in the DOM; tiles grow on screens where they would be. */
export const MOST_TILES = 400;
/** Chromium lays out elements up to about 16.78 million px; above this the scroll space is scaled. */
export const MOST_HEIGHT = 15_000_000;

export interface Layout {
  readonly columns: number;
  /** Width of a tile; its image is as high. */
  readonly tile: number;
  readonly rowHeight: number;
  readonly rows: number;
  readonly total: number;
  /** Height of the view. */
  readonly view: number;
  /** Height of all rows with the padding above and below. */
  readonly content: number;
  /** Height of the element that scrolls: `content`, or MOST_HEIGHT where that is less. */
  readonly scroll: number;
}

/** Lays out `total` tiles of at least `wanted` px in a box of `width` by `height`. */
export function layOut(width: number, height: number, wanted: number, total: number): Layout {
  let columns = Math.max(1, Math.floor((width + GAP) / (wanted + GAP)));
  const tileOf = (n: number): number => Math.max(1, (width - GAP * (n - 1)) / n);
  const shown = (n: number): number => n * (Math.ceil(height / (tileOf(n) + CAPTION + GAP)) + 1 + 2 * OVERSCAN);
  while (columns > 1 && shown(columns) > MOST_TILES) columns -= 1;
  const tile = tileOf(columns);
  const rowHeight = tile + CAPTION + GAP;
  const rows = Math.ceil(total / columns);
  const content = rows * rowHeight + 2 * PADDING - (rows > 0 ? GAP : 0);
  return { columns, tile, rowHeight, rows, total, view: height, content, scroll: Math.min(content, MOST_HEIGHT) };
}

export function isScaled(layout: Layout): boolean {
  return layout.scroll < layout.content;
}

/** How far the content can be moved. */
export function lastOffset(layout: Layout): number {
  return Math.max(0, layout.content - layout.view);
}

/** Where the content is, given where the scroll bar is. */
export function offsetOf(layout: Layout, scrollTop: number): number {
  if (!isScaled(layout)) return scrollTop;
  return (scrollTop / (layout.scroll - layout.view)) * lastOffset(layout);
}

/** Where the scroll bar must be for the content to be at `offset`. */
export function scrollOf(layout: Layout, offset: number): number {
  if (!isScaled(layout)) return offset;
  return (offset / lastOffset(layout)) * (layout.scroll - layout.view);
}

/** Rows to draw, first to last, both included; an empty grid gives [0, -1]. */
export function rowsAt(layout: Layout, offset: number): [first: number, last: number] {
  const first = Math.max(0, Math.floor((offset - PADDING) / layout.rowHeight) - OVERSCAN);
  const last = Math.min(layout.rows - 1, Math.floor((offset + layout.view - PADDING) / layout.rowHeight) + OVERSCAN);
  return [Math.min(first, Math.max(0, layout.rows - 1)), last];
}

/** Top of a row in the content. */
export function rowTop(layout: Layout, row: number): number {
  return PADDING + row * layout.rowHeight;
}

/** The least move that shows a tile in full with some air. */
export function offsetToShow(layout: Layout, index: number, offset: number): number {
  const top = rowTop(layout, Math.floor(index / layout.columns)) - PADDING;
  const bottom = top + PADDING + layout.rowHeight - GAP + PADDING;
  if (top < offset) return Math.max(0, top);
  if (bottom > offset + layout.view) return Math.min(lastOffset(layout), bottom - layout.view);
  return offset;
}

export type Move = 'left' | 'right' | 'up' | 'down' | 'rowStart' | 'rowEnd' | 'first' | 'last' | 'pageUp' | 'pageDown';

/** Where the focus goes from `index`; it never leaves the grid. */
export function moved(layout: Layout, index: number, move: Move): number {
  const { columns, total } = layout;
  if (total === 0) return -1;
  const page = Math.max(1, Math.floor(layout.view / layout.rowHeight)) * columns;
  const rowStart = index - (index % columns);
  const clamp = (to: number): number => Math.min(total - 1, Math.max(0, to));
  // A whole page or row may not fit: the column is then kept as far as there are tiles.
  const down = (by: number): number => {
    if (index + by < total) return index + by;
    const lastRow = (layout.rows - 1) * columns;
    return rowStart >= lastRow ? index : clamp(lastRow + (index % columns));
  };
  switch (move) {
    case 'left':
      return clamp(index - 1);
    case 'right':
      return clamp(index + 1);
    case 'up':
      return index >= columns ? index - columns : index;
    case 'down':
      return down(columns);
    case 'rowStart':
      return rowStart;
    case 'rowEnd':
      return clamp(rowStart + columns - 1);
    case 'first':
      return 0;
    case 'last':
      return total - 1;
    case 'pageUp':
      return index >= page ? index - page : index % columns;
    case 'pageDown':
      return down(page);
  }
}
