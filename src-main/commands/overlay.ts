/** A class-activation map laid over the image it explains, as the workbench draws it. Pure arithmetic on pixels. */

/** Stops of the lime colour map at 0, 1/3, 2/3 and 1, RGB. */
const STOPS = [
  [0x1e, 0x28, 0x00],
  [0x6e, 0x8f, 0x00],
  [0x9c, 0xcb, 0x00],
  [0xc6, 0xff, 0x1a],
] as const;
/** Opacity of the map's highest value; the lowest is clear. */
const OPACITY = 0.65;
const CONTOUR_LEVEL = 0.5;
const WHITE = 255;

/**
 * Resizes a map bilinearly, pixel centres at halves and edges held, as OpenCV's and PyTorch's resize do.
 * @param map [height, width] row-major.
 * @returns [side, side].
 */
export function resizeMap(map: Float32Array, height: number, width: number, side: number): Float32Array {
  const axis = (length: number): { low: number; high: number; share: number }[] =>
    Array.from({ length: side }, (_, at) => {
      const place = Math.min(Math.max(((at + 0.5) * length) / side - 0.5, 0), length - 1);
      const low = Math.floor(place);
      return { low, high: Math.min(low + 1, length - 1), share: place - low };
    });
  const [rows, columns] = [axis(height), axis(width)];
  const value = (row: number, column: number): number => map[row * width + column] ?? 0;
  const resized = new Float32Array(side * side);
  rows.forEach((y, row) =>
    columns.forEach((x, column) => {
      const above = value(y.low, x.low) * (1 - x.share) + value(y.low, x.high) * x.share;
      const below = value(y.high, x.low) * (1 - x.share) + value(y.high, x.high) * x.share;
      resized[row * side + column] = above * (1 - y.share) + below * y.share;
    }),
  );
  return resized;
}

/** Colour of a value in 0..1: RGB 0..255 and opacity 0..0.65. */
export function lime(value: number): readonly [red: number, green: number, blue: number, opacity: number] {
  const place = Math.min(Math.max(value, 0), 1) * (STOPS.length - 1);
  const low = Math.min(Math.floor(place), STOPS.length - 2);
  const [from, to] = [STOPS[low] ?? STOPS[0], STOPS[low + 1] ?? STOPS[0]];
  const mix = (channel: 0 | 1 | 2): number => from[channel] + (to[channel] - from[channel]) * (place - low);
  return [mix(0), mix(1), mix(2), Math.min(Math.max(value, 0), 1) * OPACITY];
}

/** True on the inner rim of the area where the map is at least half of its height. */
function isContour(map: Float32Array, side: number, row: number, column: number): boolean {
  const above = (y: number, x: number): boolean => (map[y * side + x] ?? 0) >= CONTOUR_LEVEL;
  if (!above(row, column)) return false;
  return (
    (row > 0 && !above(row - 1, column)) ||
    (row < side - 1 && !above(row + 1, column)) ||
    (column > 0 && !above(row, column - 1)) ||
    (column < side - 1 && !above(row, column + 1))
  );
}

/**
 * @param rgb interleaved bytes [side, side, 3].
 * @param map [side, side], values 0..1.
 * @returns interleaved bytes [side, side, 3].
 */
export function overlayMap(rgb: Uint8Array, map: Float32Array, side: number): Uint8Array {
  const drawn = new Uint8Array(rgb.length);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const pixel = row * side + column;
      const contour = isContour(map, side, row, column);
      const [red, green, blue, opacity] = lime(map[pixel] ?? 0);
      [red, green, blue].forEach((colour, channel) => {
        const ground = rgb[pixel * 3 + channel] ?? 0;
        drawn[pixel * 3 + channel] = contour ? WHITE : Math.round(ground + (colour - ground) * opacity);
      });
    }
  return drawn;
}
