/** Pixels as they lie in memory: rows × columns × channels, one byte each. */
export interface Raster {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Fixed-point precision of the filter weights, as in Pillow's Resample.c; a sum begins with a half, to round. */
const BITS = 22;
const HALF = 1 << (BITS - 1);

interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  /** Weights an output pixel has room for. */
  readonly stride: number;
}

/**
 * Triangle filter of one axis, widened by the scale when shrinking (antialias): `precompute_coeffs` of Pillow's
 * libImaging/Resample.c with support 1.
 */
function triangleTaps(from: number, to: number): Taps {
  const scale = from / to;
  const widen = Math.max(scale, 1);
  const stride = Math.ceil(widen) * 2 + 1;
  const taps = { first: new Int32Array(to), count: new Int32Array(to), weights: new Int32Array(to * stride), stride };
  const weights = new Float64Array(stride);
  for (let out = 0; out < to; out++) {
    const centre = (out + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - widen + 0.5));
    const count = Math.min(from, Math.trunc(centre + widen + 0.5)) - first;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const distance = Math.abs((i + first - centre + 0.5) / widen);
      weights[i] = distance < 1 ? 1 - distance : 0;
      sum += weights[i] ?? 0;
    }
    taps.first[out] = first;
    taps.count[out] = count;
    for (let i = 0; i < count; i++)
      taps.weights[out * stride + i] = Math.trunc(0.5 + ((weights[i] ?? 0) / sum) * (1 << BITS));
  }
  return taps;
}

// In all filters weights are positive and sum to 1, so that a sum stays below 2^30 and needs no clipping. Math.imul keeps the
// products integers: twice as fast as `*`, which must allow for numbers beyond 2^31. Four taps, all that is needed up to twice
// the size of the result, have their weights in variables; a tap that is not there has weight 0 and reads the first one's byte.

/** Rows that are filtered before the next column: they stay in the processor's nearest cache. */
const BLOCK = 16;

/** Filters the columns of RGB, the usual case: column by column, so that its weights are read once for many rows. */
function filterColumnsOfThree(data: Uint8Array, height: number, from: number, to: number): Uint8Array<ArrayBuffer> {
  const { first, count, weights, stride } = triangleTaps(from, to);
  const result = new Uint8Array(height * to * 3);
  for (let top = 0; top < height; top += BLOCK)
    for (let x = 0; x < to; x++) {
      const taps = count[x] as number;
      const start = (top * from + (first[x] as number)) * 3;
      const end = (Math.min(height, top + BLOCK) * to + x) * 3;
      const own = x * stride;
      const target = (top * to + x) * 3;
      if (taps <= 4) fewTaps(data, start, from * 3, weights, own, taps, 3, result, target, end, to * 3);
      else manyTaps(data, start, from * 3, weights, own, taps, result, target, end, to * 3);
    }
  return result;
}

/** RGB pixels of one column of the result, from `target` to `end`, a row being `step` bytes there and `stride` in the source. */
function manyTaps(
  data: Uint8Array,
  start: number,
  stride: number,
  weights: Int32Array,
  own: number,
  taps: number,
  result: Uint8Array,
  target: number,
  end: number,
  step: number,
): void {
  for (let row = start; target < end; target += step, row += stride) {
    let [red, green, blue] = [HALF, HALF, HALF];
    for (let tap = 0, at = row; tap < taps; tap++, at += 3) {
      const weight = weights[own + tap] as number;
      red = (red + Math.imul(data[at] as number, weight)) | 0;
      green = (green + Math.imul(data[at + 1] as number, weight)) | 0;
      blue = (blue + Math.imul(data[at + 2] as number, weight)) | 0;
    }
    result[target] = red >> BITS;
    result[target + 1] = green >> BITS;
    result[target + 2] = blue >> BITS;
  }
}

/** As `manyTaps`, for up to four taps that lie `apart` bytes from each other. */
function fewTaps(
  data: Uint8Array,
  start: number,
  stride: number,
  weights: Int32Array,
  own: number,
  taps: number,
  apart: number,
  result: Uint8Array,
  target: number,
  end: number,
  step: number,
): void {
  const weightOf = (tap: number): number => (tap < taps ? (weights[own + tap] as number) : 0);
  const [a, b, c, d] = [weightOf(0), weightOf(1), weightOf(2), weightOf(3)];
  const second = taps > 1 ? apart : 0;
  const [third, fourth] = [2 * apart, 3 * apart];
  // A loop for each number of taps: enlarging needs two, and a byte that has no weight costs as much as one that has.
  if (taps <= 2)
    for (let at = start; target < end; target += step, at += stride) {
      result[target] = (HALF + Math.imul(data[at] as number, a) + Math.imul(data[at + second] as number, b)) >> BITS;
      result[target + 1] =
        (HALF + Math.imul(data[at + 1] as number, a) + Math.imul(data[at + second + 1] as number, b)) >> BITS;
      result[target + 2] =
        (HALF + Math.imul(data[at + 2] as number, a) + Math.imul(data[at + second + 2] as number, b)) >> BITS;
    }
  else if (taps === 3)
    for (let at = start; target < end; target += step, at += stride) {
      result[target] =
        (HALF +
          Math.imul(data[at] as number, a) +
          Math.imul(data[at + second] as number, b) +
          Math.imul(data[at + third] as number, c)) >>
        BITS;
      result[target + 1] =
        (HALF +
          Math.imul(data[at + 1] as number, a) +
          Math.imul(data[at + second + 1] as number, b) +
          Math.imul(data[at + third + 1] as number, c)) >>
        BITS;
      result[target + 2] =
        (HALF +
          Math.imul(data[at + 2] as number, a) +
          Math.imul(data[at + second + 2] as number, b) +
          Math.imul(data[at + third + 2] as number, c)) >>
        BITS;
    }
  else
    for (let at = start; target < end; target += step, at += stride) {
      result[target] =
        (HALF +
          Math.imul(data[at] as number, a) +
          Math.imul(data[at + second] as number, b) +
          Math.imul(data[at + third] as number, c) +
          Math.imul(data[at + fourth] as number, d)) >>
        BITS;
      result[target + 1] =
        (HALF +
          Math.imul(data[at + 1] as number, a) +
          Math.imul(data[at + second + 1] as number, b) +
          Math.imul(data[at + third + 1] as number, c) +
          Math.imul(data[at + fourth + 1] as number, d)) >>
        BITS;
      result[target + 2] =
        (HALF +
          Math.imul(data[at + 2] as number, a) +
          Math.imul(data[at + second + 2] as number, b) +
          Math.imul(data[at + third + 2] as number, c) +
          Math.imul(data[at + fourth + 2] as number, d)) >>
        BITS;
    }
}

function filterColumns({ data, width, height, channels }: Raster, to: number): Uint8Array<ArrayBuffer> {
  if (channels === 3) return filterColumnsOfThree(data, height, width, to);
  const { first, count, weights, stride } = triangleTaps(width, to);
  const result = new Uint8Array(height * to * channels);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < to; x++)
      for (let channel = 0; channel < channels; channel++) {
        let sum = HALF;
        const start = (y * width + (first[x] as number)) * channels + channel;
        for (let tap = 0; tap < (count[x] as number); tap++)
          sum = (sum + Math.imul(data[start + tap * channels] as number, weights[x * stride + tap] as number)) | 0;
        result[(y * to + x) * channels + channel] = sum >> BITS;
      }
  return result;
}

/** Filters the rows, each of `step` bytes. */
function filterRows(data: Uint8Array, from: number, to: number, step: number): Uint8Array<ArrayBuffer> {
  const { first, count, weights, stride } = triangleTaps(from, to);
  const result = new Uint8Array(to * step);
  const sums = new Int32Array(step);
  for (let y = 0; y < to; y++) {
    const taps = count[y] as number;
    const start = (first[y] as number) * step;
    const own = y * stride;
    if (taps <= 4 && step % 3 === 0)
      fewTaps(data, start, 3, weights, own, taps, step, result, y * step, (y + 1) * step, 3);
    else addRows(data, start, weights, own, taps, step, sums, result, y * step);
  }
  return result;
}

/** One row of the result: whole rows are added up, two at a time, so that memory is read in order. */
function addRows(
  data: Uint8Array,
  start: number,
  weights: Int32Array,
  own: number,
  taps: number,
  step: number,
  sums: Int32Array,
  result: Uint8Array,
  target: number,
): void {
  sums.fill(HALF);
  for (let tap = 0; tap < taps; tap += 2) {
    const upper = start + tap * step;
    const lower = tap + 1 < taps ? upper + step : upper;
    const weight = weights[own + tap] as number;
    const next = tap + 1 < taps ? (weights[own + tap + 1] as number) : 0;
    for (let i = 0; i < step; i++)
      sums[i] =
        ((sums[i] as number) +
          Math.imul(data[upper + i] as number, weight) +
          Math.imul(data[lower + i] as number, next)) |
        0;
  }
  for (let i = 0; i < step; i++) result[target + i] = (sums[i] as number) >> BITS;
}

/**
 * Resizes as `PIL.Image.resize((width, height), BILINEAR)`, the resize of torchvision on PIL images: separable triangle
 * filter, columns first, rounded to bytes between the axes. Equals Pillow bit for bit.
 */
export function resizeBilinear(
  image: Raster,
  width: number,
  height: number,
): Raster & { data: Uint8Array<ArrayBuffer> } {
  const { channels } = image;
  const columns = width === image.width ? new Uint8Array(image.data) : filterColumns(image, width);
  const data = height === image.height ? columns : filterRows(columns, image.height, height, width * channels);
  return { data, width, height, channels };
}
