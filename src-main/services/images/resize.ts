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

// In both filters weights are positive and sum to 1, so that a sum stays below 2^30 and needs no clipping. Math.imul keeps
// the products integers: twice as fast as `*`, which must allow for numbers beyond 2^31.

/** Filters the columns of RGB, the usual case, with one pass over the taps for all three channels. */
function filterColumnsOfThree(data: Uint8Array, height: number, from: number, to: number): Uint8Array<ArrayBuffer> {
  const { first, count, weights, stride } = triangleTaps(from, to);
  const result = new Uint8Array(height * to * 3);
  let target = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < to; x++, target += 3) {
      let at = (y * from + (first[x] as number)) * 3;
      const end = x * stride + (count[x] as number);
      let [red, green, blue] = [HALF, HALF, HALF];
      for (let tap = x * stride; tap < end; tap++, at += 3) {
        const weight = weights[tap] as number;
        red = (red + Math.imul(data[at] as number, weight)) | 0;
        green = (green + Math.imul(data[at + 1] as number, weight)) | 0;
        blue = (blue + Math.imul(data[at + 2] as number, weight)) | 0;
      }
      result[target] = red >> BITS;
      result[target + 1] = green >> BITS;
      result[target + 2] = blue >> BITS;
    }
  return result;
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

/** Filters the rows, each of `step` bytes: whole rows are added up, two at a time, so that memory is read in order. */
function filterRows(data: Uint8Array, from: number, to: number, step: number): Uint8Array<ArrayBuffer> {
  const { first, count, weights, stride } = triangleTaps(from, to);
  const result = new Uint8Array(to * step);
  const sums = new Int32Array(step);
  for (let y = 0; y < to; y++) {
    sums.fill(HALF);
    const taps = count[y] as number;
    for (let tap = 0; tap < taps; tap += 2) {
      const upper = ((first[y] as number) + tap) * step;
      const lower = tap + 1 < taps ? upper + step : upper;
      const weight = weights[y * stride + tap] as number;
      const next = tap + 1 < taps ? (weights[y * stride + tap + 1] as number) : 0;
      for (let i = 0; i < step; i++)
        sums[i] =
          ((sums[i] as number) +
            Math.imul(data[upper + i] as number, weight) +
            Math.imul(data[lower + i] as number, next)) |
          0;
    }
    for (let i = 0; i < step; i++) result[y * step + i] = (sums[i] as number) >> BITS;
  }
  return result;
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
