/** Decoding and resizing image files for the model against a bare sharp loop over the same files, both on all cores. */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { mapInOrder } from '../../../src-main/services/images/parallel.ts';
import { decodeSquare, SIDE } from '../../../src-main/services/images/pixels.ts';
import { counted, inTurns, quotients, spreadOf, timed } from '../measure.ts';
import type { Row } from '../row.ts';

/** Files of a row; enough for a second of work on a few cores. */
const FILES = 300;
/** Images under way at a time, for either side. */
const UNDER_WAY = 4 * availableParallelism();

/** Smooth colours with some grain, different for each file: what a JPEG of a face costs to decode. */
function colours(side: number, seed: number): Buffer {
  const data = Buffer.alloc(side * side * 3);
  let state = seed + 1;
  for (let i = 0; i < data.length; i++) {
    state = (state * 48271) % 2147483647;
    const [x, y] = [(i / 3) % side, i / 3 / side];
    data[i] = 127 + 90 * Math.sin((x / side) * 9 + seed + (i % 3)) * Math.cos((y / side) * 7) + (state % 24);
  }
  return data;
}

async function makeFiles(folder: string, side: number, format: 'jpeg' | 'png'): Promise<string[]> {
  await mkdir(folder);
  const files = Array.from({ length: FILES }, (_, index) => join(folder, `${index}.${format}`));
  for (const [index, file] of files.entries()) {
    const image = sharp(colours(side, index), { raw: { width: side, height: side, channels: 3 } });
    await writeFile(file, await image.toFormat(format).toBuffer());
  }
  return files;
}

async function forAll(files: readonly string[], work: (file: string) => Promise<unknown>): Promise<void> {
  for await (const _ of mapInOrder(files, UNDER_WAY, work));
}

function imagesRow(side: number, format: 'jpeg' | 'png'): Row {
  return {
    name: `images-${side}`,
    work: `decode and resize as Pillow, ${format.toUpperCase()} of ${side} × ${side}`,
    against: 'bare sharp loop: times its images/s',
    reach: { bound: 'at least', value: 0.8 },
    async measure({ rounds, folder }) {
      const files = await makeFiles(join(folder, `images-${side}`), side, format);
      const bare = (file: string) => sharp(file).resize(SIDE, SIDE, { fit: 'fill' }).removeAlpha().raw().toBuffer();
      const [our, their] = [
        counted(() => forAll(files, (file) => decodeSquare(file))),
        counted(() => forAll(files, bare)),
      ];
      const seconds = await inTurns({ ours: timed(our.work), bare: timed(their.work) }, rounds);
      const ofProcessor = [our, their].map(({ seconds: all }) => spreadOf(all.slice(-rounds)));
      return {
        kind: 'ratio',
        ratio: spreadOf(quotients(seconds.bare, seconds.ours)),
        parts: [
          { of: `ours, ${FILES} files`, spread: spreadOf(seconds.ours), unit: 's' },
          { of: 'bare sharp', spread: spreadOf(seconds.bare), unit: 's' },
          ...ofProcessor.map((spread, side) => ({
            of: side === 0 ? 'of the processor: ours' : 'bare sharp',
            ...{ spread, unit: 's' as const },
          })),
        ],
      };
    },
  };
}

export default [imagesRow(350, 'jpeg'), imagesRow(100, 'jpeg'), imagesRow(48, 'png')];
