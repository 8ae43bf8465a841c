/** Brightness, contrast and saturation as in torchvision's ColorJitter: blends with black, mean grey and grey, clamped. */

export interface ColourStep {
  readonly kind: 'brightness' | 'contrast' | 'saturation';
  /** 1 leaves the image as it is; 0 gives black, mean grey, grey. */
  readonly factor: number;
}

/** Luma of ITU-R BT.601, with torchvision's digits. */
function luma(red: number, green: number, blue: number): number {
  return 0.2989 * red + 0.587 * green + 0.114 * blue;
}

const clamp = (value: number): number => Math.min(255, Math.max(0, value));

/** Changes interleaved RGB pixels in 0..255 in place. */
export function jitterColours(pixels: Float32Array, steps: readonly ColourStep[]): void {
  for (const { kind, factor } of steps) {
    if (kind === 'brightness') blend(pixels, factor, () => 0);
    else if (kind === 'saturation') blend(pixels, factor, luma);
    else {
      const grey = meanLuma(pixels);
      blend(pixels, factor, () => grey);
    }
  }
}

function blend(pixels: Float32Array, factor: number, other: (r: number, g: number, b: number) => number): void {
  const rest = 1 - factor;
  for (let i = 0; i + 2 < pixels.length; i += 3) {
    const red = pixels[i] ?? 0;
    const green = pixels[i + 1] ?? 0;
    const blue = pixels[i + 2] ?? 0;
    const shift = rest * other(red, green, blue);
    pixels[i] = clamp(factor * red + shift);
    pixels[i + 1] = clamp(factor * green + shift);
    pixels[i + 2] = clamp(factor * blue + shift);
  }
}

function meanLuma(pixels: Float32Array): number {
  let sum = 0;
  for (let i = 0; i + 2 < pixels.length; i += 3) sum += luma(pixels[i] ?? 0, pixels[i + 1] ?? 0, pixels[i + 2] ?? 0);
  return sum / (pixels.length / 3);
}
