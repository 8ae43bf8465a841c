import type { Raster } from './resize.ts';

/** Tags of TIFF 6.0 that decide how stored samples become colours. */
const TAGS = { compression: 259, photometric: 262, subsampling: 530 } as const;
const SHORT = 3;
const CMYK = 5;
const YCBCR = 6;
/** Both ways of JPEG in TIFF: libtiff decodes these to RGB itself. */
const JPEG: readonly number[] = [6, 7];

interface Facts {
  readonly compression: number;
  readonly photometric: number;
  /** Pixels that share a colour, across and down. */
  readonly subsampling: readonly [number, number];
}

export function isTiff(bytes: Uint8Array): boolean {
  const little = bytes[0] === 0x49 && bytes[1] === 0x49 && bytes[2] === 42 && bytes[3] === 0;
  return little || (bytes[0] === 0x4d && bytes[1] === 0x4d && bytes[2] === 0 && bytes[3] === 42);
}

/** The first picture's facts; null where its table of tags does not lie inside the file. */
function factsOf(bytes: Uint8Array): Facts | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  if (bytes.length < 8) return null;
  const table = view.getUint32(4, little);
  if (table + 2 > bytes.length) return null;
  const facts = { compression: 1, photometric: -1, subsampling: [2, 2] as [number, number] };
  for (let entry = 0; entry < view.getUint16(table, little); entry++) {
    const at = table + 2 + entry * 12;
    if (at + 12 > bytes.length) return null;
    if (view.getUint16(at + 2, little) !== SHORT) continue;
    const value = view.getUint16(at + 8, little);
    const tag = view.getUint16(at, little);
    if (tag === TAGS.compression) facts.compression = value;
    else if (tag === TAGS.photometric) facts.photometric = value;
    else if (tag === TAGS.subsampling) facts.subsampling = [value, view.getUint16(at + 10, little)];
  }
  return facts;
}

/** Whether a TIFF stores four inks. */
export function isCmykTiff(bytes: Uint8Array): boolean {
  return isTiff(bytes) && factsOf(bytes)?.photometric === CMYK;
}

/**
 * Whether a TIFF stores luma and colour differences that libvips hands on as they are, taking them for RGB: 'each' where every
 * pixel has its own, 'shared' where some share them, which libvips cannot unpack.
 */
export function storedYCbCr(bytes: Uint8Array): 'each' | 'shared' | null {
  const facts = isTiff(bytes) ? factsOf(bytes) : null;
  if (facts?.photometric !== YCBCR || JPEG.includes(facts.compression)) return null;
  return facts.subsampling.join() === '1,1' ? 'each' : 'shared';
}

/** Luma and colour differences of the full range to RGB (ITU-R BT.601, as in JFIF), rounded down as Pillow's ConvertYCbCr.c; in place. */
export function ycbcrToRgb({ data }: Raster): void {
  for (let at = 0; at + 2 < data.length; at += 3) {
    const luma = data[at] as number;
    const blue = (data[at + 1] as number) - 128;
    const red = (data[at + 2] as number) - 128;
    data[at] = byte(luma + 1.402 * red);
    data[at + 1] = byte(luma - 0.34414 * blue - 0.71414 * red);
    data[at + 2] = byte(luma + 1.772 * blue);
  }
}

function byte(value: number): number {
  return Math.max(0, Math.min(255, Math.floor(value)));
}
