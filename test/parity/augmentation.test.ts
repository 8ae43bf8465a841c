/** Each augmentation beside torchvision's: what it does to a picture, and how it draws (numbers of augmentation.py). */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeSquare } from '../../src-main/services/images/pixels.ts';
import { normaliseRgb } from '../../src-main/services/engine/preprocessing.ts';
import { Random } from '../../src-main/services/engine/random.ts';
import { jitterColours } from '../../src-main/services/engine/train/augment-colour.ts';
import { warp } from '../../src-main/services/engine/train/augment-geometry.ts';
import { drawAugmentation } from '../../src-main/services/engine/train/augment.ts';

const numbers = z.array(z.number());
const Spread = z.object({ mean: z.number(), deviation: z.number(), quantiles: numbers });
type Spread = z.infer<typeof Spread>;
const KINDS = ['brightness', 'contrast', 'saturation'] as const;
const Golden = z.object({
  side: z.number(),
  draws: z.number(),
  resized: z.array(z.object({ width: z.number(), height: z.number(), samples: numbers })),
  flip: numbers,
  rotations: z.array(z.object({ degrees: z.number(), pixels: numbers })),
  crops: z.array(z.object({ top: z.number(), left: z.number(), padding: z.number(), pixels: numbers })),
  together: numbers,
  jitters: z.array(
    z.object({ steps: z.array(z.object({ kind: z.enum(KINDS), factor: z.number() })), pixels: numbers }),
  ),
  normalised: numbers,
  drawn: z.object({
    ...{ flip: z.number(), rotation: Spread, cropTop: Spread, cropLeft: Spread },
    jitter: z.object({ factors: z.record(z.enum(KINDS), Spread), orders: z.record(z.string(), z.number()) }),
    erase: z.object({ probability: z.number(), area: Spread, logRatio: Spread, top: Spread, left: Spread }),
  }),
});
const golden = Golden.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'golden-augmentation.json'), 'utf8')));

const { side } = golden;
const still = { flip: false, degrees: 0, down: 0, right: 0 };
const picture = Uint8Array.from(
  { length: 3 * side * side },
  (_, i) => (37 * i + 11 * Math.floor(i / 3) * (i % 7)) % 256,
);

/** The furthest that two pictures are apart, in 0..255. */
function apart(ours: ArrayLike<number>, theirs: readonly number[]): number {
  expect(ours).toHaveLength(theirs.length);
  return theirs.reduce((most, value, i) => Math.max(most, Math.abs(value - (ours[i] ?? NaN))), 0);
}

describe('what torchvision’s transforms make of a picture', () => {
  it('is what flip, rotation and padded crop make of it', () => {
    expect(apart(warp(picture, side, 1, { ...still, flip: true }), golden.flip)).toBe(0);
    for (const { degrees, pixels } of golden.rotations)
      expect(apart(warp(picture, side, 1, { ...still, degrees }), pixels)).toBeLessThan(0.01);
    for (const { top, left, padding, pixels } of golden.crops)
      expect(apart(warp(picture, side, 1, { ...still, down: top - padding, right: left - padding }), pixels)).toBe(0);
    // One after the other in torchvision; in one look-up a pixel here.
    const together = warp(picture, side, 1, { flip: true, degrees: 12, down: -2, right: 3 });
    expect(apart(together, golden.together)).toBeLessThan(0.01);
  });

  it('is what colour jitter makes of it, in each order', () => {
    for (const { steps, pixels } of golden.jitters) {
      const ours = Float32Array.from(picture);
      jitterColours(ours, steps);
      expect(apart(ours, pixels)).toBeLessThan(0.01);
    }
  });

  it('is what normalising makes of it', () => {
    const out = new Float32Array(3 * side * side);
    normaliseRgb(Float32Array.from(picture), side, 1, out, 0);
    golden.normalised.forEach((value, i) => expect(out[i]).toBeCloseTo(value, 4));
  });

  describe('resized', () => {
    let folder: string;
    beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'poster-var-resize-'))));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each(golden.resized)('from $width x $height, to a byte or two', async ({ width, height, samples }) => {
      const rgb = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
        const [pixel, channel] = [Math.floor(i / 3), i % 3];
        const [x, y] = [pixel % width, Math.floor(pixel / width)];
        return (13 * x + 7 * y + 50 * channel + Math.floor((x * y) / 16)) % 256;
      });
      const file = join(folder, `${width}.png`);
      await sharp(rgb, { raw: { width, height, channels: 3 } })
        .png()
        .toFile(file);
      const square = await decodeSquare(file);
      const ours = samples.map((_, i) => square[i * 997] ?? NaN);
      const mean = samples.reduce((sum, value, i) => sum + Math.abs(value - (ours[i] ?? NaN)), 0) / samples.length;
      expect(mean).toBeLessThan(0.6);
      expect(apart(ours, samples)).toBeLessThanOrEqual(3);
    });
  });
});

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];
const paper = { horizontalFlip: true, colorJitter: 0.2, rotation: 10, cropPadding: 32, randomErasing: 0.5 };
const draws = Array.from({ length: golden.draws }, (_, i) =>
  drawAugmentation(paper, 224, Random.seeded(1).split('augment').split(`1/${i}`)),
);

/** Mean, deviation and quantiles within what two samples of that size can be apart; five standard errors. */
function expectLike(values: readonly number[], theirs: Spread): void {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
  const error = theirs.deviation * Math.sqrt(2 / values.length);
  expect(Math.abs(mean - theirs.mean)).toBeLessThan(5 * error);
  expect(Math.abs(deviation - theirs.deviation)).toBeLessThan(5 * error);
  const sorted = values.toSorted((a, b) => a - b);
  for (const [at, share] of QUANTILES.entries()) {
    const ours = sorted[Math.floor(share * sorted.length)] ?? NaN;
    // A uniform quantile's error is below its deviation times root of 12 p (1 - p) / n; whole numbers may move by one.
    const room = 5 * error * Math.sqrt(12 * share * (1 - share)) + (Number.isInteger(theirs.quantiles[at]) ? 1 : 0);
    expect(Math.abs(ours - (theirs.quantiles[at] ?? NaN))).toBeLessThanOrEqual(room);
  }
}

/** Shares of yes, within five standard errors of two samples. */
function expectShare(ours: number, theirs: number, n = golden.draws): void {
  expect(Math.abs(ours - theirs)).toBeLessThan(5 * Math.sqrt((2 * theirs * (1 - theirs)) / n));
}

describe('how torchvision’s transforms draw', () => {
  const { drawn } = golden;

  it('is how flip, rotation and crop are drawn', () => {
    expectShare(draws.filter(({ warp: { flip } }) => flip).length / draws.length, drawn.flip);
    // torchvision turns counter-clockwise by its angle, as we do.
    expectLike(
      draws.map(({ warp: { degrees } }) => degrees),
      drawn.rotation,
    );
    expectLike(
      draws.map(({ warp: { down } }) => down + paper.cropPadding),
      drawn.cropTop,
    );
    expectLike(
      draws.map(({ warp: { right } }) => right + paper.cropPadding),
      drawn.cropLeft,
    );
  });

  it('is how colour jitter draws its factors and its order', () => {
    for (const kind of KINDS) {
      const factors = draws.flatMap(({ colours }) =>
        colours.flatMap((step) => (step.kind === kind ? [step.factor] : [])),
      );
      expect(factors).toHaveLength(draws.length);
      expectLike(factors, drawn.jitter.factors[kind]);
    }
    expect(Object.keys(drawn.jitter.orders)).toHaveLength(6);
    for (const [order, share] of Object.entries(drawn.jitter.orders)) {
      const ours = draws.filter(({ colours }) => colours.map(({ kind }) => kind).join() === order);
      expectShare(ours.length / draws.length, share);
    }
  });

  it('is how random erasing draws whether, how large, how long and where', () => {
    const erased = draws.flatMap(({ erase }) => (erase === null ? [] : [erase]));
    expectShare(erased.length / draws.length, drawn.erase.probability);
    expectLike(
      erased.map(({ height, width }) => (height * width) / 224 ** 2),
      drawn.erase.area,
    );
    expectLike(
      erased.map(({ height, width }) => Math.log(height / width)),
      drawn.erase.logRatio,
    );
    expectLike(
      erased.map(({ top, height }) => top / (224 - height)),
      drawn.erase.top,
    );
    expectLike(
      erased.map(({ left, width }) => left / (224 - width)),
      drawn.erase.left,
    );
  });
});
