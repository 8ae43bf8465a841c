import sharp from 'sharp';
import type { Box } from '../../../src-shared/domain/box.ts';
import { openImage, readable, upright } from './decode.ts';
import { readImageFile } from './read.ts';

/**
 * An upright thumbnail whose shorter side has at most `size` pixels, so that it fills a square tile; never enlarged.
 * @returns WebP.
 * @throws FailureError 'unreadable'.
 */
export async function renderThumbnail(file: string, size: number, box: Box | null = null): Promise<Buffer> {
  const bytes = await readImageFile(file);
  return readable(bytes, async () =>
    upright(await openImage(bytes, 'managed'), box)
      .resize(size, size, { fit: 'outside', withoutEnlargement: true })
      .webp({ quality: 82, effort: 2 })
      .toBuffer(),
  );
}

/** A grey image that is no file yet, as a thumbnail. @returns WebP. */
export async function renderPixels(
  { side, bytes }: { readonly side: number; readonly bytes: Uint8Array },
  size: number,
): Promise<Buffer> {
  return sharp(bytes, { raw: { width: side, height: side, channels: 1 } })
    .resize(size, size, { fit: 'outside', withoutEnlargement: true })
    .webp({ quality: 82, effort: 2 })
    .toBuffer();
}

/** An image, or the part of it in a box, as any browser can show it: upright, at full size, JPEG, or PNG where it has transparency. */
export async function renderForBrowser(
  bytes: Uint8Array,
  box: Box | null = null,
): Promise<{ bytes: Buffer; type: string }> {
  return readable(bytes, async () => {
    const opened = await openImage(bytes, 'managed');
    const { hasAlpha } = await opened.metadata();
    const image = upright(opened, box);
    return hasAlpha
      ? { bytes: await image.png({ compressionLevel: 3 }).toBuffer(), type: 'image/png' }
      : { bytes: await image.jpeg({ quality: 92, chromaSubsampling: '4:4:4' }).toBuffer(), type: 'image/jpeg' };
  });
}
