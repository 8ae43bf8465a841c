import sharp from 'sharp';
import type { Metadata, Sharp } from 'sharp';
import type { Box } from '../../../src-shared/domain/box.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { decodeBmp, isBmp } from './bmp.ts';
import { decodeGif, isGif } from './gif.ts';
import { Gate } from './parallel.ts';
import type { Raster } from './resize.ts';
import { storedYCbCr, ycbcrToRgb } from './tiff.ts';
import { isForeign, lacksEnd } from './truncated.ts';
import { unreadable } from './unreadable.ts';

/** Pixels of the largest image that is decoded: a bomb of 14,000 × 14,000 is refused from its header alone. */
export const MAX_PIXELS = 50_000_000;

// libvips can also read vector drawings, its own dumps and raw memory; none of these is a photograph, some are an
// attack surface.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadWebp',
    'VipsForeignLoadTiff',
    'VipsForeignLoadHeif',
  ],
});
// Every image is read once: libvips' cache of finished operations would only hold memory.
sharp.cache(false);
// Many images in parallel with one thread each is faster than one image on many threads.
sharp.concurrency(1);

/**
 * Opens an encoded image strictly: at most MAX_PIXELS, the first frame only, and a file that ends early or is damaged
 * fails when its pixels are read, where a lenient decoder would fill the rest with grey.
 * @param colours 'stored' takes RGB values as they stand in the file, as PIL does; 'managed' applies an embedded colour
 * profile.
 */
export async function openImage(bytes: Uint8Array, colours: 'stored' | 'managed'): Promise<Sharp> {
  if (isBmp(bytes)) return ofRaster(await decodeBmp(bytes, MAX_PIXELS));
  if (isGif(bytes)) return ofRaster(await decodeGif(bytes, MAX_PIXELS));
  const image = openStored(bytes, colours);
  const ycbcr = storedYCbCr(bytes);
  if (ycbcr === null) return image;
  if (ycbcr === 'shared')
    throw unreadable('The TIFF stores colours for groups of pixels, which cannot be read here: save it as PNG.');
  const { data, info } = await image.autoOrient().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const raster = { data, width: info.width, height: info.height, channels: info.channels };
  ycbcrToRgb(raster);
  return ofRaster(raster);
}

function ofRaster({ data, width, height }: Raster): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function openStored(bytes: Uint8Array, colours: 'stored' | 'managed'): Sharp {
  return sharp(bytes, {
    failOn: 'error',
    limitInputPixels: MAX_PIXELS,
    pages: 1,
    ignoreIcc: colours === 'stored',
    sequentialRead: true,
  });
}

/** Turns a picture upright and cuts out the part that a box names; null takes the whole of it. */
export function upright(image: Sharp, box: Box | null): Sharp {
  const turned = image.autoOrient();
  if (box === null) return turned;
  return turned.extract({ left: box.x, top: box.y, width: box.width, height: box.height });
}

/** The header's facts; FailureError 'unreadable' where there is no readable header. */
export async function readHeader(bytes: Uint8Array): Promise<Metadata> {
  return readable(bytes, async () => (await openImage(bytes, 'stored')).metadata());
}

/**
 * Decodes a file; what libvips throws becomes FailureError 'unreadable' with a sentence for a person.
 * @param bytes the whole file: its own bytes tell more surely than libvips why they cannot be decoded.
 */
export async function readable<T>(bytes: Uint8Array, decode: () => Promise<T>): Promise<T> {
  const first = await attempt(decode);
  if (first.ok) return first.value;
  if (first.thrown instanceof FailureError) throw first.thrown;
  const second = await again.run(() => attempt(decode));
  if (second.ok) return second.value;
  if (second.thrown instanceof FailureError) throw second.thrown;
  throw unreadable(explain(bytes, own(bytes, first.thrown, second.thrown)));
}

/** Failed decodes are tried once more one by one, lest they take each other's words. */
const again = new Gate(1);

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly thrown: unknown };

async function attempt<T>(decode: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await decode() };
  } catch (thrown) {
    return { ok: false, thrown };
  }
}

function linesOf(thrown: unknown): string[] {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const lines = message.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !/^unknown error$/i.test(line));
}

/**
 * libvips keeps one error text for all threads: a failure beside this one may have taken it, or left a line of its own in it. So a
 * decode that failed is done again, and what both attempts say, and no other kind of file says, is this file's.
 */
function own(bytes: Uint8Array, first: unknown, second: unknown): string[] {
  const ownLines = (thrown: unknown): string[] => linesOf(thrown).filter((line) => !isForeign(line, bytes));
  const [before, after] = [ownLines(first), ownLines(second)];
  const both = after.filter((line) => before.includes(line));
  return both.length > 0 ? both : after;
}

/** libvips' lines, of which a damaged file gives several, in the words of a person. */
function explain(bytes: Uint8Array, lines: readonly string[]): string {
  const message = lines.join('\n');
  const text = [...new Set(lines)].slice(0, 2).join('; ');
  if (/is empty/i.test(message)) return 'The file is empty.';
  if (/pixel limit|exceeds pixel|dimensions exceed/i.test(message))
    return `The image is larger than ${MAX_PIXELS / 1e6} million pixels.`;
  if (/extract_area: bad extract area/i.test(message)) return 'The box of the face does not lie inside the picture.';
  if (/unsupported image format|blocked/i.test(message))
    return 'The file is no image of a known format (JPEG, PNG, WebP, TIFF, GIF, BMP, AVIF).';
  if (lacksEnd(bytes)) return 'The file ends early: the picture in it is not whole.';
  if (/premature end|unexpected end|end of GIF|truncated|got \d+ bytes, expected/i.test(message))
    return `The file ends early: ${text}.`;
  return text === '' ? 'The image is damaged.' : `The image is damaged: ${text}.`;
}
