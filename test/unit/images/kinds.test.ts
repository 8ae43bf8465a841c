import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { Random } from '../../../src-main/services/engine/random.ts';
import { decodeGif } from '../../../src-main/services/images/gif.ts';
import { inspectImage } from '../../../src-main/services/images/inspect.ts';
import { decodeSquare, SIDE } from '../../../src-main/services/images/pixels.ts';
import { renderThumbnail } from '../../../src-main/services/images/render.ts';
import { HEIGHT, kinds, WIDTH, ycbcrTiff } from './kinds.ts';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kinds-'));
  for (const [name, bytes] of await kinds()) writeFileSync(join(folder, name), bytes);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Row and column of the pixels whose numbers are kept. */
const PLACES = [
  [0, 0],
  [0, 223],
  [223, 0],
  [223, 223],
  [111, 112],
  [17, 200],
  [60, 60],
  [150, 30],
  [200, 120],
  [90, 180],
] as const;

// Pillow 13.0.0 on these very files: ImageOps.exif_transpose(Image.open(f)).convert('RGB').resize((224, 224), BILINEAR).
const PILLOW: Readonly<Record<string, readonly number[]>> = {
  'alpha.png': [
    147, 203, 205, 184, 217, 183, 108, 215, 234, 145, 229, 212, 105, 53, 33, 116, 177, 225, 210, 157, 87, 223, 216, 140,
    75, 16, 83, 34, 156, 220,
  ],
  'alpha.tif': [
    147, 203, 205, 184, 217, 183, 108, 215, 234, 145, 229, 212, 105, 53, 33, 116, 177, 225, 210, 157, 87, 223, 216, 140,
    75, 16, 83, 34, 156, 220,
  ],
  'alpha.webp': [
    147, 203, 205, 184, 217, 183, 108, 215, 234, 145, 229, 212, 105, 53, 33, 116, 177, 225, 210, 157, 87, 223, 216, 140,
    75, 16, 83, 34, 156, 220,
  ],
  'baseline.jpg': [
    147, 202, 205, 184, 215, 183, 108, 215, 233, 142, 228, 215, 103, 53, 35, 116, 176, 220, 211, 157, 89, 224, 216, 138,
    75, 15, 84, 33, 156, 222,
  ],
  'cmyk.jpg': [
    160, 246, 206, 194, 252, 181, 154, 255, 235, 185, 255, 209, 82, 28, 5, 126, 223, 246, 211, 156, 68, 220, 227, 125,
    52, 0, 133, 71, 216, 248,
  ],
  'cmyk.tif': [
    161, 246, 207, 192, 253, 181, 154, 255, 235, 185, 255, 209, 82, 27, 5, 127, 223, 249, 210, 154, 68, 220, 227, 126,
    52, 0, 133, 72, 216, 248,
  ],
  'grey.jpg': [
    193, 193, 193, 207, 207, 207, 200, 200, 200, 212, 212, 212, 68, 68, 68, 170, 170, 170, 166, 166, 166, 214, 214, 214,
    43, 43, 43, 147, 147, 147,
  ],
  'grey.png': [
    193, 193, 193, 208, 208, 208, 200, 200, 200, 213, 213, 213, 67, 67, 67, 171, 171, 171, 166, 166, 166, 213, 213, 213,
    43, 43, 43, 147, 147, 147,
  ],
  // Pillow would clip grey of 16 bits at 255: its numbers here are those of the upper eight bits, (np.asarray(image) >> 8).
  'grey16.png': [
    0, 0, 0, 240, 240, 240, 76, 76, 76, 61, 61, 61, 159, 159, 159, 221, 221, 221, 84, 84, 84, 82, 82, 82, 198, 198, 198,
    226, 226, 226,
  ],
  'grey16.tif': [
    0, 0, 0, 240, 240, 240, 76, 76, 76, 61, 61, 61, 159, 159, 159, 221, 221, 221, 84, 84, 84, 82, 82, 82, 198, 198, 198,
    226, 226, 226,
  ],
  'interlaced.gif': [
    146, 200, 209, 185, 220, 179, 112, 212, 235, 141, 233, 211, 105, 52, 38, 113, 177, 220, 214, 155, 87, 223, 216, 141,
    75, 12, 85, 33, 154, 220,
  ],
  'lossy.webp': [
    148, 205, 204, 177, 221, 188, 112, 214, 232, 148, 228, 215, 104, 51, 33, 111, 176, 229, 208, 156, 82, 225, 218, 138,
    73, 18, 85, 35, 158, 219,
  ],
  'lzw.tif': [
    147, 203, 205, 184, 217, 183, 108, 215, 234, 145, 229, 212, 105, 53, 33, 116, 177, 225, 210, 157, 87, 223, 216, 140,
    75, 16, 83, 34, 156, 220,
  ],
  'mirrored.jpg': [
    150, 201, 204, 111, 214, 229, 181, 214, 195, 141, 228, 222, 106, 54, 29, 166, 213, 208, 211, 158, 85, 38, 36, 159,
    103, 209, 207, 180, 55, 35,
  ],
  'offset.gif': [
    216, 131, 47, 216, 131, 47, 216, 131, 47, 216, 131, 47, 121, 63, 29, 216, 131, 47, 209, 203, 158, 216, 131, 47, 74,
    28, 75, 66, 191, 237,
  ],
  'palette.png': [
    152, 202, 207, 181, 222, 182, 105, 215, 234, 146, 233, 208, 106, 54, 36, 111, 175, 220, 206, 159, 81, 221, 220, 140,
    76, 11, 84, 35, 157, 224,
  ],
  'picture.bmp': [
    147, 203, 205, 184, 217, 183, 108, 215, 234, 145, 229, 212, 105, 53, 33, 116, 177, 225, 210, 157, 87, 223, 216, 140,
    75, 16, 83, 34, 156, 220,
  ],
  'picture.gif': [
    146, 200, 209, 185, 220, 179, 112, 212, 235, 141, 233, 211, 105, 52, 38, 113, 177, 220, 214, 155, 87, 223, 216, 141,
    75, 12, 85, 33, 154, 220,
  ],
  'progressive.jpg': [
    152, 202, 203, 181, 214, 193, 112, 214, 229, 140, 227, 218, 105, 52, 30, 115, 178, 223, 210, 157, 82, 221, 217, 138,
    76, 15, 84, 35, 154, 220,
  ],
  'rgb.png': [
    147, 203, 205, 184, 217, 183, 108, 215, 234, 145, 229, 212, 105, 53, 33, 116, 177, 225, 210, 157, 87, 223, 216, 140,
    75, 16, 83, 34, 156, 220,
  ],
  'sixteen.png': [
    147, 203, 205, 184, 217, 183, 108, 215, 234, 145, 229, 212, 105, 53, 33, 116, 177, 225, 210, 157, 87, 223, 216, 140,
    75, 16, 83, 34, 156, 220,
  ],
  'subsampled.jpg': [
    148, 204, 205, 181, 214, 193, 109, 215, 229, 141, 228, 220, 105, 52, 28, 118, 177, 223, 208, 156, 87, 223, 217, 141,
    75, 14, 88, 34, 154, 219,
  ],
  'transparent.gif': [
    76, 105, 113, 184, 214, 187, 76, 105, 113, 146, 226, 214, 76, 105, 113, 119, 180, 222, 76, 105, 113, 76, 105, 113,
    76, 14, 82, 35, 158, 224,
  ],
  'turned.jpg': [
    111, 214, 229, 150, 201, 204, 141, 228, 222, 181, 214, 195, 105, 54, 29, 186, 207, 191, 243, 147, 60, 26, 39, 167,
    91, 213, 218, 170, 58, 42,
  ],
  'ycbcr.tif': [
    176, 255, 109, 80, 57, 0, 241, 200, 255, 145, 0, 174, 161, 128, 140, 94, 74, 0, 168, 200, 126, 207, 197, 251, 183,
    88, 233, 124, 67, 61,
  ],
};

describe('decodeSquare beside Pillow', () => {
  it.each(Object.entries(PILLOW))('%s: at most 2/255 apart, 0.3/255 on average', async (name, wanted) => {
    const rgb = await decodeSquare(join(folder, name));
    const got = PLACES.flatMap(([row, column]) => [0, 1, 2].map((c) => rgb[(row * SIDE + column) * 3 + c] ?? -1));
    const apart = got.map((value, index) => Math.abs(value - (wanted[index] ?? -1)));
    expect(Math.max(...apart)).toBeLessThanOrEqual(2);
    expect(apart.reduce((sum, one) => sum + one, 0) / apart.length).toBeLessThanOrEqual(0.3);
  });

  it('has numbers for every kind', async () => {
    expect(Object.keys(PILLOW).toSorted()).toEqual([...(await kinds()).keys()].toSorted());
  });
});

describe('what is no whole picture', () => {
  it('a GIF cut off anywhere is refused, and no damage to one does more than that', async () => {
    const gif = (await kinds()).get('interlaced.gif') ?? Buffer.alloc(0);
    for (let length = 6; length < gif.length - 3; length += 7)
      await expect(decodeGif(gif.subarray(0, length), 1e6), String(length)).rejects.toThrow(/ends early/);
    const random = Random.seeded(8);
    const outcomes = { read: 0, refused: 0 };
    for (let round = 0; round < 300; round++) {
      const damaged = Buffer.from(gif);
      for (let times = 0; times < 4; times++) damaged[6 + random.integer(damaged.length - 6)] = random.integer(256);
      await decodeGif(damaged, 1e6).then(
        () => outcomes.read++,
        (thrown: unknown) => {
          expect(thrown).toBeInstanceOf(FailureError);
          outcomes.refused++;
        },
      );
    }
    expect(Math.min(outcomes.read, outcomes.refused)).toBeGreaterThan(10);
    const huge = Buffer.from(gif);
    huge.writeUInt32LE(0xffffffff, 6);
    await expect(decodeGif(huge, 50e6)).rejects.toThrow(/larger than 50 million pixels/);
  });

  it('a TIFF whose colours are shared by pixels says so', async () => {
    const file = join(folder, 'shared.tif');
    writeFileSync(file, ycbcrTiff([2, 2]));
    await expect(decodeSquare(file)).rejects.toThrow(/stores colours for groups of pixels.*PNG/);
  });
});

describe('every kind', () => {
  it.each(Object.keys(PILLOW))('%s: is inspected and has a thumbnail', async (name) => {
    const isTurned = name === 'turned.jpg' || name === 'mirrored.jpg';
    const upright = name === 'offset.gif' ? [WIDTH + 20, HEIGHT + 10] : [WIDTH, HEIGHT];
    const [width, height] = isTurned ? upright.toReversed() : upright;
    const found = await inspectImage(join(folder, name));
    expect(found).toMatchObject({ reason: null, width, height });
    expect(found.perceptualHash).toMatch(/^[0-9a-f]{16}$/);
    expect((await renderThumbnail(join(folder, name), 96)).subarray(8, 12).toString()).toBe('WEBP');
  });
});
