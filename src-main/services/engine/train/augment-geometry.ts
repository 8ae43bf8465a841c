/** Flip, rotation and padded crop in one look-up a pixel, so that an image is interpolated at most once. */

export interface Warp {
  /** Left and right exchanged, first of all. */
  readonly flip: boolean;
  /** Counter-clockwise about the image's centre; what comes in from outside is black. */
  readonly degrees: number;
  /** Position of the crop in the padded image, relative to the middle: content moves up and left by as much. */
  readonly down: number;
  readonly right: number;
}

/**
 * Warps an image.
 * @param rgb side x side x 3 bytes.
 * @param every only every `every`-th row and column of the result is made.
 * @returns (side / every)² x 3 floats in 0..255.
 */
export function warp(rgb: Uint8Array, side: number, every: number, draw: Warp): Float32Array {
  const { flip, degrees, down, right } = draw;
  const out = new Float32Array(3 * Math.ceil(side / every) ** 2);
  const sample = degrees === 0 ? copy : interpolate;
  const angle = (degrees * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const centre = (side - 1) / 2;
  const within = (place: number): boolean => place >= 0 && place < side;
  let target = 0;
  for (let row = 0; row < side; row += every) {
    for (let column = 0; column < side; column += every, target += 3) {
      // What rotation moved out of the picture is gone before the crop looks there.
      if (!within(row + down) || !within(column + right)) continue;
      // Backwards: from the crop into the rotated image, from there into the flipped, from there into the source.
      const x = column + right - centre;
      const y = row + down - centre;
      const across = cos * x - sin * y + centre;
      sample(rgb, side, flip ? side - 1 - across : across, sin * x + cos * y + centre, out, target);
    }
  }
  return out;
}

function copy(rgb: Uint8Array, side: number, x: number, y: number, out: Float32Array, target: number): void {
  if (x < 0 || y < 0 || x >= side || y >= side) return;
  const source = (y * side + x) * 3;
  out[target] = rgb[source] ?? 0;
  out[target + 1] = rgb[source + 1] ?? 0;
  out[target + 2] = rgb[source + 2] ?? 0;
}

/** Bilinear; a neighbour outside the image counts as black. */
function interpolate(rgb: Uint8Array, side: number, x: number, y: number, out: Float32Array, target: number): void {
  const left = Math.floor(x);
  const top = Math.floor(y);
  for (let down = 0; down < 2; down++) {
    const row = top + down;
    if (row < 0 || row >= side) continue;
    const rowShare = down === 0 ? 1 - (y - top) : y - top;
    for (let across = 0; across < 2; across++) {
      const column = left + across;
      if (column < 0 || column >= side) continue;
      const share = rowShare * (across === 0 ? 1 - (x - left) : x - left);
      const source = (row * side + column) * 3;
      for (let channel = 0; channel < 3; channel++) {
        out[target + channel] = (out[target + channel] ?? 0) + share * (rgb[source + channel] ?? 0);
      }
    }
  }
}
