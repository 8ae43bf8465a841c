const IMAGE = /\.(?:jpe?g|jpe|jfif|png|webp|tiff?|gif|avif|bmp)$/i;

/** By its ending, the file is meant to be an image. */
export function isImageName(name: string): boolean {
  return IMAGE.test(name.trim());
}

const TABLE = /\.(?:csv|tsv|tab)$/i;

export function isTableName(name: string): boolean {
  return TABLE.test(name);
}
