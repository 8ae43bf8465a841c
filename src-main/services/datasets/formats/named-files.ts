import { basename } from 'node:path';
import type { ImportFormat } from '../../../../src-shared/domain/dataset.ts';
import { folderEntries } from '../folders.ts';
import { Locator } from '../locate.ts';
import type { ImageEntry } from '../source.ts';
import { STRENGTH, type Format } from './format.ts';

/** What a file's name tells in a set whose labels are its files' names; null for a name of another form. */
export type ReadName = (name: string) => Pick<ImageEntry, 'rawLabel' | 'attributes'> | null;

/** Images that are looked at, and the share of them whose names must have the form. */
const SAMPLED = 60;
const SHARE = 0.8;

/** Posed sets of the laboratory, whose file names say everything. */
export function namedFiles(format: ImportFormat, title: string, form: string, read: ReadName): Format {
  return {
    detect: async (path, isFolder) => {
      if (!isFolder) return [];
      let seen = 0;
      let right = 0;
      for await (const entry of folderEntries(path)) {
        if (entry.problem !== null) continue;
        if (read(basename(entry.given)) !== null) right++;
        if (++seen >= SAMPLED) break;
      }
      if (seen === 0 || right / seen < SHARE) return [];
      const reason = `${right} of the first ${seen} images have names of ${title}’s form (${form}).`;
      return [{ path, reason, strength: STRENGTH.named }];
    },
    open: ({ path: root }) =>
      Promise.resolve({
        format,
        root,
        locator: new Locator(root),
        head: [],
        entries: async function* () {
          for await (const entry of folderEntries(root)) {
            if (entry.problem !== null) yield entry;
            else {
              const told = read(basename(entry.given));
              // A misnamed file stays, without a label: its name says nothing that could be trusted.
              yield { problem: null, given: entry.given, split: '', rawLabel: '', ...told };
            }
          }
        },
      }),
  };
}
