import { describe, expect, it } from 'vitest';
import { overlayMap } from '../../../src-main/commands/overlay.ts';
import { CAM_OPACITY, camColour } from '../../../src-shared/plots/cam.ts';

const side = 8;
const grey = new Uint8Array(side * side * 3).fill(90);
const square = (values: Float32Array) => ({ values, height: side, width: side });

describe('overlay', () => {
  it('leaves the image where the map is zero, and rings the area above one half in white', () => {
    expect([...overlayMap(grey, square(new Float32Array(side * side)), side)]).toEqual([...grey]);

    const map = new Float32Array(side * side);
    for (let row = 2; row < 7; row++) for (let column = 2; column < 7; column++) map[row * side + column] = 1;
    const drawn = overlayMap(grey, square(map), side);
    const pixel = (row: number, column: number): number[] => [
      ...drawn.subarray((row * side + column) * 3).subarray(0, 3),
    ];
    expect(pixel(2, 2)).toEqual([255, 255, 255]);
    expect(pixel(6, 4)).toEqual([255, 255, 255]);
    expect(pixel(1, 2)).toEqual([90, 90, 90]);
    const mixed = (colour: number): number => Math.round(90 + (colour - 90) * 0.65);
    expect(pixel(4, 4)).toEqual([mixed(0xc6), mixed(0xff), mixed(0x1a)]);
  });

  it('reads a small map bilinearly at the middles of the pixels', () => {
    const drawn = overlayMap(grey, { values: Float32Array.of(0, 0.4), height: 1, width: 2 }, side);
    const pixel = (column: number): number[] => [...drawn.subarray(column * 3, column * 3 + 3)];
    // Held outside the cells' middles; pixel 4 has its own at 0.625 of the way between them: 0.25.
    expect(pixel(0)).toEqual([90, 90, 90]);
    expect(pixel(6)).toEqual(pixel(7));
    expect(pixel(4)).toEqual(camColour(0.25).map((colour) => Math.round(90 + (colour - 90) * 0.25 * CAM_OPACITY)));
  });
});
