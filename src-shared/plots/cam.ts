import { camAt, type CamMap } from '../metrics/cam.ts';

/** The lime colour map: dark to bright, so that it also orders in grey. */
const RAMP = [
  [0x1e, 0x28, 0x00],
  [0x6e, 0x8f, 0x00],
  [0x9c, 0xcb, 0x00],
  [0xc6, 0xff, 0x1a],
] as const;

/** Opacity of the highest value, where nobody chose another; the lowest is clear. */
export const CAM_OPACITY = 0.65;

/** RGB of a value, 0..1; values beyond are held. */
export function camColour(value: number): readonly [red: number, green: number, blue: number] {
  const at = Math.min(2.999_999, Math.max(0, value * 3));
  const step = Math.floor(at);
  const mix = at - step;
  const [low, high] = [RAMP[step] ?? RAMP[0], RAMP[step + 1] ?? RAMP[3]];
  const channel = (c: 0 | 1 | 2): number => low[c] + (high[c] - low[c]) * mix;
  return [channel(0), channel(1), channel(2)];
}

/** The map as size × size RGBA pixels; alpha grows with the value, 0 to opaque. */
export function camPixels(map: CamMap, size: number): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(size * size * 4);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const value = camAt(map, (column + 0.5) / size, (row + 0.5) / size);
      const p = (row * size + column) * 4;
      pixels.set(camColour(value), p);
      pixels[p + 3] = 255 * value;
    }
  }
  return pixels;
}

/** Path of the line where the map has this value, on a field of 100 by 100; marching squares on a `steps` grid. */
export function camContour(map: CamMap, level: number, steps = 56): string {
  const value = (i: number, j: number): number => camAt(map, i / steps, j / steps) - level;
  const scale = 100 / steps;
  const segments: string[] = [];
  for (let j = 0; j < steps; j++) {
    for (let i = 0; i < steps; i++) {
      const [a, b, c, d] = [value(i, j), value(i + 1, j), value(i + 1, j + 1), value(i, j + 1)];
      const crossings: [number, number][] = [];
      if (a < 0 !== b < 0) crossings.push([i + a / (a - b), j]);
      if (b < 0 !== c < 0) crossings.push([i + 1, j + b / (b - c)]);
      if (d < 0 !== c < 0) crossings.push([i + d / (d - c), j + 1]);
      if (a < 0 !== d < 0) crossings.push([i, j + a / (a - d)]);
      for (let k = 0; k + 1 < crossings.length; k += 2) {
        const [from, to] = [crossings[k], crossings[k + 1]];
        if (from === undefined || to === undefined) continue;
        const point = ([x, y]: [number, number]): string => `${(x * scale).toFixed(1)} ${(y * scale).toFixed(1)}`;
        segments.push(`M${point(from)}L${point(to)}`);
      }
    }
  }
  return segments.join('');
}
