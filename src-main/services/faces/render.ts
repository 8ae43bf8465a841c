import { renderAsync } from '@resvg/resvg-js';
import sharp from 'sharp';
import type { Random } from '../engine/random.ts';
import { SIDE } from './portrait.ts';
import type { Scene } from './scene.ts';

/** Kernel of a Gaussian blur, normalised, out to three standard deviations. */
function gaussian(deviation: number): Float64Array {
  const radius = Math.ceil(deviation * 3);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * deviation ** 2)),
  );
  const sum = kernel.reduce((total, value) => total + value, 0);
  return kernel.map((value) => value / sum);
}

/** Separable blur of one pass along rows (`step` 3) or columns (`step` 3 · side) of interleaved RGB; edges repeat. */
function blurred(pixels: Float64Array, kernel: Float64Array, side: number, alongRows: boolean): Float64Array {
  const radius = (kernel.length - 1) / 2;
  const out = new Float64Array(pixels.length);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let k = -radius; k <= radius; k++) {
          const column = alongRows ? Math.min(side - 1, Math.max(0, x + k)) : x;
          const row = alongRows ? y : Math.min(side - 1, Math.max(0, y + k));
          sum += (kernel[k + radius] ?? 0) * (pixels[(row * side + column) * 3 + channel] ?? 0);
        }
        out[(y * side + x) * 3 + channel] = sum;
      }
  return out;
}

/**
 * Rasterises a portrait and photographs it: exposure, grey, blur, sensor noise.
 * @returns interleaved RGB [size · size · 3]; the same SVG, scene and random state give the same bytes on every platform.
 */
export async function photograph(svg: string, scene: Scene, random: Random, size = SIDE): Promise<Uint8Array> {
  const image = await renderAsync(svg, { fitTo: { mode: 'width', value: size }, font: { loadSystemFonts: false } });
  const rgba = image.pixels;
  let pixels: Float64Array = new Float64Array(size * size * 3);
  for (let i = 0; i < size * size; i++) {
    const [r, g, b] = [0, 1, 2].map((channel) => (rgba[i * 4 + channel] ?? 0) * scene.exposure) as [
      number,
      number,
      number,
    ];
    const luma = 0.299 * r + 0.587 * g + 0.114 * b;
    pixels.set(scene.grey ? [luma, luma, luma] : [r, g, b], i * 3);
  }
  if (scene.blur > 0) {
    const kernel = gaussian((scene.blur * size) / SIDE);
    pixels = blurred(blurred(pixels, kernel, size, true), kernel, size, false);
  }
  const out = new Uint8Array(size * size * 3);
  for (let i = 0; i < size * size; i++) {
    const shared = random.normal() * scene.noise;
    for (let channel = 0; channel < 3; channel++) {
      const own = scene.grey ? 0 : random.normal() * scene.noise * 0.4;
      out[i * 3 + channel] = Math.min(255, Math.max(0, Math.round((pixels[i * 3 + channel] ?? 0) + shared + own)));
    }
  }
  return out;
}

/** Pixels as a JPEG file of good quality: real face sets are JPEGs too. */
export function encode(rgb: Uint8Array, size = SIDE): Promise<Buffer> {
  return sharp(rgb, { raw: { width: size, height: size, channels: 3 } })
    .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
    .toBuffer();
}
