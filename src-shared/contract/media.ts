/**
 * Images travel by URL, relative to the page. Row ids are opaque to the outside: no path ever stands in a URL.
 * Sizes are a closed set so that the thumbnail cache stays small.
 */
export const THUMBNAIL_SIZES = [96, 192, 384] as const;
export type ThumbnailSize = (typeof THUMBNAIL_SIZES)[number];

export const media = {
  thumbnail: (image: number, size: ThumbnailSize): string => `media/thumbnail/${image}/${size}`,
  /** The face as the browser can show it: upright, at full size; only what is in its box where it has one. */
  image: (image: number): string => `media/image/${image}`,
  /** The whole picture that the face is in. */
  picture: (image: number): string => `media/picture/${image}`,
  preview: (preview: string, index: number): string => `media/preview/${preview}/${index}`,
};
