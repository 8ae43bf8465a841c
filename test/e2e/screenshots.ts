/**
 * Pictures of every view in both themes, from a web host of its own on the sample: `node test/e2e/screenshots.ts FOLDER [WIDTHxHEIGHT]
 * [SCENE...]`. For looking at what a change did.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { walk } from './walk.ts';

const [folder, size = '1280x800', ...wanted] = process.argv.slice(2);
if (folder === undefined) throw new Error('Where to? FOLDER [WIDTHxHEIGHT] [SCENE...]');
const [width = 1280, height = 800] = size.split('x').map(Number);
mkdirSync(folder, { recursive: true });
await walk({
  ...{ width, height, wanted },
  at: async (page, scene, theme) => {
    await page.screenshot({ path: join(folder, `${scene}-${theme}.png`) });
  },
});
