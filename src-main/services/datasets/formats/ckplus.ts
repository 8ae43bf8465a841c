import { open } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isImageName } from '../../files/kinds.ts';
import { Locator } from '../locate.ts';
import type { SourceEntry } from '../source.ts';
import { STRENGTH, type Format } from './format.ts';
import { findFolder, foldersIn, inWrapped, namesIn } from './look.ts';

/**
 * CK+ (P. Lucey et al., CVPR workshops 2010): sequences from a neutral face to the peak of an expression. The last frame,
 * the peak, becomes an image; sequences without a label come in without one.
 */
export const ckplus: Format = {
  detect: async (path, isFolder) => {
    const root = isFolder
      ? await inWrapped(path, async (folder) => ((await placesIn(folder)) === null ? null : folder))
      : null;
    const places = root === null ? null : await placesIn(root);
    if (root === null || places === null) return [];
    const reason = `${relative(root, places.images)} holds sequences by subject, and ${relative(root, places.labels)} their labels: CK+.`;
    return [{ path: root, reason, strength: STRENGTH.named }];
  },
  open: async ({ path: root }) => {
    const places = await placesIn(root);
    return {
      format: 'ckplus',
      root,
      locator: new Locator(root),
      head: [],
      entries: async function* () {
        if (places !== null) yield* entries(root, places);
      },
    };
  },
};

const CLASSES = ['neutral', 'anger', 'contempt', 'disgust', 'fear', 'happy', 'sadness', 'surprise'];

interface Places {
  readonly images: string;
  readonly labels: string;
}

async function placesIn(folder: string): Promise<Places | null> {
  const images = await findFolder(folder, ['cohn-kanade-images', 'extended-cohn-kanade-images/cohn-kanade-images']);
  const labels = await findFolder(folder, ['Emotion', 'Emotion_labels/Emotion', 'Emotion_labels']);
  return images === null || labels === null ? null : { images, labels };
}

async function* entries(root: string, { images, labels }: Places): AsyncGenerator<SourceEntry> {
  for (const subject of await foldersIn(images))
    for (const sequence of await foldersIn(join(images, subject))) {
      const frames = (await namesIn(join(images, subject, sequence))).filter(isImageName);
      const peak = frames.at(-1);
      if (peak === undefined) continue;
      yield {
        problem: null,
        given: `${relative(root, join(images, subject, sequence)).replaceAll('\\', '/')}/${peak}`,
        rawLabel: await readLabel(join(labels, subject, sequence)),
        split: '',
        attributes: { subject, sequence, frames: frames.length },
      };
    }
}

/** The class in a sequence's "..._emotion.txt" ("   3.0000000e+00"); '' where there is none. */
async function readLabel(folder: string): Promise<string> {
  const file = (await namesIn(folder)).find((name) => name.endsWith('_emotion.txt'));
  if (file === undefined) return '';
  const handle = await open(join(folder, file), 'r').catch(() => null);
  if (handle === null) return '';
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    const text = buffer.toString('latin1', 0, bytesRead).trim();
    const id = Number(text);
    return text !== '' && Number.isInteger(id) ? (CLASSES[id] ?? String(id)) : text.slice(0, 40);
  } finally {
    await handle.close();
  }
}
