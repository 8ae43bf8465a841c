import { unreadable } from './unreadable.ts';
import type { Raster } from './resize.ts';

/** How colours are stored; libvips' prebuilt packages do not read BMP, so this small file does. */
const COMPRESSION = { none: 0, rle8: 1, rle4: 2, bitFields: 3, alphaBitFields: 6 } as const;
const FILE_HEADER = 14;
const CORE_HEADER = 12;
const DEPTHS: ReadonlySet<number> = new Set([1, 4, 8, 16, 24, 32]);
/** Pixels between two yields to the event loop: a few milliseconds. */
const SLICE = 1_000_000;

interface Layout {
  readonly width: number;
  readonly height: number;
  /** Rows usually stand from the bottom up. */
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the pixels begin. */
  readonly offset: number;
  /** RGB triples. */
  readonly palette: Uint8Array;
  /** Bits of red, green and blue in a pixel of 16 or 32 bits. */
  readonly masks: readonly [number, number, number];
}

/** By its first two bytes the file is a Windows or OS/2 bitmap. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/**
 * Decodes a bitmap (1, 4, 8, 16, 24 or 32 bits, RLE, bit fields, either row order) to RGB as Pillow's convert('RGB')
 * does: alpha is dropped. Format: Microsoft, "Bitmap Storage" and BITMAPV5HEADER.
 * @throws FailureError 'unreadable': more than `maxPixels`, cut short, or an unknown kind.
 */
export async function decodeBmp(bytes: Uint8Array, maxPixels: number): Promise<Raster> {
  const layout = readLayout(bytes, maxPixels);
  const { width, height, compression } = layout;
  const data = new Uint8Array(width * height * 3);
  const isRunLength = compression === COMPRESSION.rle8 || compression === COMPRESSION.rle4;
  const breath = new Breath();
  const write = isRunLength ? indexedRow(await unpackRuns(bytes, layout, breath), layout) : storedRow(bytes, layout);
  for (let y = 0; y < height; y++) {
    write(layout.topDown ? y : height - 1 - y, data, y * width * 3);
    await breath.after(width);
  }
  return { data, width, height, channels: 3 };
}

/** Lets others run after every few milliseconds of work. */
class Breath {
  #pixels = 0;

  async after(pixels: number): Promise<void> {
    this.#pixels += pixels;
    if (this.#pixels < SLICE) return;
    this.#pixels = 0;
    await new Promise(setImmediate);
  }
}

function readLayout(bytes: Uint8Array, maxPixels: number): Layout {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < FILE_HEADER + CORE_HEADER) throw endsEarly();
  const header = view.getUint32(14, true);
  const isCore = header === CORE_HEADER;
  if ((!isCore && header < 40) || header > 124 || bytes.length < FILE_HEADER + header) throw damaged('its header');
  const width = isCore ? view.getUint16(18, true) : view.getInt32(18, true);
  const given = isCore ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(isCore ? 24 : 28, true);
  const compression = isCore ? COMPRESSION.none : view.getUint32(30, true);
  const height = Math.abs(given);
  if (width <= 0 || height === 0) throw damaged('its size');
  if (width * height > maxPixels) throw unreadable(`The image is larger than ${maxPixels / 1e6} million pixels.`);
  const isKnown = Object.values<number>(COMPRESSION).includes(compression) && DEPTHS.has(bits);
  const isMatched =
    (compression !== COMPRESSION.rle8 || bits === 8) && (compression !== COMPRESSION.rle4 || bits === 4);
  if (!isKnown || !isMatched) throw unreadable(`A BMP of ${bits} bits and compression ${compression} is not read.`);
  const hasMasks = compression === COMPRESSION.bitFields || compression === COMPRESSION.alphaBitFields;
  const masks = hasMasks ? readMasks(view) : bits === 16 ? MASKS_555 : MASKS_888;
  const masksAfter = hasMasks && header === 40 ? (compression === COMPRESSION.alphaBitFields ? 16 : 12) : 0;
  const palette =
    bits > 8 ? new Uint8Array() : readPalette(bytes, view, isCore, FILE_HEADER + header + masksAfter, bits);
  const offset = view.getUint32(10, true);
  return { width, height, topDown: given < 0, bits, compression, offset, palette, masks };
}

const MASKS_555 = [0x7c00, 0x3e0, 0x1f] as const;
const MASKS_888 = [0xff0000, 0xff00, 0xff] as const;

function readMasks(view: DataView): [number, number, number] {
  // After a 40-byte header, or as its next fields in longer ones: the same place.
  if (view.byteLength < 66) throw endsEarly();
  return [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)];
}

function readPalette(bytes: Uint8Array, view: DataView, isCore: boolean, from: number, bits: number): Uint8Array {
  const size = isCore ? 3 : 4;
  const stated = isCore ? 0 : view.getUint32(46, true);
  const colours = stated === 0 || stated > 2 ** bits ? 2 ** bits : stated;
  if (from + colours * size > bytes.length) throw endsEarly();
  // An index beyond the palette is black.
  const palette = new Uint8Array(256 * 3);
  for (let i = 0; i < colours; i++)
    for (let c = 0; c < 3; c++) palette[i * 3 + c] = bytes[from + i * size + 2 - c] ?? 0;
  return palette;
}

/** Writes row `row` of the file, as RGB, into `out` from `at` on. */
type RowWriter = (row: number, out: Uint8Array, at: number) => void;

/** Uncompressed rows, each padded to four bytes. */
function storedRow(bytes: Uint8Array, layout: Layout): RowWriter {
  const { width, height, bits, offset, masks } = layout;
  const stride = Math.ceil((width * bits) / 32) * 4;
  // The padding of the last row is sometimes left out.
  if (offset + stride * (height - 1) + Math.ceil((width * bits) / 8) > bytes.length) throw endsEarly();
  if (bits === 24)
    return (row, out, at) => {
      let from = offset + row * stride;
      for (let to = at; to < at + width * 3; to += 3, from += 3) {
        out[to] = bytes[from + 2] as number;
        out[to + 1] = bytes[from + 1] as number;
        out[to + 2] = bytes[from] as number;
      }
    };
  if (bits > 8) return maskedRow(bytes, layout, stride, masks.map(channelOf));
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  const index = (row: number, x: number): number =>
    ((bytes[offset + row * stride + Math.floor(x / perByte)] ?? 0) >> (8 - bits - (x % perByte) * bits)) & mask;
  return indexedRow(index, layout);
}

interface Channel {
  readonly mask: number;
  readonly shift: number;
  readonly most: number;
}

function channelOf(mask: number): Channel {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  return { mask, shift, most: mask >>> shift };
}

function maskedRow(
  bytes: Uint8Array,
  { width, bits, offset }: Layout,
  stride: number,
  channels: readonly Channel[],
): RowWriter {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (row, out, at) => {
    for (let x = 0; x < width; x++) {
      const from = offset + row * stride + x * (bits / 8);
      const value = bits === 16 ? view.getUint16(from, true) : view.getUint32(from, true);
      channels.forEach(({ mask, shift, most }, c) => {
        out[at + x * 3 + c] = most === 0 ? 0 : Math.floor((((value & mask) >>> shift) * 255) / most);
      });
    }
  };
}

function indexedRow(index: (row: number, x: number) => number, { width, palette }: Layout): RowWriter {
  return (row, out, at) => {
    for (let x = 0; x < width; x++) {
      const colour = index(row, x) * 3;
      for (let c = 0; c < 3; c++) out[at + x * 3 + c] = palette[colour + c] ?? 0;
    }
  };
}

/** Run-length encoded indices, a byte each; what a run skips stays 0. Runs never write outside the image. */
async function unpackRuns(
  bytes: Uint8Array,
  { width, height, compression, offset }: Layout,
  breath: Breath,
): Promise<(row: number, x: number) => number> {
  const indices = new Uint8Array(width * height);
  const isNibbles = compression === COMPRESSION.rle4;
  const put = (x: number, y: number, value: number): void => {
    if (x < width && y < height) indices[y * width + x] = value;
  };
  const half = (byte: number, i: number): number => (isNibbles ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte);
  let at = offset;
  const next = (): number => {
    const byte = bytes[at++];
    if (byte === undefined) throw endsEarly();
    return byte;
  };
  for (let x = 0, y = 0; y < height;) {
    const count = next();
    const code = next();
    if (count > 0) for (let i = 0; i < count; i++) put(x++, y, half(code, i));
    else if (code === 0) {
      [x, y] = [0, y + 1];
      await breath.after(width);
    } else if (code === 1) break;
    else if (code === 2) {
      x += next();
      y += next();
    } else {
      const start = at;
      for (let i = 0, byte = 0; i < code; i++) {
        if (!isNibbles || i % 2 === 0) byte = next();
        put(x++, y, half(byte, i));
      }
      // A stretch of plain indices is padded to two bytes.
      if ((at - start) % 2 === 1) next();
    }
  }
  return (row, x) => indices[row * width + x] ?? 0;
}

function endsEarly(): Error {
  return unreadable('The file ends early: the BMP has fewer bytes than its header says.');
}

function damaged(what: string): Error {
  return unreadable(`The image is damaged: a BMP cannot have ${what}.`);
}
