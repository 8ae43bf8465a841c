import { basename, dirname, join, relative } from 'node:path';
import { splitOf } from '../../../../src-shared/domain/synonyms.ts';
import type { Votes } from '../../../../src-shared/domain/votes.ts';
import { applyVoteRule, FERPLUS_ORDER } from '../../../../src-shared/metrics/vote-rules.ts';
import { readVotes, voteChoice, type VoteColumns } from '../columns.ts';
import { Locator } from '../locate.ts';
import type { Source, SourceEntry } from '../source.ts';
import { openTable, tableRows } from '../table/table.ts';
import { FER2013_CSV, FERPLUS_CSV, pixelName, pixelRows } from './fer2013.ts';
import { STRENGTH, type Format, type Sighting } from './format.ts';
import { findFile, findFolder, inWrapped, isFile } from './look.ts';
import { badRow } from './problem.ts';

/**
 * FER+ (E. Barsoum, C. Zhang, C. Canton Ferrer, Z. Zhang, ICMI 2016): ten votes for each image of FER2013. The images
 * come from a fer2013.csv beside the votes, or lie as PNG in FER2013Train, FER2013Valid and FER2013Test.
 */
export const ferplus: Format = {
  detect: async (path, isFolder) => {
    if (!isFolder) return basename(path).toLowerCase() === FERPLUS_CSV ? sight(dirname(path)) : [];
    const root = await inWrapped(path, async (folder) => ((await sight(folder)).length > 0 ? folder : null));
    return root === null ? [] : sight(root);
  },
  open: ({ path, variant }) => (variant === PIXELS ? openPixels(path) : openPictures(path)),
};

const PIXELS = 'pixels';
const PICTURES = 'pictures';
const PARTS = [
  { folder: 'FER2013Train', usage: 'Training' },
  { folder: 'FER2013Valid', usage: 'PublicTest' },
  { folder: 'FER2013Test', usage: 'PrivateTest' },
] as const;

async function sight(root: string): Promise<Sighting[]> {
  const votes = await findFile(root, [FERPLUS_CSV]);
  const pixels = await findFile(root, [FER2013_CSV]);
  const parts: string[] = [];
  let labels = 0;
  for (const { folder } of PARTS) {
    if ((await findFolder(root, [folder])) === null) continue;
    parts.push(folder);
    if ((await findFile(root, [`${folder}/label.csv`])) !== null) labels++;
  }
  const sightings: Sighting[] = [];
  if (parts.length > 0 && (labels > 0 || votes !== null || (await findFile(root, ['label.csv'])) !== null)) {
    const saw = labels > 0 ? 'label.csv in them' : votes !== null ? FERPLUS_CSV : 'label.csv beside them';
    const reason = `${parts.join(', ')} hold the extracted pictures of FER+, with the votes of ${saw}.`;
    sightings.push({ path: root, variant: PICTURES, reason, strength: STRENGTH.named });
  }
  if (votes !== null && pixels !== null) {
    const reason = `${FERPLUS_CSV} has the votes of FER+, and ${FER2013_CSV} beside it the pixels.`;
    sightings.push({ path: root, variant: PIXELS, reason, strength: STRENGTH.named });
  }
  if (sightings.length === 0 && votes !== null) {
    const reason = `${FERPLUS_CSV} has the votes of FER+; there are no images: neither ${FER2013_CSV} beside it nor folders FER2013Train, FER2013Valid, FER2013Test.`;
    sightings.push({ path: root, variant: PICTURES, reason, strength: STRENGTH.table });
  }
  return sightings;
}

/** A row of votes. */
interface VoteRow {
  readonly line: number;
  readonly usage: string;
  readonly name: string;
  readonly votes: Votes | null;
}

/** The rows of a fer2013new.csv (with usage) or label.csv (with a box), with or without a header, streamed. */
async function* voteRows(file: string): AsyncGenerator<VoteRow | { readonly line: number; readonly reason: string }> {
  const table = await openTable(file);
  const find = (pattern: RegExp): number => (table.header ? table.columns.findIndex((name) => pattern.test(name)) : -1);
  const usage = find(/^usage$/i);
  const name = table.header ? find(/^(image ?name|name|image|file|filename|path)$/i) : 0;
  for await (const row of tableRows(table)) {
    const { line } = row;
    if (!('cells' in row)) {
      yield { line, reason: row.problem };
      continue;
    }
    const { cells } = row;
    const votes = readVotes(cells, table.header ? namedColumns(table.columns) : lastColumns(cells.length));
    yield { line, usage: (cells[usage] ?? '').trim(), name: (cells[name] ?? '').trim(), votes };
  }
}

function namedColumns(columns: readonly string[]): VoteColumns {
  return columns.flatMap((name, index) => {
    const choice = voteChoice(name);
    return choice === null ? [] : [[index, choice] as const];
  });
}

/** Without a header the ten votes stand at the end of the row, in FER+'s order. */
function lastColumns(width: number): VoteColumns {
  return FERPLUS_ORDER.map((choice, index) => [width - FERPLUS_ORDER.length + index, choice] as const);
}

/** The choice with most votes as FER+ calls it: what a person sees of the row before a rule is chosen. */
function rawOf(votes: Votes | null): string {
  if (votes === null) return '';
  const outcome = applyVoteRule('first', votes);
  return outcome.label ?? (/unknown/.test(outcome.dropped) ? 'unknown' : /face/.test(outcome.dropped) ? 'NF' : '');
}

/** Votes and pixels row beside row: FER+ has the order of FER2013. */
async function openPixels(root: string): Promise<Source> {
  const votes = join(root, basename((await findFile(root, [FERPLUS_CSV])) ?? FERPLUS_CSV));
  const pixels = join(root, basename((await findFile(root, [FER2013_CSV])) ?? FER2013_CSV));
  return { format: 'ferplus', root: null, locator: null, head: [], entries: () => pixelEntries(votes, pixels) };
}

async function* pixelEntries(votesFile: string, pixelsFile: string): AsyncGenerator<SourceEntry> {
  const votes = voteRows(votesFile);
  try {
    for await (const row of pixelRows(pixelsFile)) {
      const next = await votes.next();
      if (next.done === true) {
        yield badRow(pixelsFile, row.line, `${basename(votesFile)} has no votes for it.`);
        continue;
      }
      const { value } = next;
      if ('reason' in row) yield badRow(pixelsFile, row.line, row.reason);
      else if ('reason' in value) yield badRow(votesFile, value.line, value.reason);
      else
        yield {
          problem: null,
          given: value.name === '' ? pixelName(row.index) : value.name,
          rawLabel: rawOf(value.votes),
          split: splitOf(value.usage) ?? value.usage,
          votes: value.votes,
          // FER+ leaves the name blank where most taggers saw no face.
          excluded: value.name === '' ? 'FER+ gives it no name: most taggers saw no face.' : null,
          pixels: row.pixels,
        };
    }
    for (let next = await votes.next(); next.done !== true; next = await votes.next())
      yield badRow(votesFile, next.value.line, `${basename(pixelsFile)} has no pixels for it.`);
  } finally {
    await votes.return(undefined);
  }
}

async function openPictures(root: string): Promise<Source> {
  const parts: { folder: string; split: string; labels: string | null }[] = [];
  for (const { folder, usage } of PARTS) {
    const found = await findFolder(root, [folder]);
    if (found === null) continue;
    const labels = await findFile(found, ['label.csv']);
    parts.push({ folder: relative(root, found), split: splitOf(usage) ?? '', labels });
  }
  const common = (await findFile(root, [FERPLUS_CSV])) ?? (await findFile(root, ['label.csv']));
  return {
    format: 'ferplus',
    root,
    locator: new Locator(root, ['', ...parts.map(({ folder }) => folder)]),
    head: [],
    entries: async function* () {
      const own = parts.filter(({ labels }) => labels !== null);
      for (const { folder, split, labels } of own)
        if (labels !== null) yield* pictureEntries(labels, () => folder, split);
      if (own.length > 0 || common === null || !(await isFile(common))) return;
      const folderOf = (usage: string): string => PARTS.find((part) => part.usage === usage)?.folder ?? '';
      yield* pictureEntries(common, folderOf, null);
    },
  };
}

async function* pictureEntries(
  labels: string,
  folderOf: (usage: string) => string,
  split: string | null,
): AsyncGenerator<SourceEntry> {
  for await (const row of voteRows(labels)) {
    if ('reason' in row) yield badRow(labels, row.line, row.reason);
    else if (row.name === '') yield badRow(labels, row.line, 'FER+ gives it no name: most taggers saw no face.');
    else {
      const folder = folderOf(row.usage);
      yield {
        problem: null,
        given: folder === '' ? row.name : `${folder}/${row.name}`,
        rawLabel: rawOf(row.votes),
        split: split ?? splitOf(row.usage) ?? row.usage,
        votes: row.votes,
      };
    }
  }
}
