import { basename, dirname, relative } from 'node:path';
import { Locator } from '../locate.ts';
import type { SourceEntry } from '../source.ts';
import { STRENGTH, type Format } from './format.ts';
import { textLines } from './lines.ts';
import { findFile, findFolder, inWrapped, isFile } from './look.ts';
import { badRow } from './problem.ts';

/**
 * ExpW (Z. Zhang, P. Luo, C. C. Loy, X. Tang, ECCV 2014 / IJCV 2018): pictures from the web with a box for each face;
 * each face is an image of its own.
 */
export const expw: Format = {
  detect: async (path, isFolder) => {
    if (!isFolder) return basename(path) === LIST && (await hasForm(path)) ? [sight(path)] : [];
    const list = await inWrapped(path, (folder) => findFile(folder, PLACES));
    return list !== null && (await hasForm(list)) ? [sight(list)] : [];
  },
  open: async ({ path: list }) => {
    const folder = dirname(list);
    const root = basename(folder) === 'label' ? dirname(folder) : folder;
    const wider = basename(root) === 'data' ? dirname(root) : root;
    const images = await findFolder(wider, IMAGES);
    const base = images === null ? '' : relative(wider, images);
    return {
      format: 'expw',
      root: wider,
      locator: new Locator(wider, [base, '']),
      head: [],
      entries: () => entries(list),
    };
  },
};

const LIST = 'label.lst';
const PLACES = [LIST, `label/${LIST}`, `data/label/${LIST}`];
const IMAGES = ['image/origin', 'data/image/origin', 'image', 'images', 'data/image', 'origin'];
const CLASSES = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'];
/** Name, face id, top, left, right, bottom, confidence, label; a name may hold blanks, so it is read from the end. */
const ROW = /^(.+\S)\s+(\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)\s+(-?[\d.]+)\s+(\d+)\s*$/;

const sight = (list: string) => ({
  path: list,
  reason: `${basename(list)} lists faces with their boxes and classes 0 to 6, several a picture: ExpW.`,
  strength: STRENGTH.named,
});

async function hasForm(list: string): Promise<boolean> {
  if (!(await isFile(list))) return false;
  for await (const { text } of textLines(list)) return text !== null && ROW.test(text);
  return false;
}

async function* entries(list: string): AsyncGenerator<SourceEntry> {
  for await (const { line, text } of textLines(list)) {
    const cells = ROW.exec(text ?? '');
    if (cells === null) {
      yield badRow(list, line, 'It is no name with a face, its box and a class number.');
      continue;
    }
    const [, given = '', face = '', top = '', left = '', right = '', bottom = '', confidence = '', label = ''] = cells;
    yield {
      problem: null,
      given,
      rawLabel: CLASSES[Number(label)] ?? label,
      split: '',
      box: {
        x: Number(left),
        y: Number(top),
        width: Number(right) - Number(left),
        height: Number(bottom) - Number(top),
      },
      attributes: { face: Number(face), 'box confidence': Number(confidence) },
    };
  }
}
