import type { Attributes } from '../../../../src-shared/domain/image.ts';

/** Characters of one fact that are kept; longer cells (landmark lists, pixels) are no facts of this kind. */
const LONGEST = 200;

/** Cells of these columns by name, numbers as numbers; null where all are empty. */
export function readAttributes(
  cells: readonly string[],
  columns: readonly (readonly [column: number, name: string])[],
): Attributes | null {
  const attributes: Attributes = {};
  for (const [column, name] of columns) {
    const cell = (cells[column] ?? '').trim();
    if (cell === '' || cell.length > LONGEST) continue;
    attributes[name] = /^-?\d+(\.\d+)?$/.test(cell) && String(Number(cell)) === cell ? Number(cell) : cell;
  }
  return Object.keys(attributes).length > 0 ? attributes : null;
}
