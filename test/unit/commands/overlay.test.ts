import { describe, expect, it } from 'vitest';
import { lime, overlayMap, resizeMap } from '../../../src-main/commands/overlay.ts';

describe('overlay', () => {
  it('resizes with pixel centres at halves, as torch.nn.functional.interpolate(align_corners=False)', () => {
    const resized = resizeMap(Float32Array.of(0, 1, 2, 3), 2, 2, 4);
    // torch.nn.functional.interpolate([[0, 1], [2, 3]], size=(4, 4), mode='bilinear', align_corners=False)
    const rows = [0, 0.25, 0.75, 1];
    expect([...resized]).toEqual(rows.flatMap((row) => rows.map((column) => 2 * row + column)));
  });

  it('keeps a constant map and stays within its range', () => {
    expect(new Set(resizeMap(new Float32Array(49).fill(0.25), 7, 7, 224))).toEqual(new Set([0.25]));
    const random = Float32Array.from({ length: 49 }, (_, at) => ((at * 37) % 49) / 48);
    const resized = resizeMap(random, 7, 7, 224);
    expect(Math.min(...resized)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...resized)).toBeLessThanOrEqual(1);
  });

  it('runs through the four limes, clear at 0 and at most 65% opaque', () => {
    expect(lime(0)).toEqual([0x1e, 0x28, 0, 0]);
    expect(lime(1)).toEqual([0xc6, 0xff, 0x1a, 0.65]);
    expect(lime(2)).toEqual(lime(1));
    expect(lime(1 / 3).map((value) => Math.round(value))).toEqual([0x6e, 0x8f, 0, 0]);
    expect(lime(0.5)[3]).toBeCloseTo(0.325);
  });

  it('leaves the image where the map is zero, and rings the area above one half in white', () => {
    const side = 8;
    const grey = new Uint8Array(side * side * 3).fill(90);
    expect([...overlayMap(grey, new Float32Array(side * side), side)]).toEqual([...grey]);

    const map = new Float32Array(side * side);
    for (let row = 2; row < 7; row++) for (let column = 2; column < 7; column++) map[row * side + column] = 1;
    const drawn = overlayMap(grey, map, side);
    const pixel = (row: number, column: number): number[] => [
      ...drawn.subarray((row * side + column) * 3).subarray(0, 3),
    ];
    expect(pixel(2, 2)).toEqual([255, 255, 255]);
    expect(pixel(6, 4)).toEqual([255, 255, 255]);
    expect(pixel(1, 2)).toEqual([90, 90, 90]);
    const mixed = (colour: number): number => Math.round(90 + (colour - 90) * 0.65);
    expect(pixel(4, 4)).toEqual([mixed(0xc6), mixed(0xff), mixed(0x1a)]);
  });
});
