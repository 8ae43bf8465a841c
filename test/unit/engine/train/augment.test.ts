import { describe, expect, it } from 'vitest';
import type { Augmentation } from '../../../../src-shared/domain/run.ts';
import { Random } from '../../../../src-main/services/engine/random.ts';
import { augment, drawAugmentation } from '../../../../src-main/services/engine/train/augment.ts';
import { jitterColours } from '../../../../src-main/services/engine/train/augment-colour.ts';
import { warp } from '../../../../src-main/services/engine/train/augment-geometry.ts';

const off: Augmentation = { horizontalFlip: false, colorJitter: 0, rotation: 0, cropPadding: 0, randomErasing: 0 };
const all: Augmentation = { horizontalFlip: true, colorJitter: 0.4, rotation: 15, cropPadding: 2, randomErasing: 1 };
const still = { flip: false, degrees: 0, down: 0, right: 0 };

/** A grey picture from rows of numbers, as rgb bytes. */
function picture(rows: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from(rows.flat().flatMap((value) => [value, value, value]));
}
const red = (pixels: ArrayLike<number>): number[] => Array.from(pixels).filter((_, index) => index % 3 === 0);

const square = picture([
  [1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
]);

describe('warp', () => {
  it('leaves an image as it is when nothing is asked', () => {
    expect(Array.from(warp(square, 3, 1, still))).toEqual([...square]);
  });
  it('flips left and right', () => {
    expect(red(warp(square, 3, 1, { ...still, flip: true }))).toEqual([3, 2, 1, 6, 5, 4, 9, 8, 7]);
  });
  it('moves the content against the crop and fills with black', () => {
    expect(red(warp(square, 3, 1, { ...still, down: 1, right: -1 }))).toEqual([0, 4, 5, 0, 7, 8, 0, 0, 0]);
    expect(red(warp(square, 3, 1, { ...still, right: 3 }))).toEqual(new Array(9).fill(0));
  });
  it('rotates counter-clockwise about the centre', () => {
    const quarter = red(warp(square, 3, 1, { ...still, degrees: 90 }));
    expect(quarter).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7].map((value): unknown => expect.closeTo(value, 4)));
  });
  it('interpolates between four pixels', () => {
    // 45 degrees: the top of the centre column comes from (2 - 0.7071, 0.2929): right of the centre, above it.
    const [, top] = red(warp(square, 3, 1, { ...still, degrees: 45 }));
    const x = 1 + Math.SQRT1_2;
    const y = 1 - Math.SQRT1_2;
    expect(top).toBeCloseTo(1 + x + 3 * y, 5);
  });
  it('makes every n-th pixel exactly as the whole would be', () => {
    const side = 8;
    const rgb = Uint8Array.from({ length: side * side * 3 }, (_, index) => (index * 37) % 256);
    const draw = { flip: true, degrees: 12, down: 1, right: -2 };
    const whole = warp(rgb, side, 1, draw);
    const sampled = warp(rgb, side, 4, draw);
    const expected = [0, 4].flatMap((row) =>
      [0, 4].flatMap((column) => [...whole.subarray((row * side + column) * 3, (row * side + column) * 3 + 3)]),
    );
    expect([...sampled]).toEqual(expected);
  });
});

describe('jitterColours', () => {
  it('does nothing at factor 1', () => {
    const pixels = Float32Array.from([10, 20, 30, 200, 100, 50]);
    jitterColours(pixels, [
      { kind: 'brightness', factor: 1 },
      { kind: 'contrast', factor: 1 },
      { kind: 'saturation', factor: 1 },
    ]);
    expect([...pixels]).toEqual([10, 20, 30, 200, 100, 50]);
  });
  it('scales brightness and clamps', () => {
    const pixels = Float32Array.from([10, 100, 200]);
    jitterColours(pixels, [{ kind: 'brightness', factor: 1.5 }]);
    expect([...pixels]).toEqual([15, 150, 255]);
  });
  it('pulls contrast to the mean grey of the image', () => {
    const pixels = Float32Array.from([0, 0, 0, 100, 100, 100]);
    jitterColours(pixels, [{ kind: 'contrast', factor: 0 }]);
    // The luma weights sum to 0.9999.
    for (const value of pixels) expect(value).toBeCloseTo(49.995, 3);
  });
  it('pulls saturation to the grey of each pixel', () => {
    const pixels = Float32Array.from([100, 50, 200]);
    jitterColours(pixels, [{ kind: 'saturation', factor: 0.5 }]);
    const grey = 0.2989 * 100 + 0.587 * 50 + 0.114 * 200;
    expect([...pixels]).toEqual([100, 50, 200].map((value): unknown => expect.closeTo((value + grey) / 2, 4)));
  });
});

describe('augment', () => {
  const side = 16;
  const rgb = Uint8Array.from({ length: side * side * 3 }, (_, index) => (index * 31) % 256);
  const apply = (settings: Augmentation, random: Random): Float32Array => {
    const out = new Float32Array(3 * side * side);
    augment(rgb, side, 1, drawAugmentation(settings, side, random), out, 0);
    return out;
  };

  it('only normalises when everything is off', () => {
    const out = apply(off, Random.seeded(1));
    const mean = [0.485, 0.456, 0.406];
    const std = [0.229, 0.224, 0.225];
    const expected = Float32Array.from(out, (_, index) => {
      const channel = Math.floor(index / (side * side));
      const value = rgb[(index % (side * side)) * 3 + channel] ?? 0;
      return (value / 255 - (mean[channel] ?? 0)) / (std[channel] ?? 1);
    });
    out.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 5));
  });

  it('is the same for the same seed and another for another', () => {
    expect(apply(all, Random.seeded(1).split('3/7'))).toEqual(apply(all, Random.seeded(1).split('3/7')));
    expect(apply(all, Random.seeded(1).split('3/7'))).not.toEqual(apply(all, Random.seeded(1).split('3/8')));
  });

  it('draws a kind the same whatever else is on', () => {
    const random = (): Random => Random.seeded(9);
    const alone = drawAugmentation({ ...off, rotation: 10 }, side, random());
    const together = drawAugmentation({ ...all, rotation: 10 }, side, random());
    expect(together.warp.degrees).toBe(alone.warp.degrees);
  });

  it('stays within its settings, and uses their whole range', () => {
    const draws = Array.from({ length: 400 }, (_, i) => drawAugmentation(all, 224, Random.seeded(i)));
    const degrees = draws.map((draw) => draw.warp.degrees);
    expect(Math.max(...degrees)).toBeLessThanOrEqual(15);
    expect(Math.max(...degrees)).toBeGreaterThan(13);
    expect(Math.min(...degrees)).toBeLessThan(-13);
    expect(new Set(draws.map((draw) => draw.warp.down))).toEqual(new Set([-2, -1, 0, 1, 2]));
    const flips = draws.filter((draw) => draw.warp.flip).length;
    expect(flips).toBeGreaterThan(150);
    expect(flips).toBeLessThan(250);
    const orders = new Set(draws.map((draw) => draw.colours.map((step) => step.kind).join()));
    expect(orders.size).toBe(6);
    for (const { erase } of draws) {
      if (erase === null) continue;
      expect(erase.top + erase.height).toBeLessThanOrEqual(224);
      expect(erase.left + erase.width).toBeLessThanOrEqual(224);
      // Rounding a side by half a pixel moves the area by at most half the other side.
      expect(erase.height * erase.width).toBeLessThan(0.34 * 224 * 224);
      expect(erase.height * erase.width).toBeGreaterThan(0.018 * 224 * 224);
    }
    const half = Array.from({ length: 400 }, (_, i) =>
      drawAugmentation({ ...all, randomErasing: 0.25 }, 224, Random.seeded(i)),
    );
    const erased = half.filter((draw) => draw.erase !== null).length;
    expect(erased).toBeGreaterThan(60);
    expect(erased).toBeLessThan(140);
  });

  it('erases the same rectangle in all three planes and nothing else', () => {
    const draw = { warp: still, colours: [], erase: { top: 2, left: 3, height: 4, width: 5 } };
    const out = new Float32Array(3 * side * side).fill(9);
    augment(rgb, side, 1, draw, out, 0);
    const kept = apply(off, Random.seeded(1));
    out.forEach((value, index) => {
      const row = Math.floor(index / side) % side;
      const column = index % side;
      const inside = row >= 2 && row < 6 && column >= 3 && column < 8;
      expect(value).toBe(inside ? 0 : kept[index]);
    });
  });
});
