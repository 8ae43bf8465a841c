import { boxText, type Box } from '../domain/box.ts';

/**
 * Images travel by URL, relative to the page. Row ids are opaque to the outside: no path ever stands in a URL.
 * Sizes are a closed set so that the thumbnail cache stays small.
 */
export const THUMBNAIL_SIZES = [96, 192, 384] as const;
export type ThumbnailSize = (typeof THUMBNAIL_SIZES)[number];

/**
 * A page shows a picture that it has loaded before without asking again: where the face is part of the address, one that was marked
 * anew is another picture. Nothing else reads it.
 */
const part = (box: Box | null | undefined): string =>
  box === undefined ? '' : `?${box === null ? 'whole' : boxText(box)}`;

export const media = {
  thumbnail: (image: number, size: ThumbnailSize, box?: Box | null): string =>
    `media/thumbnail/${image}/${size}${part(box)}`,
  /** The face as the browser can show it: upright, at full size; only what is in its box where it has one. */
  image: (image: number, box?: Box | null): string => `media/image/${image}${part(box)}`,
  /** The whole picture that the face is in. */
  picture: (image: number): string => `media/picture/${image}`,
  preview: (preview: string, index: number): string => `media/preview/${preview}/${index}`,
};
