import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

/** A small image of its own: a gradient whose colours follow from the seed. */
export async function picture(seed: number, format: 'jpeg' | 'png' | 'tiff' = 'jpeg', side = 24): Promise<Buffer> {
  const data = Buffer.alloc(side * side * 3);
  for (let i = 0; i < side * side; i++)
    data.set([(i * (seed + 1)) & 255, (i * 3 + seed * 41) & 255, (seed * 67 + (i >> 3)) & 255], i * 3);
  return sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .toFormat(format)
    .toBuffer();
}

/** Writes files by relative path, with their folders; returns the root. */
export function plant(root: string, files: Readonly<Record<string, Buffer | string>>): string {
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
  return root;
}
