import type { Region, RegionShape } from '../metrics/regions.ts';

/** Runs of the 68 points that belong together; a closed one ends where it began. */
const STROKES: readonly { readonly from: number; readonly to: number; readonly closed: boolean }[] = [
  { from: 0, to: 16, closed: false },
  { from: 17, to: 21, closed: false },
  { from: 22, to: 26, closed: false },
  { from: 27, to: 30, closed: false },
  { from: 31, to: 35, closed: false },
  { from: 36, to: 41, closed: true },
  { from: 42, to: 47, closed: true },
  { from: 48, to: 59, closed: true },
  { from: 60, to: 67, closed: true },
];

const at = (value: number): string => (value * 100).toFixed(2);

/** The lines between landmarks, on a field of 100 by 100. @param landmarks x, y, x, y, … in 0..1. */
export function landmarkLines(landmarks: ArrayLike<number>): string {
  return STROKES.map(({ from, to, closed }) => {
    const points = Array.from({ length: to - from + 1 }, (_, i) => {
      const point = from + i;
      return `${at(landmarks[2 * point] ?? 0)} ${at(landmarks[2 * point + 1] ?? 0)}`;
    });
    return `M${points.join('L')}${closed ? 'z' : ''}`;
  }).join('');
}

/** Each point as a stroke of no length, which round caps make a dot. */
export function landmarkDots(landmarks: ArrayLike<number>): string {
  return Array.from({ length: landmarks.length / 2 }, (_, point) => {
    return `M${at(landmarks[2 * point] ?? 0)} ${at(landmarks[2 * point + 1] ?? 0)}h0`;
  }).join('');
}

export interface RegionOutline {
  readonly region: Region;
  readonly d: string;
}

/** Outlines of the regions on a field of 100 by 100. */
export function regionOutlines(shapes: readonly RegionShape[]): RegionOutline[] {
  return shapes.map(({ region, polygons }) => ({
    region,
    d: polygons.map((polygon) => `M${polygon.map(([x, y]) => `${at(x)} ${at(y)}`).join('L')}z`).join(''),
  }));
}

export const REGION_TITLES: Readonly<Record<Region, string>> = {
  brows: 'Brows',
  eyes: 'Eyes',
  nose: 'Nose',
  cheeks: 'Cheeks',
  mouth: 'Mouth',
  chin: 'Chin',
  elsewhere: 'Elsewhere',
};
