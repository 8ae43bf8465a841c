import { describe, expect, it } from 'vitest';
import { camColour, camContour, camPixels } from '../../../src-shared/plots/cam.ts';
import { camAt } from '../../../src-shared/metrics/cam.ts';

/** One hot cell in the middle of 7 × 7. */
const hot = { values: Float32Array.from({ length: 49 }, (_, i) => (i === 24 ? 1 : 0)), height: 7, width: 7 };

describe('class-activation map', () => {
  it('is exact at the middles of cells and bilinear between them', () => {
    expect(camAt(hot, 3.5 / 7, 3.5 / 7)).toBe(1);
    expect(camAt(hot, 4 / 7, 3.5 / 7)).toBeCloseTo(0.5, 12);
    expect(camAt(hot, 4 / 7, 4 / 7)).toBeCloseTo(0.25, 12);
    expect(camAt(hot, 0, 0)).toBe(0);
  });

  it('holds its edge values outside the outer middles', () => {
    const corner = { values: [1, 0, 0, 0], height: 2, width: 2 };
    expect(camAt(corner, 0, 0)).toBe(1);
    expect(camAt(corner, 0.1, 0.2)).toBe(1);
  });

  it('reads as torch.nn.functional.interpolate does with align_corners=False', () => {
    // torch.nn.functional.interpolate([[0, 1], [2, 3]], size=(4, 4), mode='bilinear', align_corners=False)
    const rows = [0, 0.25, 0.75, 1];
    const map = { values: [0, 1, 2, 3], height: 2, width: 2 };
    const at = [0, 1, 2, 3].map((pixel) => (pixel + 0.5) / 4);
    expect(at.map((v) => at.map((u) => camAt(map, u, v)))).toEqual(
      rows.map((row) => rows.map((column) => 2 * row + column)),
    );
  });

  it('runs through the four limes', () => {
    expect(camColour(0)).toEqual([0x1e, 0x28, 0]);
    expect(camColour(1 / 3).map((value) => Math.round(value))).toEqual([0x6e, 0x8f, 0]);
    expect(camColour(2).map((value) => Math.round(value))).toEqual([0xc6, 0xff, 0x1a]);
  });

  it('paints value as alpha over the ramp', () => {
    const pixels = camPixels({ values: [0, 1], height: 1, width: 2 }, 4);
    expect([...pixels.subarray(0, 4)]).toEqual([0x1e, 0x28, 0x00, 0]);
    expect([...pixels.subarray(12, 16)]).toEqual([0xc6, 0xff, 0x1a, 255]);
  });

  it('draws the contour where the map crosses the level', () => {
    expect(camContour({ values: [0, 0, 0, 0], height: 2, width: 2 }, 0.5)).toBe('');
    const path = camContour({ values: [0, 1, 0, 1], height: 2, width: 2 }, 0.5);
    const xs = [...path.matchAll(/[ML](\d+(?:\.\d+)?) /g)].map((match) => Number(match[1]));
    expect(xs.length).toBeGreaterThan(100);
    for (const x of xs) expect(x).toBeCloseTo(50, 1);
  });
});
