import type { Box } from '../../src-shared/domain/box.ts';
import { media, THUMBNAIL_SIZES } from '../../src-shared/contract/media.ts';

/** URL of a thumbnail that is sharp at this many CSS pixels on this screen; `box`: the face as it is marked now. */
export function thumbnailUrl(image: number, cssPixels: number, box?: Box | null): string {
  const wanted = cssPixels * window.devicePixelRatio;
  const size = THUMBNAIL_SIZES.find((one) => one >= wanted * 0.95) ?? 384;
  return media.thumbnail(image, size, box);
}

export const imageUrl = media.image;
export const pictureUrl = media.picture;
export const previewUrl = media.preview;
