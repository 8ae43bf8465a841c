import sharp from 'sharp';
import type { Metadata, Sharp } from 'sharp';
import type { Box } from '../../../src-shared/domain/box.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { decodeBmp, isBmp } from './bmp.ts';
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
    'VipsForeignLoadNsgif',
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
  if (isBmp(bytes)) {
    const { data, width, height } = await decodeBmp(bytes, MAX_PIXELS);
    return sharp(data, { raw: { width, height, channels: 3 } });
  }
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
  return readable(async () => (await openImage(bytes, 'stored')).metadata());
}

/** Runs a decode; what libvips throws becomes FailureError 'unreadable' with a sentence for a person. */
export async function readable<T>(decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (thrown) {
    if (!wasOverheard(thrown)) throw asUnreadable(thrown);
  }
  try {
    return await decode();
  } catch (thrown) {
    throw asUnreadable(thrown);
  }
}

/** libvips keeps one error text for all threads: a failure beside this one may have taken it. Decoding again gets it back. */
function wasOverheard(thrown: unknown): boolean {
  return thrown instanceof Error && /^unknown error$/i.test(thrown.message.trim());
}

function asUnreadable(thrown: unknown): FailureError {
  if (thrown instanceof FailureError) return thrown;
  return unreadable(explain(thrown instanceof Error ? thrown.message : String(thrown)));
}

/** libvips' messages, of which a damaged file gives several lines, in the words of a person. */
function explain(message: string): string {
  const detail = [...new Set(message.split('\n').map((line) => line.trim()))].filter((line) => line !== '').slice(0, 2);
  const text = detail.join('; ');
  if (/is empty/i.test(message)) return 'The file is empty.';
  if (/pixel limit|exceeds pixel|dimensions exceed/i.test(message))
    return `The image is larger than ${MAX_PIXELS / 1e6} million pixels.`;
  if (/extract_area: bad extract area/i.test(message)) return 'The box of the face does not lie inside the picture.';
  if (/unsupported image format|blocked/i.test(message))
    return 'The file is no image of a known format (JPEG, PNG, WebP, TIFF, GIF, BMP, AVIF).';
  if (/premature end|unexpected end|end of GIF|truncated|got \d+ bytes, expected/i.test(message))
    return `The file ends early: ${text}.`;
  return `The image is damaged: ${text}.`;
}
