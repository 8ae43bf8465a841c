/** How pixels become the model's input: fixed for POSTER-Var (the statistics are ImageNet's). */
export const PREPROCESSING = {
  colour: 'RGB',
  side: 224,
  interpolation: 'bilinear, antialiased',
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const;

/**
 * Scales to 0..1, normalises by mean and deviation, and lays the pixels out in planes.
 * @param rgb interleaved pixels in 0..255 at every `every`-th row and column: (side / every)² x 3.
 * @param out planes R, G, B from `offset` on: [3, side, side]; what lies between is left as it is.
 */
export function normaliseRgb(
  rgb: ArrayLike<number>,
  side: number,
  every: number,
  out: Float32Array,
  offset: number,
): void {
  const { mean, std, scale } = PREPROCESSING;
  for (let channel = 0; channel < 3; channel++) {
    const factor = scale / (std[channel] ?? 1);
    const shift = (mean[channel] ?? 0) / (std[channel] ?? 1);
    let source = channel;
    for (let row = 0; row < side; row += every) {
      const start = offset + (channel * side + row) * side;
      for (let column = 0; column < side; column += every, source += 3) {
        out[start + column] = (rgb[source] ?? 0) * factor - shift;
      }
    }
  }
}
