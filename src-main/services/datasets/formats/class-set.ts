import { join } from 'node:path';
import type { ImportFormat } from '../../../../src-shared/domain/dataset.ts';
import { splitOf } from '../../../../src-shared/domain/synonyms.ts';
import { folderEntries } from '../folders.ts';
import { Locator } from '../locate.ts';
import { STRENGTH, type Format } from './format.ts';
import { foldersIn, inWrapped } from './look.ts';

/** A data set of the literature that lies in class folders under split folders, told by the names of both. */
export interface ClassSet {
  readonly format: ImportFormat;
  readonly title: string;
  readonly splits: readonly string[];
  /** Exactly as the set writes them: other sets differ in case and form. */
  readonly classes: readonly string[];
  /** A further look at one of its images; false: it is some other set with the same names. */
  readonly looksRight?: (images: string) => Promise<boolean>;
}

/** Fewer class folders than this say nothing about which set it is. */
const LEAST_CLASSES = 5;

/** Reads such a set as class folders; what is in other folders beside the split folders is not part of it. */
export function classSet({ format, title, splits, classes, looksRight }: ClassSet): Format {
  const splitFolders = async (folder: string): Promise<string[]> => {
    const found: string[] = [];
    for (const name of await foldersIn(folder)) {
      if (!splits.includes(name)) continue;
      const inside = await foldersIn(join(folder, name));
      if (inside.length >= LEAST_CLASSES && inside.every((one) => classes.includes(one))) found.push(name);
    }
    return found;
  };
  return {
    detect: async (path, isFolder) => {
      const root = isFolder
        ? await inWrapped(path, async (folder) => ((await splitFolders(folder)).length > 0 ? folder : null))
        : null;
      if (root === null) return [];
      const found = await splitFolders(root);
      if (looksRight !== undefined && !(await looksRight(join(root, found[0] ?? '')))) return [];
      const reason = `${found.join(' and ')} ${found.length === 1 ? 'holds' : 'hold'} the class folders ${classes.join(', ')}: ${title}.`;
      return [{ path: root, reason, strength: STRENGTH.named }];
    },
    open: ({ path: root }) =>
      Promise.resolve({
        format,
        root,
        locator: new Locator(root),
        head: [],
        entries: async function* () {
          for (const name of await splitFolders(root))
            for await (const entry of folderEntries(join(root, name))) {
              const under = (inner: string): string => `${name}/${inner}`;
              yield entry.problem === null
                ? { ...entry, given: under(entry.given), split: splitOf(name) ?? '' }
                : { problem: { ...entry.problem, path: under(entry.problem.path) } };
            }
        },
      }),
  };
}
