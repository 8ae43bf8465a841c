import type { ImportProblem, ImportRequest } from '../../../src-shared/domain/dataset.ts';
import type { VoteRule } from '../../../src-shared/domain/votes.ts';
import { inspectImage } from '../images/inspect.ts';
import type { NewImage } from '../store/interface.ts';
import type { Location } from './locate.ts';
import { copyInto, writePixels } from './own-files.ts';
import { settle } from './settle.ts';
import type { ImageEntry, Source, SourceEntry } from './source.ts';

/** One entry as a row, a problem, or, for a broken image, both. */
export interface LookedAt {
  readonly entry: SourceEntry;
  readonly row: NewImage | null;
  readonly problem: ImportProblem | null;
}

export interface LookOptions {
  readonly source: Source;
  readonly request: ImportRequest;
  readonly rule: VoteRule | null;
  /** Folder of the project that the dataset's own files go to; null: files are referred to where they lie. */
  readonly folder: string | null;
}

const UNSEEN = { width: 0, height: 0, bytes: 0, contentHash: '', perceptualHash: '', box: null };

/** Finds, reads, hashes and decodes the image of an entry. A file that is missing or broken becomes a row with its reason. */
export async function lookAt(entry: SourceEntry, options: LookOptions): Promise<LookedAt> {
  if (entry.problem !== null) return { entry, row: null, problem: entry.problem };
  const location = await placeOf(entry, options);
  if (location.problem?.kind === 'outside') return { entry, row: null, problem: location.problem };
  const more = await entry.more?.();
  const box = more?.box ?? entry.box ?? null;
  const { reason, ...facts } =
    location.problem === null ? await inspectImage(location.file, box) : { reason: location.problem.reason, ...UNSEEN };
  const { rawLabel, label, soft, excluded } = settle(entry, options.request, options.rule);
  const row: NewImage = {
    path: location.path,
    split: entry.split,
    status: reason !== null ? 'broken' : excluded !== null ? 'excluded' : 'ok',
    reason: reason ?? excluded,
    label,
    rawLabel,
    ...facts,
    votes: entry.votes ?? null,
    soft,
    attributes:
      more?.attributes === undefined ? (entry.attributes ?? null) : { ...entry.attributes, ...more.attributes },
  };
  const kind = location.problem?.kind ?? 'unreadable';
  const remark: ImportProblem | null =
    entry.remark === undefined ? null : { path: location.path, kind: 'no-label', reason: entry.remark };
  return {
    entry,
    row: entry.restored === undefined ? row : restore(row, entry.restored),
    problem: reason === null ? remark : { path: location.path, kind, reason },
  };
}

/** Where the image lies; pixels become a file first, and a copy is made where one was asked for. */
async function placeOf(entry: ImageEntry, { source, folder, request }: LookOptions): Promise<Location> {
  const outside = (): Location => {
    const reason = 'The name leads out of the folder that it belongs to.';
    return { path: entry.given, problem: { path: entry.given, kind: 'outside', reason } };
  };
  if (entry.pixels !== undefined) {
    const file = folder === null ? null : await writePixels(folder, entry.given, entry.pixels);
    return file === null ? outside() : { path: entry.given, file, problem: null };
  }
  if (source.locator === null) return outside();
  const location = await source.locator.locate(entry.given);
  if (location.problem !== null || folder === null || request.choices?.copy !== true) return location;
  const file = await copyInto(folder, location.path, location.file);
  return file === null ? outside() : { path: location.path, file, problem: null };
}

/** A row of our own export: what the dataset brought, what people made of it since, and every line of how. */
function restore(row: NewImage, from: NonNullable<ImageEntry['restored']>): NewImage {
  const excluded = from.annotations.find(({ kind }) => kind === 'exclude');
  const broken = row.status === 'broken';
  const status = excluded?.valueBefore === 'excluded' || (excluded === undefined && from.status === 'excluded');
  return {
    ...row,
    status: broken ? 'broken' : status ? 'excluded' : 'ok',
    reason: broken ? row.reason : from.reason,
    label: from.datasetLabel,
    soft: from.datasetSoft,
    state: {
      status: broken ? 'broken' : from.status === 'broken' ? 'ok' : from.status,
      label: from.label,
      soft: from.soft,
      reviewed: from.reviewed,
      flagged: from.flagged,
      note: from.note,
      box: from.box,
    },
    history: from.annotations,
  };
}
