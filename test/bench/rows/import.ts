/** Importing a folder of small files: memory that does not grow with their number. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { SEVEN } from '../../../src-shared/domain/expression.ts';
import { mapInOrder } from '../../../src-main/services/images/parallel.ts';
import { inChild } from '../child.ts';
import { spreadOf } from '../measure.ts';
import type { Row } from '../row.ts';

const [FEW, MANY] = [3_000, 30_000];
const SIDE = 48;
const MB = 2 ** 20;

/** Class folders with this many different JPEG files. */
async function makeFiles(folder: string, images: number): Promise<string> {
  for (const expression of SEVEN) await mkdir(join(folder, expression), { recursive: true });
  const write = async (index: number): Promise<void> => {
    const data = Buffer.alloc(SIDE * SIDE, 110 + (index % 40));
    // A bright number in base 4: no two files are equal.
    for (let digit = 0; digit < 9; digit++)
      data.fill(60 + 60 * (Math.floor(index / 4 ** digit) % 4), digit * 4 * SIDE, (digit * 4 + 3) * SIDE);
    const jpeg = await sharp(data, { raw: { width: SIDE, height: SIDE, channels: 1 } })
      .jpeg()
      .toBuffer();
    await writeFile(join(folder, SEVEN[index % SEVEN.length] ?? '', `${index}.jpg`), jpeg);
  };
  for await (const _ of mapInOrder(Array.from({ length: images }).keys(), 16, write));
  return folder;
}

const importing: Row = {
  name: 'import',
  work: `peak memory of importing ${MANY} files of ${SIDE} × ${SIDE}`,
  against: `that of ${FEW} files`,
  reach: { bound: 'at most', value: 1.25 },
  async measure({ folder }) {
    if (!existsSync('/proc/self/status')) return { kind: 'skipped', reason: 'peak memory is read from /proc' };
    const measured: { peak: number; seconds: number }[] = [];
    for (const images of [FEW, MANY]) {
      const source = await makeFiles(join(folder, `files-${images}`), images);
      const home = join(folder, `home-${images}`);
      const start = performance.now();
      const peak = await inChild('importPeak', images, { POSTER_VAR_HOME: home, POSTER_VAR_SOURCE: source });
      measured.push({ peak: peak / MB, seconds: (performance.now() - start) / 1_000 });
    }
    const [few, many] = measured;
    if (few === undefined || many === undefined) throw new RangeError('Two imports were measured.');
    return {
      kind: 'ratio',
      ratio: spreadOf([many.peak / few.peak]),
      parts: [few, many].flatMap(({ peak, seconds }, at) => [
        { of: `${at === 0 ? FEW : MANY} files`, spread: spreadOf([peak]), unit: 'MB' as const },
        { of: 'in', spread: spreadOf([seconds]), unit: 's' as const },
      ]),
    };
  },
};

export default [importing];
