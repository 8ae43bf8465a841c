/**
 * Facial regions from 68 landmarks, and the share of a map that lies on each. The numbering of the points is that of iBUG 300-W (Sagonas
 * et al. 2013), which MobileFaceNet gives: 0-16 jaw, 17-26 brows, 27-35 nose, 36-47 eyes, 48-67 mouth. Left and right are the
 * picture's. All coordinates are in 0..1 of the face's picture.
 */
import { camAt, type CamMap } from './cam.ts';

export const REGIONS = ['brows', 'eyes', 'nose', 'cheeks', 'mouth', 'chin', 'elsewhere'] as const;
/** `elsewhere`: forehead, ears, hair, ground; no landmark bounds them. */
export type Region = (typeof REGIONS)[number];

/** In 0..1 of the picture, but landmarks may lie beyond its edge. */
export type Spot = readonly [x: number, y: number];
export type Polygon = readonly Spot[];

export interface RegionShape {
  readonly region: Exclude<Region, 'elsewhere'>;
  readonly polygons: readonly Polygon[];
}

export const LANDMARKS = 68;

/**
 * The regions in their order: where two overlap, the first one has the place. With e the mean width of the eyes:
 * - eyes: the lids, widened by e/4 up and down and e/6 to the sides, so that the lids' creases belong to them;
 * - brows: each brow, widened by e/4 up and e/6 down, and the glabella between their inner ends;
 * - nose: from between the eyes to the wings of the nose, which stand out by a third of the nostrils' width;
 * - mouth: the lips, and the skin between nose and upper lip;
 * - chin: below the mouth, to the jaw between the points under the corners of the mouth;
 * - cheeks: between eye, nose, corner of the mouth and jaw.
 * @param landmarks 136 numbers: x, y, x, y, … @throws RangeError for another number of them.
 */
export function regionShapes(landmarks: ArrayLike<number>): RegionShape[] {
  if (landmarks.length !== 2 * LANDMARKS) throw new RangeError(`${landmarks.length / 2} landmarks instead of 68`);
  const at = (index: number): Spot => [landmarks[2 * index] ?? 0, landmarks[2 * index + 1] ?? 0];
  const points = (...indices: number[]): Spot[] => indices.map(at);
  const run = (from: number, to: number): Spot[] =>
    points(...Array.from({ length: to - from + 1 }, (_, i) => from + i));
  const between = ([a, b]: Spot, [c, d]: Spot): number => Math.hypot(a - c, b - d);
  const eye = (between(at(36), at(39)) + between(at(42), at(45))) / 2;
  const widened = (spots: readonly Spot[], up: number, down: number, side: number): Spot[] =>
    hull(
      spots.flatMap(([x, y]): Spot[] => [
        [x, y - up],
        [x, y + down],
        [x - side, y],
        [x + side, y],
      ]),
    );
  const wing = between(at(31), at(35)) / 3;
  const beside = ([x, y]: Spot, by: number): Spot => [x + by, y];
  return [
    { region: 'eyes', polygons: [run(36, 41), run(42, 47)].map((lids) => widened(lids, eye / 4, eye / 4, eye / 6)) },
    {
      region: 'brows',
      polygons: [
        ...[run(17, 21), run(22, 26)].map((brow) => widened(brow, eye / 4, eye / 6, eye / 8)),
        hull([...points(21, 22, 27), ...widened(points(21, 22), eye / 4, eye / 6, 0)]),
      ],
    },
    {
      region: 'nose',
      polygons: [
        hull([
          beside(at(27), -wing),
          beside(at(27), wing),
          ...run(31, 35),
          beside(at(31), -wing),
          beside(at(35), wing),
        ]),
      ],
    },
    {
      region: 'mouth',
      polygons: [
        widened(run(48, 59), eye / 8, eye / 8, eye / 8),
        points(31, 32, 33, 34, 35, 54, 53, 52, 51, 50, 49, 48),
      ],
    },
    { region: 'chin', polygons: [points(48, 59, 58, 57, 56, 55, 54, 11, 10, 9, 8, 7, 6, 5)] },
    {
      region: 'cheeks',
      polygons: [
        points(0, 1, 2, 3, 4, 5, 48, 31, 39, 40, 41, 36),
        points(16, 15, 14, 13, 12, 11, 54, 35, 42, 47, 46, 45),
      ],
    },
  ];
}

/** Convex hull, anticlockwise in a frame with y downwards (Andrew's monotone chain). */
function hull(spots: readonly Spot[]): Spot[] {
  const sorted = [...spots].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (ordered: readonly Spot[]): Spot[] => {
    const chain: Spot[] = [];
    for (const spot of ordered) {
      while (chain.length > 1 && turn(chain.at(-2) ?? spot, chain.at(-1) ?? spot, spot) <= 0) chain.pop();
      chain.push(spot);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

function turn([ax, ay]: Spot, [bx, by]: Spot, [cx, cy]: Spot): number {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
}

/** Whether a point lies inside, by the even-odd rule. */
function inside(polygon: Polygon, x: number, y: number): boolean {
  let within = false;
  let [px, py] = polygon.at(-1) ?? [0, 0];
  for (const [qx, qy] of polygon) {
    if (qy > y !== py > y && x < ((px - qx) * (y - qy)) / (py - qy) + qx) within = !within;
    [px, py] = [qx, qy];
  }
  return within;
}

/** Region of a place of the picture. */
export function regionAt(shapes: readonly RegionShape[], x: number, y: number): Region {
  const found = shapes.find(({ polygons }) => polygons.some((polygon) => inside(polygon, x, y)));
  return found?.region ?? 'elsewhere';
}

export interface RegionShares {
  /** Of the map's sum; they add up to 1. */
  readonly shares: Readonly<Record<Region, number>>;
  /** Of the picture's area, likewise: what the shares would be if the map were the same everywhere. */
  readonly areas: Readonly<Record<Region, number>>;
}

/** The map is measured at this many places a side, each a middle. */
const SIDE = 112;

/** How a map's sum is spread over the regions, the map read bilinearly as it is drawn. Null for a map of zeros. */
export function regionShares(map: CamMap, shapes: readonly RegionShape[]): RegionShares | null {
  const sums = nothing();
  const counts = nothing();
  let total = 0;
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const [x, y] = [(column + 0.5) / SIDE, (row + 0.5) / SIDE];
      const region = regionAt(shapes, x, y);
      const value = Math.max(0, camAt(map, x, y));
      sums[region] += value;
      counts[region] += 1;
      total += value;
    }
  }
  if (total === 0) return null;
  return { shares: divided(sums, total), areas: divided(counts, SIDE * SIDE) };
}

function nothing(): Record<Region, number> {
  return { brows: 0, eyes: 0, nose: 0, cheeks: 0, mouth: 0, chin: 0, elsewhere: 0 };
}

function divided(sums: Readonly<Record<Region, number>>, by: number): Record<Region, number> {
  const shares = nothing();
  for (const region of REGIONS) shares[region] = sums[region] / by;
  return shares;
}

const HALF_JAW: readonly Spot[] = [
  [0.15, 0.45],
  [0.155, 0.54],
  [0.17, 0.63],
  [0.19, 0.72],
  [0.225, 0.81],
  [0.28, 0.885],
  [0.345, 0.945],
  [0.42, 0.985],
];
const BROW: readonly Spot[] = [
  [0.205, 0.375],
  [0.25, 0.335],
  [0.31, 0.325],
  [0.37, 0.335],
  [0.43, 0.36],
];
const NOSE: readonly Spot[] = [
  [0.5, 0.455],
  [0.5, 0.52],
  [0.5, 0.585],
  [0.5, 0.65],
  [0.435, 0.69],
  [0.465, 0.705],
  [0.5, 0.715],
  [0.535, 0.705],
  [0.565, 0.69],
];
const EYE: readonly Spot[] = [
  [0.28, 0.46],
  [0.315, 0.435],
  [0.36, 0.435],
  [0.4, 0.465],
  [0.36, 0.475],
  [0.315, 0.475],
];
const MOUTH: readonly Spot[] = [
  [0.37, 0.81],
  [0.415, 0.785],
  [0.465, 0.775],
  [0.5, 0.78],
  [0.535, 0.775],
  [0.585, 0.785],
  [0.63, 0.81],
  [0.585, 0.85],
  [0.535, 0.87],
  [0.5, 0.875],
  [0.465, 0.87],
  [0.415, 0.85],
  [0.39, 0.81],
  [0.465, 0.8],
  [0.5, 0.803],
  [0.535, 0.8],
  [0.61, 0.81],
  [0.535, 0.83],
  [0.5, 0.833],
  [0.465, 0.83],
];

const mirrored = ([x, y]: Spot): Spot => [1 - x, y];

/**
 * A schematic frontal face where an aligned crop has it (eyes at 46% of the height, mouth at 81%): stands in for landmarks where the
 * model gives none, and is never called anything else.
 */
export const STANDARD_FACE: Float32Array = Float32Array.from(
  [
    ...HALF_JAW,
    [0.5, 1] as const,
    ...HALF_JAW.map(mirrored).reverse(),
    ...BROW,
    ...BROW.map(mirrored).reverse(),
    ...NOSE,
    ...EYE,
    // The other eye begins at its inner corner.
    ...[3, 2, 1, 0, 5, 4].map((index) => mirrored(EYE[index] ?? [0, 0])),
    ...MOUTH,
  ].flat(),
);
