import type { Raster } from './resize.ts';
import { unreadable } from './unreadable.ts';

const SCREEN = 13;
const DESCRIPTOR = 10;
/** Longest code of the format, in bits. */
const CODE_BITS = 12;
const CODES = 1 << CODE_BITS;
/** Pixels between two yields to the event loop: a few milliseconds. */
const SLICE = 1_000_000;
/** First row and step of the four passes of an interlaced picture. */
const PASSES = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly isInterlaced: boolean;
  /** RGB triples. */
  readonly palette: Uint8Array;
  /** Index that is seen through; -1 without one. */
  readonly transparent: number;
  /** Where the code size and the blocks of pixels begin. */
  readonly offset: number;
}

export function isGif(bytes: Uint8Array): boolean {
  return bytes[0] === 0x47 && bytes[1] === 0x49 && bytes[2] === 0x46 && bytes[3] === 0x38;
}

/**
 * Decodes the first frame to RGB as Pillow's convert('RGB') does: a transparent pixel keeps the colour of its index, where libvips
 * gives black; what the frame does not cover has the transparent index's colour, or the first one's. Format: CompuServe, "GIF89a".
 * @throws FailureError 'unreadable': more than `maxPixels`, cut short, or damaged.
 */
export async function decodeGif(bytes: Uint8Array, maxPixels: number): Promise<Raster> {
  if (bytes.length < SCREEN) throw endsEarly();
  const frame = firstFrame(bytes);
  const { left, top, palette, transparent } = frame;
  const width = Math.max(u16(bytes, 6), left + frame.width);
  const height = Math.max(u16(bytes, 8), top + frame.height);
  if (frame.width === 0 || frame.height === 0) throw damaged('its first picture has no pixels');
  if (width * height > maxPixels) throw unreadable(`The image is larger than ${maxPixels / 1e6} million pixels.`);
  const indices = await unpack(bytes, frame);
  const data = new Uint8Array(width * height * 3);
  const paint = (at: number, index: number): void => {
    data[at] = palette[index * 3] ?? 0;
    data[at + 1] = palette[index * 3 + 1] ?? 0;
    data[at + 2] = palette[index * 3 + 2] ?? 0;
  };
  const isWhole = frame.width === width && frame.height === height;
  if (!isWhole) for (let at = 0; at < data.length; at += 3) paint(at, Math.max(0, transparent));
  const rows = rowsOf(frame);
  for (const [stored, row] of rows.entries())
    for (let x = 0; x < frame.width; x++)
      paint(((top + row) * width + left + x) * 3, indices[stored * frame.width + x] as number);
  return { data, width, height, channels: 3 };
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

/** Skips what stands before the first picture, and keeps what is said of it. */
function firstFrame(bytes: Uint8Array): Frame {
  const flags = bytes[10] ?? 0;
  const colours = (given: number): number => (given & 0x80 ? 2 << (given & 7) : 0);
  let at = SCREEN + colours(flags) * 3;
  const shared = bytes.subarray(SCREEN, at);
  let transparent = -1;
  for (;;) {
    const kind = bytes[at];
    if (kind === undefined) throw endsEarly();
    if (kind === 0x2c) break;
    if (kind === 0x3b) throw damaged('it holds no picture');
    if (kind !== 0x21) throw damaged('it has an unknown block');
    const isControl = bytes[at + 1] === 0xf9 && bytes[at + 2] === 4;
    if (isControl) transparent = (bytes[at + 3] ?? 0) & 1 ? (bytes[at + 6] ?? -1) : -1;
    at += 2;
    while (bytes[at] !== 0) {
      at += 1 + (bytes[at] ?? 0);
      if (at >= bytes.length) throw endsEarly();
    }
    at += 1;
  }
  const own = bytes[at + 9] ?? 0;
  const offset = at + DESCRIPTOR + colours(own) * 3;
  if (offset >= bytes.length) throw endsEarly();
  const palette = colours(own) > 0 ? bytes.subarray(at + DESCRIPTOR, offset) : shared;
  return {
    left: u16(bytes, at + 1),
    top: u16(bytes, at + 3),
    width: u16(bytes, at + 5),
    height: u16(bytes, at + 7),
    isInterlaced: (own & 0x40) !== 0,
    palette: palette.length > 0 ? palette : Uint8Array.from({ length: 768 }, (_, index) => Math.floor(index / 3)),
    transparent,
    offset,
  };
}

/** Rows of the picture in the order in which they are stored. */
function rowsOf({ height, isInterlaced }: Frame): number[] {
  if (!isInterlaced) return Array.from({ length: height }, (_, row) => row);
  return PASSES.flatMap(([first, step]) =>
    Array.from({ length: Math.max(0, Math.ceil((height - first) / step)) }, (_, index) => first + index * step),
  );
}

/** The frame's indices, row after row as stored (LZW, GIF89a appendix F). */
async function unpack(bytes: Uint8Array, { width, height, offset }: Frame): Promise<Uint8Array> {
  const wanted = width * height;
  const out = new Uint8Array(wanted);
  const least = bytes[offset] ?? 0;
  if (least < 1 || least > 8) throw damaged('its code size is not one of the format');
  const clear = 1 << least;
  const prefix = new Uint16Array(CODES);
  const suffix = new Uint8Array(CODES);
  const length = new Uint16Array(CODES);
  for (let code = 0; code < clear; code++) [suffix[code], length[code]] = [code, 1];
  let [size, next, previous] = [least + 1, clear + 2, -1];
  let [at, left, buffer, held, done, rested] = [offset + 1, 0, 0, 0, 0, 0];

  while (done < wanted) {
    while (held < size) {
      if (left === 0) {
        left = bytes[at++] ?? 0;
        // The block without bytes ends the pixels.
        if (left === 0) throw endsEarly();
      }
      if (at >= bytes.length) throw endsEarly();
      buffer |= (bytes[at++] as number) << held;
      held += 8;
      left -= 1;
    }
    const code = buffer & ((1 << size) - 1);
    buffer >>>= size;
    held -= size;
    if (code === clear) {
      [size, next, previous] = [least + 1, clear + 2, -1];
      continue;
    }
    if (code === clear + 1) throw endsEarly();
    const isNew = code >= next;
    if (isNew && (code > next || previous < 0 || next === CODES))
      throw damaged('its pixels are not packed as the format says');
    // A code that is being made is the one before, and that one's first pixel again.
    const known = isNew ? previous : code;
    const count = length[known] as number;
    let first = 0;
    for (let walk = known, place = done + count - 1; place >= done; place--, walk = prefix[walk] as number) {
      first = suffix[walk] as number;
      if (place < wanted) out[place] = first;
    }
    if (isNew && done + count < wanted) out[done + count] = first;
    if (previous >= 0 && next < CODES) {
      prefix[next] = previous;
      suffix[next] = first;
      length[next] = (length[previous] as number) + 1;
      next += 1;
      if (next === 1 << size && size < CODE_BITS) size += 1;
    }
    done += count + (isNew ? 1 : 0);
    previous = code;
    if (done - rested > SLICE) {
      rested = done;
      await new Promise(setImmediate);
    }
  }
  return out;
}

function endsEarly() {
  return unreadable('The file ends early: the picture in it is not whole.');
}

function damaged(what: string) {
  return unreadable(`The image is damaged: ${what}.`);
}
