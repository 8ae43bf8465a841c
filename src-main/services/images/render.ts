import { openImage, readable } from './decode.ts';
import { readImageFile } from './read.ts';

/**
 * An upright thumbnail whose shorter side has at most `size` pixels, so that it fills a square tile; never enlarged.
 * @returns WebP.
 * @throws FailureError 'unreadable'.
 */
export async function renderThumbnail(file: string, size: number): Promise<Buffer> {
  const { bytes } = await readImageFile(file);
  return readable(() =>
    openImage(bytes, 'managed')
      .autoOrient()
      .resize(size, size, { fit: 'outside', withoutEnlargement: true })
      .webp({ quality: 82, effort: 2 })
      .toBuffer(),
  );
}

/** An image as any browser can show it: upright, at full size, JPEG, or PNG where it has transparency. */
export async function renderForBrowser(bytes: Uint8Array): Promise<{ bytes: Buffer; type: string }> {
  return readable(async () => {
    const image = openImage(bytes, 'managed').autoOrient();
    const { hasAlpha } = await openImage(bytes, 'managed').metadata();
    return hasAlpha
      ? { bytes: await image.png({ compressionLevel: 3 }).toBuffer(), type: 'image/png' }
      : { bytes: await image.jpeg({ quality: 92, chromaSubsampling: '4:4:4' }).toBuffer(), type: 'image/jpeg' };
  });
}
