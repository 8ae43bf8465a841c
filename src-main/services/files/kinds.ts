const IMAGE = /\.(?:jpe?g|jpe|jfif|png|webp|tiff?|gif|avif|bmp)$/i;

/**
 * By its ending, the file is meant to be an image. (BMP is listed, so that it is reported as unreadable and not passed
 * over.)
 */
export function isImageName(name: string): boolean {
  return IMAGE.test(name.trim());
}

const TABLE = /\.(?:csv|tsv|tab)$/i;

export function isTableName(name: string): boolean {
  return TABLE.test(name);
}
