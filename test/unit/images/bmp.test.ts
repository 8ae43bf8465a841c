import { describe, expect, it } from 'vitest';
import { decodeBmp, isBmp } from '../../../src-main/services/images/bmp.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';

interface Shape {
  readonly width: number;
  /** Negative: rows from the top. */
  readonly height: number;
  readonly bits: number;
  readonly compression?: number;
  /** BGR0 for each colour. */
  readonly palette?: readonly number[];
  /** Between header and palette. */
  readonly masks?: readonly number[];
  readonly pixels: readonly number[];
}

/** A bitmap with a header of 40 bytes. */
function bmp({ width, height, bits, compression = 0, palette = [], masks = [], pixels }: Shape): Buffer {
  const offset = 54 + masks.length * 4 + palette.length;
  const header = Buffer.alloc(54 + masks.length * 4);
  header.write('BM');
  header.writeUInt32LE(offset + pixels.length, 2);
  header.writeUInt32LE(offset, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  header.writeUInt32LE(palette.length / 4, 46);
  masks.forEach((mask, index) => header.writeUInt32LE(mask, 54 + index * 4));
  return Buffer.concat([header, Buffer.from([...palette, ...pixels])]);
}

const decode = async (file: Uint8Array): Promise<number[]> => [...(await decodeBmp(file, 1_000_000)).data];

async function reason(file: Uint8Array): Promise<string> {
  const thrown: unknown = await decodeBmp(file, 1_000_000).catch((error: unknown) => error);
  if (!(thrown instanceof FailureError)) throw new Error(`expected a FailureError, got ${String(thrown)}`);
  return thrown.failure.message;
}

const RED = [255, 0, 0];
const GREEN = [0, 255, 0];
const BLUE = [0, 0, 255];
const BLACK = [0, 0, 0];
/** Red, green, blue as BGR0. */
const PALETTE = [0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0];

describe('decodeBmp', () => {
  it('reads 24 bits, from the bottom and from the top', async () => {
    const pixels = [0, 0, 255, 0, 255, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0];
    expect(await decode(bmp({ width: 2, height: 2, bits: 24, pixels }))).toEqual([...BLUE, ...BLACK, ...RED, ...GREEN]);
    expect(await decode(bmp({ width: 2, height: -2, bits: 24, pixels }))).toEqual([
      ...RED,
      ...GREEN,
      ...BLUE,
      ...BLACK,
    ]);
  });

  it('reads 32 bits, the fourth byte not being alpha', async () => {
    expect(await decode(bmp({ width: 1, height: 1, bits: 32, pixels: [30, 20, 10, 0] }))).toEqual([10, 20, 30]);
  });

  it('reads 16 bits: 5-5-5, and 5-6-5 by its masks', async () => {
    // Red 31, green 0, blue 16.
    expect(await decode(bmp({ width: 1, height: 1, bits: 16, pixels: [0x10, 0x7c, 0, 0] }))).toEqual([255, 0, 131]);
    const masks = [0xf800, 0x7e0, 0x1f];
    // Red 31, green 32, blue 0.
    const file = bmp({ width: 1, height: 1, bits: 16, compression: 3, masks, pixels: [0x00, 0xfc, 0, 0] });
    expect(await decode(file)).toEqual([255, 129, 0]);
  });

  it('reads 32 bits with masks in the order of other systems', async () => {
    const masks = [0x000000ff, 0x0000ff00, 0x00ff0000];
    const file = bmp({ width: 1, height: 1, bits: 32, compression: 3, masks, pixels: [10, 20, 30, 255] });
    expect(await decode(file)).toEqual([10, 20, 30]);
    const high = [0xff000000, 0x00ff0000, 0x0000ff00];
    expect(
      await decode(bmp({ width: 1, height: 1, bits: 32, compression: 3, masks: high, pixels: [255, 30, 20, 200] })),
    ).toEqual([200, 20, 30]);
  });

  it('reads palettes of 1, 4 and 8 bits; an index beyond the palette is black', async () => {
    const eight = { width: 4, height: 1, bits: 8, palette: PALETTE, pixels: [2, 0, 1, 9] };
    expect(await decode(bmp(eight))).toEqual([...BLUE, ...RED, ...GREEN, ...BLACK]);
    const four = { width: 3, height: 1, bits: 4, palette: PALETTE, pixels: [0x20, 0x10, 0, 0] };
    expect(await decode(bmp(four))).toEqual([...BLUE, ...RED, ...GREEN]);
    const one = { width: 10, height: 1, bits: 1, palette: PALETTE.slice(0, 8), pixels: [0b10000000, 0b01000000, 0, 0] };
    expect(await decode(bmp(one))).toEqual([...GREEN, ...Array.from({ length: 8 }, () => RED).flat(), ...GREEN]);
  });

  it('unpacks runs of 8 and 4 bits, with plain stretches, jumps and line ends', async () => {
    // Bottom line: red twice, then a stretch of three (padded). Top line: skip two, then blue.
    const pixels = [2, 0, 0, 3, 1, 2, 1, 0, 0, 0, 0, 2, 2, 0, 1, 2, 0, 1];
    const top = [...RED, ...RED, ...BLUE, ...RED, ...RED];
    expect(await decode(bmp({ width: 5, height: 2, bits: 8, compression: 1, palette: PALETTE, pixels }))).toEqual([
      ...top,
      ...[RED, RED, GREEN, BLUE, GREEN].flat(),
    ]);
    const nibbles = [3, 0x12, 0, 3, 0x21, 0x00, 0, 1];
    expect(
      await decode(bmp({ width: 6, height: 1, bits: 4, compression: 2, palette: PALETTE, pixels: nibbles })),
    ).toEqual([GREEN, BLUE, GREEN, BLUE, GREEN, RED].flat());
  });

  it('reads the OS/2 header of 12 bytes, whose palette has three bytes a colour', async () => {
    const header = Buffer.alloc(26);
    header.write('BM');
    header.writeUInt32LE(32, 10);
    header.writeUInt32LE(12, 14);
    header.writeUInt16LE(2, 18);
    header.writeUInt16LE(1, 20);
    header.writeUInt16LE(1, 22);
    header.writeUInt16LE(1, 24);
    const file = Buffer.concat([header, Buffer.from([0, 0, 255, 255, 0, 0, 0b01000000, 0, 0, 0])]);
    expect(isBmp(file)).toBe(true);
    expect(await decode(file)).toEqual([...RED, ...BLUE]);
  });

  it('refuses what is cut short, too large, or of an unknown kind', async () => {
    expect(await reason(Buffer.from('BM'))).toMatch(/^The file ends early/);
    const small = bmp({ width: 4, height: 4, bits: 24, pixels: [1, 2, 3] });
    expect(await reason(small)).toMatch(/^The file ends early/);
    expect(await reason(bmp({ width: 4, height: 4, bits: 8, compression: 1, palette: PALETTE, pixels: [4] }))).toMatch(
      /^The file ends early/,
    );
    expect(await reason(bmp({ width: 2_000, height: 1_000, bits: 24, pixels: [] }))).toBe(
      'The image is larger than 1 million pixels.',
    );
    expect(await reason(bmp({ width: 1, height: 1, bits: 24, compression: 4, pixels: [0, 0, 0, 0] }))).toMatch(
      /compression 4 is not read/,
    );
    expect(await reason(bmp({ width: 0, height: 1, bits: 24, pixels: [0] }))).toMatch(/damaged/);
    expect(await reason(bmp({ width: 1, height: -0x80000000, bits: 24, pixels: [0] }))).toMatch(/larger than/);
  });
});
