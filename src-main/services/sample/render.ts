/** From a drawing to the bytes of an image file: pixels, then what a camera would do to them. */
import { renderAsync } from '@resvg/resvg-js';
import sharp from 'sharp';
import type { Capture } from './capture.ts';
import { drawFace, type Portrait } from './draw.ts';
import { Stream } from './stream.ts';

/** JPEG quality: 600 faces of 224 x 224 with sensor noise stay under 15 MB. */
const QUALITY = 90;

/**
 * Renders a portrait as a JPEG. resvg and libjpeg compute alike on every platform, and what lies between is plain
 * arithmetic: the same portrait, seed and index give the same bytes.
 * @param size width and height in pixels
 * @param index the face's place in the sample, from 0: strands of hair and the sensor's noise follow from it
 */
export async function renderFace(portrait: Portrait, size: number, seed: number, index: number): Promise<Buffer> {
  const svg = drawFace(portrait, new Stream(seed, 'detail', index), size);
  const drawn = await renderAsync(svg, { font: { loadSystemFonts: false }, logLevel: 'off' });
  const pixels = photograph(drawn.pixels, size, portrait.capture, new Stream(seed, 'noise', index));
  return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .jpeg({ quality: QUALITY, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

/** Blur, exposure, contrast, grey and noise: RGBA in, RGB out, both 8 bits a channel. */
export function photograph(rgba: Uint8Array, size: number, capture: Capture, noise: Stream): Uint8Array {
  const count = size * size;
  const planes = [0, 1, 2].map((channel) => {
    const plane = new Float32Array(count);
    for (let pixel = 0; pixel < count; pixel += 1) plane[pixel] = rgba[pixel * 4 + channel] ?? 0;
    return blurred(plane, size, (capture.blur * size) / 224);
  });
  const [red, green, blue] = planes as [Float32Array, Float32Array, Float32Array];
  const rgb = new Uint8Array(count * 3);
  const { exposure, contrast, grey } = capture;
  const tone = (value: number, grain: number) => {
    const level = (value * exposure - 128) * contrast + 128 + grain;
    return level < 0 ? 0 : level > 255 ? 255 : Math.round(level);
  };
  const grain = grainOf(noise);
  for (let pixel = 0; pixel < count; pixel += 1) {
    const r = red[pixel] ?? 0;
    const g = green[pixel] ?? 0;
    const b = blue[pixel] ?? 0;
    const shared = grain() * capture.noise;
    if (grey) {
      rgb.fill(tone(0.299 * r + 0.587 * g + 0.114 * b, shared), pixel * 3, pixel * 3 + 3);
      continue;
    }
    // Most of a camera's noise is in brightness; a little differs between the colours.
    const apart = capture.noise * 0.4;
    rgb[pixel * 3] = tone(r, shared + grain() * apart);
    rgb[pixel * 3 + 1] = tone(g, shared);
    rgb[pixel * 3 + 2] = tone(b, shared + grain() * apart);
  }
  return rgb;
}

/** Standard normal noise from a table: one draw gives two values, which a quarter of a million pixels need. */
function grainOf(noise: Stream): () => number {
  const table = Float32Array.from({ length: 4096 }, () => noise.normal());
  let bits = 0;
  let half = false;
  return () => {
    half = !half;
    bits = half ? noise.uint32() : bits >>> 16;
    return table[bits & 4095] ?? 0;
  };
}

/** Separable Gaussian blur of one plane; edges repeat. */
function blurred(plane: Float32Array, size: number, deviation: number): Float32Array {
  if (deviation < 0.2) return plane;
  const reach = Math.ceil(deviation * 2.5);
  const kernel = Array.from({ length: reach + 1 }, (_, away) => Math.exp(-(away * away) / (2 * deviation * deviation)));
  const total = kernel.reduce((sum, weight, away) => sum + weight * (away === 0 ? 1 : 2), 0);
  const weights = kernel.map((weight) => weight / total);
  return pass(pass(plane, size, weights, 1, size), size, weights, size, 1);
}

/** One direction of the blur: `step` to the next pixel of a line, `stride` to the next line. */
function pass(
  plane: Float32Array,
  size: number,
  weights: readonly number[],
  step: number,
  stride: number,
): Float32Array {
  const out = new Float32Array(plane.length);
  for (let line = 0; line < size; line += 1) {
    for (let at = 0; at < size; at += 1) {
      let sum = (plane[line * stride + at * step] ?? 0) * (weights[0] ?? 1);
      for (let away = 1; away < weights.length; away += 1) {
        const before = plane[line * stride + Math.max(0, at - away) * step] ?? 0;
        const after = plane[line * stride + Math.min(size - 1, at + away) * step] ?? 0;
        sum += (before + after) * (weights[away] ?? 0);
      }
      out[line * stride + at * step] = sum;
    }
  }
  return out;
}
