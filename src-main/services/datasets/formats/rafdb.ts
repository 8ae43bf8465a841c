import { open } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Attributes } from '../../../../src-shared/domain/image.ts';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { folderEntries } from '../folders.ts';
import { Locator } from '../locate.ts';
import type { ImageEntry, Source, SourceEntry } from '../source.ts';
import { openTable, tableRows } from '../table/table.ts';
import { STRENGTH, type Format, type Sighting } from './format.ts';
import { textLines } from './lines.ts';
import { findFile, findFolder, foldersIn, inWrapped } from './look.ts';
import { badRow } from './problem.ts';

/**
 * RAF-DB, basic emotions (S. Li, W. Deng, J. Du, CVPR 2017): as its authors give it out, with aligned (100 x 100) and
 * original pictures, and the re-packed copies with folders 1 to 7.
 */
export const rafdb: Format = {
  detect: async (path, isFolder) => {
    if (!isFolder) return LISTS.includes(basename(path).toLowerCase()) ? sightOfficial(dirname(path)) : [];
    const official = await inWrapped(path, async (folder) => {
      const list = await findFile(folder, LIST_PLACES);
      return list === null ? null : dirname(list);
    });
    if (official !== null) return sightOfficial(official);
    return (await inWrapped(path, sightRepacked)) ?? [];
  },
  open: (sighting) => (sighting.variant === REPACKED ? openRepacked(sighting.path) : openOfficial(sighting)),
};

const CLASSES: Readonly<Record<string, string>> = {
  1: 'Surprise',
  2: 'Fear',
  3: 'Disgust',
  4: 'Happiness',
  5: 'Sadness',
  6: 'Anger',
  7: 'Neutral',
};
// The authors' spelling, and the one that people mend it to.
const LISTS = ['list_patition_label.txt', 'list_partition_label.txt'];
const LIST_PLACES = ['EmoLabel/', 'basic/EmoLabel/', ''].flatMap((folder) => LISTS.map((name) => folder + name));
const REPACKED = 'repacked';
const VARIANTS = ['aligned', 'original'] as const;

/** Both kinds of pictures where both are there; the aligned ones first, which the published figures are about. */
async function sightOfficial(labels: string): Promise<Sighting[]> {
  const list = await findFile(labels, LISTS);
  if (list === null) return [];
  const root = basename(labels).toLowerCase() === 'emolabel' ? dirname(labels) : labels;
  const sightings: Sighting[] = [];
  for (const variant of VARIANTS) {
    const images = await findFolder(root, [`Image/${variant}`, variant]);
    if (images === null) continue;
    const reason = `${basename(list)} lists images with classes 1 to 7, and ${relative(root, images)} holds ${variant} pictures: RAF-DB.`;
    sightings.push({ path: root, variant, reason, strength: STRENGTH.named });
  }
  if (sightings.length > 0) return sightings;
  const reason = `${basename(list)} is RAF-DB's list of labels; there is neither Image/aligned nor Image/original beside its folder.`;
  return [{ path: root, variant: 'aligned', reason, strength: STRENGTH.table }];
}

async function openOfficial({ path: root, variant = 'aligned' }: Sighting): Promise<Source> {
  const list = await findFile(root, LIST_PLACES);
  if (list === null) throw gone(root);
  const images = (await findFolder(root, [`Image/${variant}`, variant])) ?? join(root, 'Image', variant);
  const facts = await findFolder(root, ['Annotation/manual']);
  return {
    format: 'rafdb',
    root,
    locator: new Locator(root, [relative(root, images)]),
    head: [],
    entries: () => officialEntries(list, variant, facts),
  };
}

function gone(root: string): FailureError {
  return new FailureError({
    kind: 'not-found',
    message: `${root} no longer holds RAF-DB's list of labels.`,
    remedy: 'Choose the source again.',
  });
}

/** "train_00001.jpg 5": the split is the prefix of the name; aligned pictures have it in their names too. */
async function* officialEntries(list: string, variant: string, facts: string | null): AsyncGenerator<SourceEntry> {
  for await (const { line, text } of textLines(list)) {
    const [, name, id] = /^(.+\S)\s+(\S+)\s*$/.exec(text ?? '') ?? [];
    if (name === undefined || id === undefined) {
      yield badRow(list, line, text === null ? 'The line is too long.' : 'It is no name with a class number.');
      continue;
    }
    const stem = name.replace(/\.[^.]+$/, '');
    const entry: ImageEntry = {
      problem: null,
      given: variant === 'aligned' ? `${stem}_aligned${name.slice(stem.length)}` : name,
      rawLabel: CLASSES[id] ?? id,
      split: splitOfName(name),
    };
    yield facts === null ? entry : { ...entry, more: () => readFacts(join(facts, `${stem}_manu_attri.txt`)) };
  }
}

const splitOfName = (name: string): string => /^(train|test)_/.exec(name)?.[1] ?? '';

const GENDERS = ['male', 'female', 'unsure'];
const RACES = ['Caucasian', 'African-American', 'Asian'];
const AGES = ['0-3', '4-19', '20-39', '40-69', '70+'];
const LANDMARKS = 5;
/** Such a file has a few hundred bytes. */
const MOST = 4096;

/** Five lines of landmarks, then gender, race and age by number (RAF-DB's readme). */
async function readFacts(file: string): Promise<{ attributes: Attributes | null }> {
  const handle = await open(file, 'r').catch(() => null);
  if (handle === null) return { attributes: null };
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST), 0, MOST, 0);
    const lines = buffer.toString('latin1', 0, bytesRead).split(/\r?\n/);
    const after = lines.slice(LANDMARKS).map((line) => line.trim());
    const attributes: Attributes = {};
    for (const [at, [name, words]] of [
      ['gender', GENDERS] as const,
      ['race', RACES] as const,
      ['age', AGES] as const,
    ].entries()) {
      const word = words[Number(after[at])];
      if (after[at] !== '' && word !== undefined) attributes[name] = word;
    }
    return { attributes: Object.keys(attributes).length > 0 ? attributes : null };
  } catch {
    return { attributes: null };
  } finally {
    await handle.close();
  }
}

const SPLITS = ['train', 'test'] as const;

/** `{train,test}/{1..7}/` with `train_labels.csv` and `test_labels.csv`, in the folder or in a folder DATASET. */
async function sightRepacked(folder: string): Promise<Sighting[] | null> {
  const root = (await findFolder(folder, ['DATASET'])) ?? folder;
  const numbered = await Promise.all(
    SPLITS.map(async (split) => (await foldersIn(join(root, split))).filter((name) => /^[1-7]$/.test(name))),
  );
  if (numbered.every((names) => names.length === 0)) return null;
  const tables = (await repackedTables(folder)).flatMap(({ table }) => (table === null ? [] : [basename(table)]));
  const saw = `Folders 1 to 7 under train and test`;
  if (tables.length > 0)
    return [
      {
        path: folder,
        variant: REPACKED,
        strength: STRENGTH.named,
        reason: `${saw} with ${tables.join(' and ')}: a re-packed copy of RAF-DB.`,
      },
    ];
  const reason = `${saw}, as in re-packed copies of RAF-DB; there is no table of labels that says so.`;
  return [{ path: folder, variant: REPACKED, strength: STRENGTH.images, reason }];
}

async function repackedTables(folder: string): Promise<{ split: string; images: string; table: string | null }[]> {
  const root = (await findFolder(folder, ['DATASET'])) ?? folder;
  return Promise.all(
    SPLITS.map(async (split) => ({
      split,
      images: relative(folder, join(root, split)),
      table: await findFile(folder, [`${split}_labels.csv`, `DATASET/${split}_labels.csv`]),
    })),
  );
}

async function openRepacked(folder: string): Promise<Source> {
  const tables = await repackedTables(folder);
  return {
    format: 'rafdb',
    root: folder,
    locator: new Locator(folder),
    head: [],
    entries: () => repackedEntries(folder, tables),
  };
}

async function* repackedEntries(
  folder: string,
  tables: Awaited<ReturnType<typeof repackedTables>>,
): AsyncGenerator<SourceEntry> {
  for (const { split, images, table } of tables) {
    if (table !== null) yield* tableEntries(table, split, images);
    else
      for await (const entry of folderEntries(join(folder, images)))
        yield entry.problem === null
          ? { ...entry, given: `${images}/${entry.given}`, rawLabel: CLASSES[entry.rawLabel] ?? entry.rawLabel, split }
          : entry;
  }
}

async function* tableEntries(file: string, split: string, images: string): AsyncGenerator<SourceEntry> {
  const table = await openTable(file);
  for await (const row of tableRows(table)) {
    const [name = '', id = ''] = 'cells' in row ? row.cells.map((cell) => cell.trim()) : [];
    if (!('cells' in row) || name === '')
      yield badRow(file, row.line, 'cells' in row ? 'The row names no image.' : row.problem);
    else yield { problem: null, given: `${images}/${id}/${name}`, rawLabel: CLASSES[id] ?? id, split };
  }
}
