/**
 * `npm run pictures [-- SCENE...]`: a picture of each view, or of some, in both themes for docs/pictures, on the drawn sample; small enough
 * for the repository.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { root } from './paths.ts';
import { walk } from './walk.ts';

/** Name of a picture by the scene that shows its view. */
const PICTURES: Readonly<Record<string, string>> = {
  home: 'home',
  data: 'data',
  versions: 'versions',
  'import-format': 'import',
  gallery: 'gallery',
  triage: 'triage',
  analysis: 'analysis',
  history: 'history',
  'train-run': 'train',
  models: 'models',
  devices: 'devices',
  settings: 'settings',
  runs: 'runs',
  compare: 'compare',
};
const WIDTH = 960;
const QUALITY = 72;

const asked = process.argv.slice(2);
const folder = join(root, 'docs', 'pictures');
mkdirSync(folder, { recursive: true });
await walk({
  ...{ width: 1280, height: 800, wanted: asked.length > 0 ? asked : Object.keys(PICTURES) },
  at: async (page, scene, theme) => {
    const name = `${PICTURES[scene] ?? scene}-${theme}.webp`;
    // The first minute's hints and notices come and go: the view itself shall be seen.
    const hide = page.getByRole('button', { name: 'Hide', exact: true });
    if (await hide.isVisible()) await hide.click();
    const picture = sharp(await page.screenshot())
      .resize({ width: WIDTH })
      .webp({ quality: QUALITY });
    await picture.toFile(join(folder, name));
    console.log(name);
  },
});
