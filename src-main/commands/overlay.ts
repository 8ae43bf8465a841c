/** A class-activation map laid over the image it explains, as the workbench draws it. Pure arithmetic on pixels. */
import { camAt, type CamMap } from '../../src-shared/metrics/cam.ts';
import { CAM_OPACITY, camColour } from '../../src-shared/plots/cam.ts';

const CONTOUR_LEVEL = 0.5;
const WHITE = 255;

/** True on the inner rim of the area where the map is at least half of its height. */
function isContour(values: Float32Array, side: number, row: number, column: number): boolean {
  const above = (y: number, x: number): boolean => (values[y * side + x] ?? 0) >= CONTOUR_LEVEL;
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
 * @param map of any size, values 0..1; read bilinearly.
 * @returns interleaved bytes [side, side, 3].
 */
export function overlayMap(rgb: Uint8Array, map: CamMap, side: number): Uint8Array {
  const values = Float32Array.from({ length: side * side }, (_, at) =>
    camAt(map, ((at % side) + 0.5) / side, (Math.floor(at / side) + 0.5) / side),
  );
  const drawn = new Uint8Array(rgb.length);
  for (const [pixel, value] of values.entries()) {
    const contour = isContour(values, side, Math.floor(pixel / side), pixel % side);
    const opacity = value * CAM_OPACITY;
    for (const [channel, colour] of camColour(value).entries()) {
      const ground = rgb[pixel * 3 + channel] ?? 0;
      drawn[pixel * 3 + channel] = contour ? WHITE : Math.round(ground + (colour - ground) * opacity);
    }
  }
  return drawn;
}
