import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { decodeSquare, normalise, SIDE } from '../../../src-main/services/images/pixels.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pixels-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The picture that the golden numbers were made from: value (7x + 13y + 50c + 5 (xy mod 31)) mod 256. */
function pattern(width: number, height: number): Buffer {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) data[(y * width + x) * 3 + c] = (x * 7 + y * 13 + c * 50 + ((x * y) % 31) * 5) & 255;
  return data;
}

const raw = (data: Buffer, width: number, height: number, channels: 1 | 3 | 4): Sharp =>
  sharp(data, { raw: { width, height, channels } });

async function write(name: string, image: Sharp): Promise<string> {
  const file = join(folder, name);
  writeFileSync(file, await image.toBuffer());
  return file;
}

const pixel = (rgb: Uint8Array, row: number, column: number): number[] =>
  Array.from(rgb.subarray((row * SIDE + column) * 3, (row * SIDE + column) * 3 + 3));

async function reason(file: string): Promise<string> {
  const thrown: unknown = await decodeSquare(file).then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof FailureError)) throw new Error(`expected a FailureError, got ${String(thrown)}`);
  expect(thrown.failure.kind).toBe('unreadable');
  return thrown.failure.message;
}

// Pillow 12: Image.fromarray(pattern).resize((224, 224), BILINEAR): SHA-256 of all bytes, and the RGB of six pixels.
const PILLOW: readonly [number, number, string, readonly number[]][] = [
  [
    640,
    480,
    '386683dd0a249df6259ae564c977100fe9506f9e9a99a20d66d831e35282b4fe',
    [23, 73, 123, 165, 144, 126, 107, 92, 142, 143, 142, 132, 113, 91, 109, 165, 108, 72],
  ],
  [
    101,
    77,
    '11b6cff92ef49191053f92af81758117024a1df54f0894eaf09150c3ea427dae',
    [0, 50, 100, 188, 238, 32, 138, 188, 147, 220, 14, 64, 177, 227, 21, 27, 52, 102],
  ],
  [
    224,
    300,
    '0f1a0661bad06ffa2a9ae6b70fc1a1a803bc157f1b5d2c52a265b3c9566e167c',
    [4, 54, 104, 38, 88, 138, 140, 28, 78, 43, 93, 143, 194, 66, 38, 161, 44, 94],
  ],
  [
    1000,
    37,
    'cbe90f84636d9912743037add7cd5cceca743c6e2f81ad4e2d5dbbee7a4941dd',
    [15, 65, 115, 66, 116, 166, 136, 118, 82, 120, 75, 125, 119, 169, 164, 139, 67, 95],
  ],
  [
    1,
    1,
    '7306b957ee5ed5c71b955934fbbd0f08ca920b03256f44d89400cfd8f1c913b8',
    [0, 50, 100, 0, 50, 100, 0, 50, 100, 0, 50, 100, 0, 50, 100, 0, 50, 100],
  ],
  [
    225,
    223,
    '7ac25c66f5096d451b1ad30d978d9ce401e3ddf2cab555dfdbd95b5754e5000b',
    [0, 50, 100, 32, 82, 132, 126, 113, 99, 70, 120, 170, 123, 171, 221, 138, 188, 194],
  ],
];

describe('decodeSquare', () => {
  it.each(PILLOW)('resizes %i × %i as Pillow does, bit for bit', async (width, height, hash, samples) => {
    const file = await write(`pattern-${width}x${height}.png`, raw(pattern(width, height), width, height, 3).png());
    const rgb = await decodeSquare(file);
    const places = [
      [0, 0],
      [0, 223],
      [111, 112],
      [223, 0],
      [223, 223],
      [17, 200],
    ] as const;
    expect(places.flatMap(([row, column]) => pixel(rgb, row, column))).toEqual(samples);
    expect(createHash('sha256').update(rgb).digest('hex')).toBe(hash);
  });

  it('turns an image upright by its EXIF orientation', async () => {
    // Left half red, right half blue; orientation 6 asks for a quarter turn clockwise: red comes to the top.
    const data = Buffer.alloc(40 * 20 * 3);
    for (let y = 0; y < 20; y++) for (let x = 0; x < 40; x++) data[(y * 40 + x) * 3 + (x < 20 ? 0 : 2)] = 255;
    const rgb = await decodeSquare(
      await write(
        'turned.jpg',
        raw(data, 40, 20, 3).withMetadata({ orientation: 6 }).jpeg({ chromaSubsampling: '4:4:4' }),
      ),
    );
    expect(pixel(rgb, 20, 112)[0]).toBeGreaterThan(240);
    expect(pixel(rgb, 200, 112)[2]).toBeGreaterThan(240);
  });

  it('repeats grey in three channels, 16-bit grey too', async () => {
    const grey = await decodeSquare(await write('grey.png', raw(Buffer.alloc(64, 77), 8, 8, 1).png()));
    expect(pixel(grey, 100, 100)).toEqual([77, 77, 77]);
    const deep = sharp(new Uint16Array(64).fill(0x4d4d), { raw: { width: 8, height: 8, channels: 1 } }).toColourspace(
      'grey16',
    );
    const file = await write('deep.png', deep.png());
    expect((await sharp(file).metadata()).depth).toBe('ushort');
    expect(pixel(await decodeSquare(file), 100, 100)).toEqual([0x4d, 0x4d, 0x4d]);
  });

  it('drops alpha without blending, as PIL', async () => {
    const data = Buffer.alloc(64 * 4);
    for (let i = 0; i < 64; i++) data.set([200, 100, 50, i % 2 === 0 ? 0 : 255], i * 4);
    expect(pixel(await decodeSquare(await write('alpha.png', raw(data, 8, 8, 4).png())), 5, 5)).toEqual([200, 100, 50]);
  });

  it('reads CMYK', async () => {
    const file = await write(
      'cmyk.jpg',
      raw(Buffer.alloc(192, 255), 8, 8, 3).toColourspace('cmyk').jpeg({ quality: 95 }),
    );
    expect((await sharp(file).metadata()).space).toBe('cmyk');
    for (const value of pixel(await decodeSquare(file), 100, 100)) expect(value).toBeGreaterThan(245);
  });

  it('goes by content, not by the name', async () => {
    const rgb = await decodeSquare(await write('png-inside.jpg', raw(pattern(224, 224), 224, 224, 3).png()));
    expect(Buffer.from(rgb).equals(pattern(224, 224))).toBe(true);
  });

  it('takes the first frame of a moving image', async () => {
    const frames = Buffer.concat([Buffer.alloc(8 * 8 * 3, 10), Buffer.alloc(8 * 8 * 3, 250)]);
    const gif = sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } }).gif();
    const file = await write('moving.gif', gif);
    // A control block before each frame.
    expect(readFileSync(file, 'latin1').split('\x21\xf9\x04')).toHaveLength(3);
    expect(pixel(await decodeSquare(file), 112, 112)).toEqual([10, 10, 10]);
  });

  it('says why a file cannot be read', async () => {
    const jpeg = await raw(pattern(64, 64), 64, 64, 3).jpeg().toBuffer();
    const put = (name: string, bytes: Buffer | string): string => {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    };
    expect(await reason(put('half.jpg', jpeg.subarray(0, jpeg.length / 2)))).toMatch(/^The file ends early: /);
    expect(await reason(put('nearly.jpg', jpeg.subarray(0, jpeg.length - 40)))).toMatch(/^The file ends early: /);
    expect(await reason(put('zero.jpg', ''))).toBe('The file is empty.');
    expect(await reason(put('page.jpg', '<html></html>'))).toMatch(/no image of a known format/);
    expect(await reason(put('drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'))).toMatch(
      /no image of a known format/,
    );
    expect(await reason(join(folder, 'nowhere.jpg'))).toBe('File not found.');
    expect(await reason(folder)).toBe('This is a folder, not a file.');
    const png = await raw(pattern(64, 64), 64, 64, 3).png().toBuffer();
    png[png.length >> 1] = (png[png.length >> 1] ?? 0) ^ 0xff;
    expect(await reason(put('flipped.png', png))).toMatch(/^The image is damaged: /);
  });

  it('takes the part of the upright picture that a box names', async () => {
    const [width, height] = [40, 60];
    const data = pattern(width, height);
    const source = sharp(data, { raw: { width, height, channels: 3 } });
    const file = await write('box.png', source.png());
    const box = { x: 8, y: 10, width: 20, height: 30 };
    const part = await write('part.png', sharp(file).extract({ left: 8, top: 10, width: 20, height: 30 }).png());
    expect(await decodeSquare(file, box)).toEqual(await decodeSquare(part));
    // Orientation 6: stored lying, shown turned by 90 degrees clockwise; the box counts in what is shown.
    const lying = await write(
      'lying.jpg',
      sharp(file).rotate(-90).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }),
    );
    const turned = await write(
      'turned.png',
      sharp(await sharp(lying).autoOrient().png().toBuffer())
        .extract({ left: 8, top: 10, width: 20, height: 30 })
        .png(),
    );
    expect(await decodeSquare(lying, box)).toEqual(await decodeSquare(turned));
    await expect(decodeSquare(file, { ...box, width: 300 })).rejects.toMatchObject({
      failure: { kind: 'unreadable', message: 'The box of the face does not lie inside the picture.' },
    });
  });

  it('refuses an image bomb from its header', async () => {
    const bomb = sharp({ create: { width: 14_000, height: 14_000, channels: 3, background: '#000' } });
    const file = await write('bomb.png', bomb.png({ compressionLevel: 1 }));
    const before = process.memoryUsage().rss;
    expect(await reason(file)).toBe('The image is larger than 50 million pixels.');
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });
});

describe('normalise', () => {
  it('gives the float32 numbers of torchvision', () => {
    const rgb = new Uint8Array(SIDE * SIDE * 3);
    rgb.set([0, 127, 255]);
    const out = new Float32Array(5 + 3 * SIDE * SIDE);
    normalise(rgb, out, 5);
    const plane = SIDE * SIDE;
    expect([out[5], out[5 + plane], out[5 + 2 * plane]]).toEqual([
      -2.1179039478302, 0.18767505884170532, 2.640000104904175,
    ]);
    expect(out[4]).toBe(0);
  });

  it('lies as planes [3, 224, 224]', () => {
    const out = new Float32Array(3 * SIDE * SIDE);
    normalise(pattern(SIDE, SIDE), out, 0);
    // Row 1, column 2, green: (14 + 13 + 50 + 10) / 255.
    expect(out[SIDE * SIDE + SIDE + 2]).toBeCloseTo((87 / 255 - 0.456) / 0.224, 6);
  });
});
