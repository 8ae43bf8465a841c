import { createHash, type Hash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { ImportOrder, ImportProblem, ImportReport } from '../../../src-shared/domain/dataset.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { mapInOrder } from '../images/parallel.ts';
import { CLOSING } from '../jobs/interface.ts';
import type { JobContext } from '../jobs/interface.ts';
import type { ImportProgress, NewImage, Store, UnfinishedImport } from '../store/interface.ts';
import { dealAll } from './deal.ts';
import { openRequest } from './detect.ts';
import { lookAt } from './look-at.ts';
import { freeFolder, makeOwnFolder, removeDataset } from './own-files.ts';
import { ClassNames } from './problems.ts';
import { voteRuleOf } from './settle.ts';
import type { Source, SourceEntry } from './source.ts';

/** Rows stored in one transaction: a few milliseconds. */
const BATCH = 300;
/** Images read ahead at a time; decoding happens in libvips' threads, off the main one. */
const READ_AHEAD = Math.max(2, Math.min(8, availableParallelism())) * 2;
const PAGE = 5_000;

/**
 * The body of an import job: entry after entry is read, hashed, decoded and stored, with how far that brought the
 * import, so that one that was killed goes on where it was; splits are dealt and duplicates listed when all rows are
 * there, and only then the dataset is seen. Memory does not grow with the rows. Cancelled, it leaves nothing behind; on
 * a full disk, or when the project is closed meanwhile, it stays as it is and can go on.
 * @throws FailureError 'cancelled', those of `openRequest`, and 'conflict' for a name that is taken.
 */
export async function runImport(store: Store, order: ImportOrder, context: JobContext): Promise<ImportReport> {
  const started = performance.now();
  const { source, reason } = await openRequest(order);
  const unfinished = unfinishedOf(store, order);
  const held = unfinished ?? (await begin(store, order, source, context));
  try {
    if (held.progress.folder !== null) await makeOwnFolder(held.progress.folder);
    await storeEntries(store, source, held, context);
    await finishRows(store, held, context);
    const report: ImportReport = {
      ...{ dataset: held.dataset, name: order.name, format: source.format, reason, choices: choicesOf(source, order) },
      ...store.imports.tally(held.dataset),
      seconds: (performance.now() - started) / 1_000,
    };
    store.datasets.finish(held.dataset, report);
    context.link({ dataset: held.dataset });
    return report;
  } catch (thrown) {
    if (!canGoOn(thrown) && context.signal.reason !== CLOSING) await discardImport(store, held);
    throw thrown;
  }
}

/** Takes back an import that was cut short: its rows, and the files that it wrote into the project. */
export async function discardImport(store: Store, { dataset }: Pick<UnfinishedImport, 'dataset'>): Promise<void> {
  await removeDataset(store, dataset);
}

/** The machine was in the way, not the source: what is stored is worth keeping. */
function canGoOn(thrown: unknown): boolean {
  return thrown instanceof FailureError && ['disk-full', 'unavailable'].includes(thrown.failure.kind);
}

function choicesOf(source: Source, order: ImportOrder): ImportReport['choices'] {
  const rule = voteRuleOf(source, order);
  return rule === null ? (order.choices ?? {}) : { ...order.choices, voteRule: rule };
}

/** An import of this very order that was cut short; one of the same name with another order gives way. */
function unfinishedOf(store: Store, order: ImportOrder): UnfinishedImport | null {
  const named = store.imports.unfinished().find(({ name }) => name.toLowerCase() === order.name.toLowerCase());
  if (named === undefined) return null;
  return sameOrder(named.progress.order, order) ? named : null;
}

/** Orders are equal when they say the same, in whatever order they say it. */
function sameOrder(one: ImportOrder, other: ImportOrder): boolean {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_key, inner: unknown) =>
      inner !== null && typeof inner === 'object' && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    );
  return text(one) === text(other);
}

async function begin(store: Store, order: ImportOrder, source: Source, context: JobContext): Promise<UnfinishedImport> {
  const stale = store.imports.unfinished().find(({ name }) => name.toLowerCase() === order.name.toLowerCase());
  if (stale !== undefined) await discardImport(store, stale);
  const total = await countImages(source, context);
  const owns = source.root === null || order.choices?.copy === true;
  const folder = owns ? freeFolder(store.folder, order.name) : null;
  const root = folder ?? source.root ?? store.folder;
  const dataset = store.datasets.insert({
    ...{ name: order.name, root, format: source.format, choices: choicesOf(source, order) },
  });
  const progress: ImportProgress = { order, entries: 0, digest: '', total, folder, rowProblems: null };
  store.imports.begin(dataset, progress);
  return { dataset, name: order.name, progress };
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

const nameOf = (entry: SourceEntry): string => (entry.problem === null ? entry.given : entry.problem.path);

function note(digest: Hash, entry: SourceEntry): void {
  digest.update(nameOf(entry)).update('\n');
}

/** Reads and stores the entries that are not stored yet. */
async function storeEntries(
  store: Store,
  source: Source,
  { dataset, progress: from }: UnfinishedImport,
  context: JobContext,
): Promise<void> {
  const { order, total, folder } = from;
  const options = { source, request: order, rule: voteRuleOf(source, order), folder };
  const digest = createHash('sha256');
  const names = new ClassNames();
  for (const { raw, path, label } of store.imports.classNames(dataset)) names.add(raw, path, label);
  let entries = from.entries;
  let done = 0;
  let rows: NewImage[] = [];
  let problems: ImportProblem[] = [];
  const flush = (): void => {
    const progress = { ...from, entries, digest: digest.copy().digest('hex') };
    store.imports.append(dataset, { rows, problems, progress });
    rows = [];
    problems = [];
  };
  const skipped = skip(source.entries(), from, digest, (entry) => {
    if (entry.problem === null) done++;
  });
  for await (const { entry, row, problem } of mapInOrder(skipped, READ_AHEAD, (one) => lookAt(one, options))) {
    stopWhenCancelled(context);
    note(digest, entry);
    entries++;
    if (problem !== null) problems.push(problem);
    if (entry.problem === null) context.progress(++done, total, row?.path ?? entry.given);
    if (row !== null) {
      names.add(row.rawLabel, row.path, row.label);
      rows.push(row);
    }
    if (rows.length + problems.length < BATCH) continue;
    flush();
    await new Promise(setImmediate);
  }
  flush();
  context.progress(total, total, 'Dealing splits, looking for duplicates');
}

/**
 * The entries after those that are stored.
 * @throws FailureError 'conflict' where the source no longer begins with what was stored.
 */
async function* skip(
  entries: AsyncGenerator<SourceEntry>,
  { entries: stored, digest: wanted }: ImportProgress,
  digest: Hash,
  onSkipped: (entry: SourceEntry) => void,
): AsyncGenerator<SourceEntry> {
  let passed = 0;
  for await (const entry of entries) {
    if (passed >= stored) {
      yield entry;
      continue;
    }
    note(digest, entry);
    onSkipped(entry);
    passed++;
    if (passed === stored && digest.copy().digest('hex') !== wanted) throw changed();
  }
  if (passed < stored) throw changed();
}

function changed(): FailureError {
  return new FailureError({
    kind: 'conflict',
    message: 'The source has changed since the import was cut short; what was stored of it has been taken back.',
    remedy: 'Start the import again.',
  });
}

/** What can only be said of all rows together. */
async function finishRows(store: Store, { dataset, progress }: UnfinishedImport, context: JobContext): Promise<void> {
  const { imports } = store;
  const { order } = progress;
  const rowProblems = progress.rowProblems ?? imports.lastProblem(dataset);
  if (progress.rowProblems === null) {
    const [now] = imports.unfinished().filter((one) => one.dataset === dataset);
    imports.begin(dataset, { ...(now?.progress ?? progress), rowProblems });
  }
  imports.clearProblems(dataset, rowProblems);
  await dealAll(imports, dataset, order.split);
  for (let after: number | null = 0; after !== null;) {
    stopWhenCancelled(context);
    after = imports.listDuplicates(dataset, after, PAGE);
    await new Promise(setImmediate);
  }
  const names = new ClassNames();
  for (const { raw, path, label, count } of imports.classNames(dataset)) names.add(raw, path, label, count);
  imports.addProblems(
    dataset,
    names.problems((raw) => Object.hasOwn(order.labels ?? {}, raw)),
  );
}

function stopWhenCancelled(context: JobContext): void {
  if (!context.signal.aborted) return;
  throw new FailureError({ kind: 'cancelled', message: 'The import was cancelled.', remedy: '' });
}
