/** A class-activation map: height × width values in 0..1, row by row. */
export interface CamMap {
  readonly values: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
}

/** Bilinear value at u, v in 0..1 of the image; cells are samples at their middles (torch: align_corners=False). */
export function camAt({ values, height, width }: CamMap, u: number, v: number): number {
  const x = Math.min(width - 1, Math.max(0, u * width - 0.5));
  const y = Math.min(height - 1, Math.max(0, v * height - 0.5));
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, bottom] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)];
  const cell = (row: number, column: number): number => values[row * width + column] ?? 0;
  const [a, b] = [x - left, y - top];
  const upper = cell(top, left) * (1 - a) + cell(top, right) * a;
  const lower = cell(bottom, left) * (1 - a) + cell(bottom, right) * a;
  return upper * (1 - b) + lower * b;
}
