/** Pixels as they lie in memory: rows × columns × channels, one byte each. */
export interface Raster {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Fixed-point precision of the filter weights, as in Pillow's Resample.c. */
const BITS = 22;
/** Multiplications between two yields to the event loop: a few ms. */
const SLICE = 2_000_000;

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

/**
 * Filters one axis. The raster is seen as `lines` × `from` × `step` bytes: for columns a line is an image row and a
 * step a pixel; for rows there is one line and a step is an image row.
 */
async function filterAxis(
  data: Uint8Array,
  lines: number,
  from: number,
  to: number,
  step: number,
): Promise<Uint8Array> {
  const { first, count, weights, stride } = triangleTaps(from, to);
  const result = new Uint8Array(lines * to * step);
  let work = 0;
  for (let line = 0; line < lines; line++) {
    for (let out = 0; out < to; out++) {
      const start = (line * from + (first[out] as number)) * step;
      const target = (line * to + out) * step;
      const taps = count[out] as number;
      for (let s = 0; s < step; s++) {
        // Weights are positive and sum to 1: the fixed-point sum stays below 2^30 and needs no clipping.
        let sum = 1 << (BITS - 1);
        for (let i = 0; i < taps; i++)
          sum += (data[start + i * step + s] as number) * (weights[out * stride + i] as number);
        result[target + s] = sum >> BITS;
      }
      work += taps * step;
      if (work > SLICE) {
        work = 0;
        await new Promise(setImmediate);
      }
    }
  }
  return result;
}

/**
 * Resizes as `PIL.Image.resize((width, height), BILINEAR)`, the resize of torchvision on PIL images: separable triangle
 * filter, columns first, rounded to bytes between the axes. Equals Pillow bit for bit; yields to the event loop.
 */
export async function resizeBilinear(image: Raster, width: number, height: number): Promise<Raster> {
  const { channels } = image;
  let { data } = image;
  if (width !== image.width) data = await filterAxis(data, image.height, image.width, width, channels);
  if (height !== image.height) data = await filterAxis(data, 1, image.height, height, width * channels);
  return { data, width, height, channels };
}
