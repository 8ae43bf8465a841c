import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

/** A class folder each, with small plain images that differ, a second copy of the first, and one broken file. */
export async function makePhotos(folder: string, perClass: number): Promise<void> {
  for (const [index, name] of ['Happy', 'sadness'].entries()) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let number = 0; number < perClass; number++) {
      const background = { r: 255 * index, g: number * 20, b: 128 };
      const image = sharp({ create: { width: 48, height: 56, channels: 3, background } });
      await image.png().toFile(join(folder, name, `${number}.png`));
      if (index + number === 0) await image.png().toFile(join(folder, name, 'copy.png'));
    }
  }
  writeFileSync(join(folder, 'Happy', 'broken.jpg'), 'no image');
}
