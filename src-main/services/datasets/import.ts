import { availableParallelism } from 'node:os';
import type { ImportReport, ImportRequest, SplitPlan } from '../../../src-shared/domain/dataset.ts';
import { EXPRESSIONS } from '../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { mapLabel } from '../../../src-shared/domain/synonyms.ts';
import { cacheFolder } from '../files/cache.ts';
import { inspectImage } from '../images/inspect.ts';
import { mapInOrder } from '../images/parallel.ts';
import type { JobContext } from '../jobs/interface.ts';
import type { NewImage, Store } from '../store/interface.ts';
import { openRequest } from './detect.ts';
import type { SourceEntry } from './entry.ts';
import { ClassNames, Problems } from './problems.ts';
import type { Source } from './source.ts';
import { dealSplits } from './split-plan.ts';
import { Spool } from './spool.ts';

/** What is imported, under which name, and how rows without a split are dealt. */
export interface ImportOrder extends ImportRequest {
  readonly name: string;
  readonly split?: SplitPlan;
}

/** Split of rows for which neither the source nor a plan names one. */
export const WHOLE = 'all';
/** Rows stored in one transaction: a few milliseconds. */
const BATCH = 300;
/** Images read ahead at a time; decoding happens in libvips' threads, off the main one. */
const READ_AHEAD = Math.max(2, Math.min(8, availableParallelism())) * 2;

/**
 * The body of an import job: every file is read, hashed and decoded first; only then splits are dealt and rows stored,
 * so that images with the same bytes land in one split. A file that is missing or cannot be read becomes a row with its
 * reason. Cancelled or failed, it leaves no row behind.
 * @throws FailureError 'cancelled', those of `openRequest`, and 'conflict' for a name that is taken.
 */
export async function runImport(store: Store, order: ImportOrder, context: JobContext): Promise<ImportReport> {
  const started = performance.now();
  const source = await openRequest(order);
  const total = await countImages(source, context);
  const spool = await Spool.create(cacheFolder(store.folder), context.id);
  try {
    const survey = new Survey();
    await inspectAll(source, order, spool, survey, total, context);
    const dealt = order.split === undefined ? null : dealSplits(survey.strata, survey.groups, order.split);
    const names = Object.keys(order.split?.shares ?? {});
    const splitFor = (index: number): string => names[dealt?.[index] ?? -1] ?? WHOLE;
    return await storeAll(store, order, source, spool, survey, splitFor, started, context);
  } finally {
    await spool.remove();
  }
}

/** What must be known of every row before the first is stored; a few numbers a row. */
class Survey {
  readonly problems = new Problems();
  readonly names = new ClassNames();
  rows = 0;
  duplicates = 0;
  /**
   * By position among the rows that a plan deals: label and soundness as one number, and the first row with the same
   * bytes.
   */
  readonly strata: number[] = [];
  readonly groups: number[] = [];
  /**
   * Row number by content: the first 52 bits of the hash, of which a million images share one with odds of 1 in 10,000.
   */
  readonly #firstRow = new Map<number, number>();
  /** Duplicates that are listed, by the row that they repeat, to be told its path when that row passes again. */
  readonly repeats = new Map<number, string[]>();

  add(row: NewImage): void {
    const index = this.rows++;
    const key = row.contentHash === '' ? -1 : Number.parseInt(row.contentHash.slice(0, 13), 16);
    const first = key < 0 ? undefined : this.#firstRow.get(key);
    if (first === undefined) {
      if (key >= 0) this.#firstRow.set(key, index);
    } else {
      this.duplicates++;
      const paths = this.repeats.get(first) ?? [];
      this.repeats.set(first, paths);
      paths.push(row.path);
    }
    if (row.split !== '') return;
    const label = row.label === null ? EXPRESSIONS.length : EXPRESSIONS.indexOf(row.label);
    this.strata.push(label * 2 + (row.status === 'ok' ? 0 : 1));
    this.groups.push(first ?? index);
  }
}

async function countImages(source: Source, context: JobContext): Promise<number> {
  let count = 0;
  for await (const entry of source.entries()) {
    stopWhenCancelled(context);
    if (entry.problem === null) count++;
    if (count % 1_000 === 0) context.progress(0, 0, `Counting: ${count.toLocaleString('en')}`);
  }
  return count;
}

async function inspectAll(
  source: Source,
  order: ImportOrder,
  spool: Spool,
  survey: Survey,
  total: number,
  context: JobContext,
): Promise<void> {
  const corrections = order.labels ?? {};
  let done = 0;
  const look = (entry: SourceEntry) => lookAt(source, entry, corrections);
  for await (const { row, problem } of mapInOrder(source.entries(), READ_AHEAD, look)) {
    stopWhenCancelled(context);
    if (problem !== null) survey.problems.add(problem);
    if (problem?.kind !== 'bad-row') context.progress(++done, total, row?.path ?? '');
    if (row === null) continue;
    survey.names.add(row.rawLabel, row.path, row.label);
    survey.add(row);
    await spool.add(row);
  }
  context.progress(total, total, 'Storing');
  for (const problem of survey.names.problems((raw) => Object.hasOwn(corrections, raw))) survey.problems.add(problem);
}

interface LookedAt {
  readonly row: NewImage | null;
  readonly problem: ImportReport['problems'][number] | null;
}

/** One entry as a row, a problem, or, for a broken image, both. */
async function lookAt(
  source: Source,
  entry: SourceEntry,
  corrections: NonNullable<ImportOrder['labels']>,
): Promise<LookedAt> {
  if (entry.problem !== null) return { row: null, problem: entry.problem };
  const location = await source.locator.locate(entry.given);
  if (location.problem?.kind === 'outside') return { row: null, problem: location.problem };
  const { path } = location;
  const unseen = { width: 0, height: 0, bytes: 0, contentHash: '', perceptualHash: '', box: null };
  const { reason, ...facts } =
    location.problem === null ? await inspectImage(location.file) : { reason: location.problem.reason, ...unseen };
  const row: NewImage = {
    path,
    split: entry.split,
    status: reason === null ? 'ok' : 'broken',
    reason,
    label: mapLabel(entry.rawLabel, corrections),
    rawLabel: entry.rawLabel,
    ...facts,
    votes: entry.votes,
    soft: null,
    attributes: null,
  };
  const kind = location.problem?.kind ?? 'unreadable';
  return { row, problem: reason === null ? null : { path, kind, reason } };
}

/**
 * Stores the spooled rows, then the report that makes the dataset visible. After an error the dataset is gone again.
 */
async function storeAll(
  store: Store,
  order: ImportOrder,
  source: Source,
  spool: Spool,
  survey: Survey,
  splitFor: (dealt: number) => string,
  started: number,
  context: JobContext,
): Promise<ImportReport> {
  const dataset = store.datasets.insert({ name: order.name, root: source.root, format: source.format });
  try {
    const tally = {
      broken: 0,
      unlabelled: 0,
      classes: {} as Record<string, number>,
      splits: {} as Record<string, number>,
    };
    let index = 0;
    let dealt = 0;
    let batch: NewImage[] = [];
    for await (const spooled of spool.rows()) {
      const row = spooled.split === '' ? { ...spooled, split: splitFor(dealt++) } : spooled;
      for (const path of survey.repeats.get(index) ?? [])
        survey.problems.add({ path, kind: 'duplicate', reason: `Has the same content as ${row.path}.` });
      index++;
      if (row.status === 'broken') tally.broken++;
      if (row.label === null) tally.unlabelled++;
      else tally.classes[row.label] = (tally.classes[row.label] ?? 0) + 1;
      tally.splits[row.split] = (tally.splits[row.split] ?? 0) + 1;
      batch.push(row);
      if (batch.length < BATCH) continue;
      stopWhenCancelled(context);
      store.datasets.insertImages(dataset, batch);
      batch = [];
      await new Promise(setImmediate);
    }
    stopWhenCancelled(context);
    store.datasets.insertImages(dataset, batch);
    const report: ImportReport = {
      dataset,
      name: order.name,
      images: index,
      ...tally,
      duplicates: survey.duplicates,
      problems: survey.problems.listed,
      problemCount: survey.problems.count,
      seconds: (performance.now() - started) / 1_000,
    };
    store.datasets.finish(dataset, report);
    context.link({ dataset });
    return report;
  } catch (thrown) {
    store.datasets.remove(dataset);
    throw thrown;
  }
}

function stopWhenCancelled(context: JobContext): void {
  if (!context.signal.aborted) return;
  throw new FailureError({ kind: 'cancelled', message: 'The import was cancelled.', remedy: '' });
}
