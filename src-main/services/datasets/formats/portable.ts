import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  PORTABLE_FORMAT,
  PORTABLE_IMAGES,
  PORTABLE_MANIFEST,
  PORTABLE_SCHEMA,
  PortableImage,
  PortableManifest,
} from '../../../../src-shared/domain/portable.ts';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { Locator } from '../locate.ts';
import type { SourceEntry } from '../source.ts';
import { STRENGTH, type Format } from './format.ts';
import { textLines } from './lines.ts';
import { findFile, inWrapped } from './look.ts';
import { badRow } from './problem.ts';

/** Our own export: everything comes back as it was, the history of labels included. */
export const portable: Format = {
  detect: async (path, isFolder) => {
    const folder = isFolder ? path : dirname(path);
    if (!isFolder && !path.endsWith(PORTABLE_MANIFEST) && !path.endsWith(PORTABLE_IMAGES)) return [];
    const file = await inWrapped(folder, (at) => findFile(at, [PORTABLE_MANIFEST]));
    const manifest = file === null ? null : await readManifest(file).catch(() => null);
    if (file === null || manifest === null) return [];
    const reason = `${PORTABLE_MANIFEST} says that “${manifest.name}” was exported by the workbench, with ${manifest.images.toLocaleString('en')} images.`;
    return [{ path: dirname(file), reason, strength: STRENGTH.named }];
  },
  open: async ({ path }) => {
    const manifest = await readManifest(join(path, PORTABLE_MANIFEST));
    if (manifest.schema > PORTABLE_SCHEMA)
      throw new FailureError({
        kind: 'unsupported',
        message: `This export was written by a newer version of the workbench (schema ${manifest.schema}; this version knows ${PORTABLE_SCHEMA}).`,
        remedy: 'Update the workbench, then import it again.',
      });
    const root = manifest.root ?? path;
    const lines = join(path, PORTABLE_IMAGES);
    return { format: 'portable', root, locator: new Locator(root), head: [], entries: () => entries(lines) };
  },
};

/** A manifest is small; anything larger is another file of that name. */
const MOST = 1024 * 1024;

async function readManifest(file: string): Promise<PortableManifest> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const text = size > MOST ? '' : await handle.readFile('utf8');
    const found = PortableManifest.safeParse(JSON.parse(text === '' ? 'null' : text));
    if (found.success) return found.data;
    throw new FailureError({ kind: 'invalid', message: `${file} is no manifest of ${PORTABLE_FORMAT}.`, remedy: '' });
  } finally {
    await handle.close();
  }
}

async function* entries(file: string): AsyncGenerator<SourceEntry> {
  for await (const { line, text } of textLines(file)) {
    const image = text === null ? null : parse(text);
    if (image === null)
      yield badRow(file, line, text === null ? 'The line is too long.' : 'It does not describe an image.');
    else
      yield {
        problem: null,
        given: image.path,
        rawLabel: image.rawLabel,
        split: image.split,
        votes: image.votes,
        box: image.datasetBox,
        attributes: image.attributes,
        restored: image,
      };
  }
}

function parse(text: string): PortableImage | null {
  try {
    const found = PortableImage.safeParse(JSON.parse(text));
    return found.success ? found.data : null;
  } catch {
    return null;
  }
}
