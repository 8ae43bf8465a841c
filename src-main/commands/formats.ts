/** Names of formats and vote rules as people type them. */
import { InvalidArgumentError } from 'commander';
import { IMPORT_FORMATS } from '../../src-shared/domain/dataset.ts';
import { VOTE_RULES, type VoteRule } from '../../src-shared/domain/votes.ts';

export const FORMAT_NAMES = ['auto', ...IMPORT_FORMATS] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];

/** Other ways to write a name, bare of case and punctuation. */
const ALSO: Readonly<Record<string, FormatName>> = {
  table: 'csv',
  generic: 'csv',
  tsv: 'csv',
  genericcsv: 'csv',
  folder: 'folders',
  classfolders: 'folders',
  imagefolder: 'folders',
  ferp: 'ferplus',
  ck: 'ckplus',
  ckp: 'ckplus',
  caer: 'caers',
  official: 'manifest',
  officialmanifest: 'manifest',
  postervar: 'manifest',
  own: 'portable',
  export: 'portable',
  workbench: 'portable',
};

const bare = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('+', 'plus')
    .replace(/[^a-z0-9]/g, '');

/** "RAF-DB" and "raf_db" are rafdb, "FER+" is ferplus. */
export function importFormat(text: string): FormatName {
  const name = bare(text);
  const found = FORMAT_NAMES.find((known) => known === name) ?? ALSO[name];
  if (found === undefined) throw new InvalidArgumentError(`It must be one of ${FORMAT_NAMES.join(', ')}.`);
  return found;
}

/** "votes_sum" and "cross-entropy" are written both ways. */
export function voteRule(text: string): VoteRule {
  const found = VOTE_RULES.find((rule) => bare(rule) === bare(text));
  if (found === undefined) throw new InvalidArgumentError(`It must be one of ${VOTE_RULES.join(', ')}.`);
  return found;
}
