import { media, THUMBNAIL_SIZES } from '../../src-shared/contract/media.ts';

/** URL of a thumbnail that is sharp at this many CSS pixels on this screen. */
export function thumbnailUrl(image: number, cssPixels: number): string {
  const wanted = cssPixels * window.devicePixelRatio;
  const size = THUMBNAIL_SIZES.find((one) => one >= wanted * 0.95) ?? 384;
  return media.thumbnail(image, size);
}

export const imageUrl = media.image;
export const previewUrl = media.preview;
