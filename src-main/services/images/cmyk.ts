import type { Raster } from './resize.ts';
import { isCmykTiff } from './tiff.ts';

/** Whether an image stores four inks. Only JPEG and TIFF can; a JPEG tells it in its frame header, without a decoder. */
export function isCmyk(bytes: Uint8Array): boolean {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpegComponents(bytes) === 4;
  return isCmykTiff(bytes);
}

/** Components named in the first frame header (SOF, ITU-T T.81, B.2.2); 0 where there is none. */
function jpegComponents(bytes: Uint8Array): number {
  for (let at = 2; at + 9 < bytes.length;) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) return 0;
    const isFill = marker === 0xff;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return bytes[at + 9] ?? 0;
    at += isFill ? 1 : 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
  }
  return 0;
}

/** Inks to RGB without a profile, as Pillow's cmyk2rgb: 255 - K - (255 - K) · ink / 255, rounded. */
export function cmykToRgb({ data, width, height }: Raster): Raster {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4)
    for (let ink = 0; ink < 3; ink++, to++) {
      const white = 255 - (data[from + 3] as number);
      const product = (data[from + ink] as number) * white + 128;
      rgb[to] = white - (((product >> 8) + product) >> 8);
    }
  return { data: rgb, width, height, channels: 3 };
}
