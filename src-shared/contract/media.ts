/**
 * Images travel by URL, relative to the page. Row ids are opaque to the outside: no path ever stands in a URL.
 * Sizes are a closed set so that the thumbnail cache stays small.
 */
export const THUMBNAIL_SIZES = [96, 192, 384] as const;
export type ThumbnailSize = (typeof THUMBNAIL_SIZES)[number];

export const media = {
  thumbnail: (image: number, size: ThumbnailSize): string => `media/thumbnail/${image}/${size}`,
  /** The file's pixels as the browser can show them: upright, at full size. */
  image: (image: number): string => `media/image/${image}`,
  preview: (preview: string, index: number): string => `media/preview/${preview}/${index}`,
};
