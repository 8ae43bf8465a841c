import { basename } from 'node:path';
import { folderEntries, folderLayout, surveyFolders } from '../folders.ts';
import { Locator } from '../locate.ts';
import { STRENGTH, type Format, type Sighting } from './format.ts';

/** Class names that are listed in a reason. */
const LISTED = 8;

/** A folder a class, with or without folders for splits around them. */
export const folders: Format = {
  detect: async (path, isFolder) => {
    const sighting = isFolder ? await sight(path) : null;
    return sighting === null ? [] : [sighting];
  },
  open: async ({ path }) => {
    const { root } = await folderLayout(path);
    return { format: 'folders', root, locator: new Locator(root), head: [], entries: () => folderEntries(root) };
  },
};

async function sight(path: string): Promise<Sighting | null> {
  const { root, wrapped } = await folderLayout(path);
  const survey = await surveyFolders(root);
  if (!survey.hasImages) return null;
  const classes = survey.classes.length;
  const list = survey.classes.slice(0, LISTED).join(', ') + (classes > LISTED ? ', …' : '');
  const where = wrapped ? ` in ${basename(root)}` : '';
  const splits = survey.splits.length > 0 ? ` under ${survey.splits.join(', ')}` : '';
  const reason =
    classes === 0
      ? `Images${where}${splits} without class folders: they come in without labels.`
      : `${classes} class ${classes === 1 ? 'folder' : 'folders'}${where}${splits} (${list}), ` +
        `${survey.known} of them known expressions.`;
  // Names that mean expressions speak louder than folders that only hold images.
  const strength = survey.known >= 2 ? STRENGTH.general : classes >= 2 ? STRENGTH.folders : STRENGTH.images;
  return { path: root, strength, reason };
}
