import { describe, expect, it } from 'vitest';
import type { CamMap } from '../../../src-shared/metrics/cam.ts';
import { REGIONS, regionAt, regionShapes, regionShares, STANDARD_FACE } from '../../../src-shared/metrics/regions.ts';
import type { Region } from '../../../src-shared/metrics/regions.ts';

const shapes = regionShapes(STANDARD_FACE);
const SIDE = 56;

/** A map with a peak at a place, as narrow as one likes. */
function peak(x: number, y: number, width = 0.02): CamMap {
  const values = Float32Array.from({ length: SIDE * SIDE }, (_, at) => {
    const [u, v] = [((at % SIDE) + 0.5) / SIDE, (Math.floor(at / SIDE) + 0.5) / SIDE];
    return Math.exp(-((u - x) ** 2 + (v - y) ** 2) / (2 * width ** 2));
  });
  return { values, height: SIDE, width: SIDE };
}

const sum = (shares: Readonly<Record<Region, number>>): number => REGIONS.reduce((all, one) => all + shares[one], 0);

describe('facial regions', () => {
  it('has every place of a face where anatomy has it', () => {
    const places: [Region, number, number][] = [
      ['brows', 0.31, 0.32],
      ['brows', 0.69, 0.32],
      // The glabella, between the brows: where a frown is.
      ['brows', 0.5, 0.36],
      ['eyes', 0.34, 0.455],
      ['eyes', 0.66, 0.455],
      ['nose', 0.5, 0.6],
      ['nose', 0.44, 0.68],
      ['cheeks', 0.27, 0.65],
      ['cheeks', 0.73, 0.65],
      ['mouth', 0.5, 0.82],
      ['mouth', 0.5, 0.74],
      ['chin', 0.5, 0.95],
      ['elsewhere', 0.5, 0.15],
      ['elsewhere', 0.02, 0.5],
      ['elsewhere', 0.95, 0.95],
    ];
    for (const [region, x, y] of places) expect(`${x}, ${y}: ${regionAt(shapes, x, y)}`).toBe(`${x}, ${y}: ${region}`);
  });

  it('is symmetric for a symmetric face', () => {
    for (let row = 0; row < 40; row++)
      for (let column = 0; column < 20; column++) {
        const [x, y] = [(column + 0.37) / 40, (row + 0.41) / 40];
        expect(regionAt(shapes, 1 - x, y)).toBe(regionAt(shapes, x, y));
      }
  });

  it('moves and grows with the landmarks', () => {
    const moved = regionShapes(STANDARD_FACE.map((value, at) => value / 2 + (at % 2 === 0 ? 0.3 : 0.1)));
    for (let at = 0; at < 200; at++) {
      const [x, y] = [((at * 37) % 101) / 101, ((at * 53) % 103) / 103];
      expect(regionAt(moved, x / 2 + 0.3, y / 2 + 0.1)).toBe(regionAt(shapes, x, y));
    }
  });

  it('gives closed eyes a region too', () => {
    const closed = Float32Array.from(STANDARD_FACE);
    for (let point = 36; point < 48; point++) closed[2 * point + 1] = 0.46;
    expect(regionAt(regionShapes(closed), 0.34, 0.46)).toBe('eyes');
  });

  it('refuses another number of points', () => {
    expect(() => regionShapes(new Float32Array(10))).toThrow(/5 landmarks instead of 68/);
  });
});

describe('the share of a map by region', () => {
  it('lies where the map lies', () => {
    for (const [x, y, region] of [
      [0.5, 0.83, 'mouth'],
      [0.34, 0.455, 'eyes'],
      [0.5, 0.6, 'nose'],
      [0.27, 0.65, 'cheeks'],
      [0.05, 0.05, 'elsewhere'],
    ] as const)
      expect(regionShares(peak(x, y), shapes)?.shares[region]).toBeGreaterThan(0.85);
  });

  it('adds up to one', () => {
    for (const map of [peak(0.5, 0.5, 0.3), peak(0.3, 0.8, 0.1), peak(0.9, 0.1, 0.05)]) {
      const found = regionShares(map, shapes);
      expect(found === null ? NaN : sum(found.shares)).toBeCloseTo(1, 12);
      expect(found === null ? NaN : sum(found.areas)).toBeCloseTo(1, 12);
    }
  });

  it('is the area where the map is the same everywhere', () => {
    const flat = regionShares({ values: new Float32Array(49).fill(0.7), height: 7, width: 7 }, shapes);
    for (const region of REGIONS) {
      expect(flat?.shares[region]).toBeCloseTo(flat?.areas[region] ?? NaN, 9);
      expect(flat?.areas[region]).toBeGreaterThan(0.01);
    }
  });

  it('does not depend on the scale of the map, and a map of nothing has no shares', () => {
    const map = peak(0.4, 0.5, 0.2);
    const twice = { ...map, values: Float32Array.from(map.values, (value) => 2 * value) };
    expect(regionShares(twice, shapes)?.shares.eyes).toBeCloseTo(regionShares(map, shapes)?.shares.eyes ?? NaN, 6);
    expect(regionShares({ values: new Float32Array(49), height: 7, width: 7 }, shapes)).toBeNull();
  });
});
