import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { FilesFound } from '../../../src-shared/domain/dataset.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { inspectImage } from '../images/inspect.ts';
import { mapInOrder } from '../images/parallel.ts';
import { readHashed } from '../images/read.ts';
import type { JobContext } from '../jobs/interface.ts';
import type { FileFacts, KnownFile, Store } from '../store/interface.ts';
import { foldersIn } from './formats/look.ts';
import { moveRoot } from './own-files.ts';

/** Images, spread over the dataset, whose files are looked for; and of those found, how many are compared by content. */
const LOOKED_FOR = 1_000;
const COMPARED = 20;
const NAMED = 10;
/** Folders below the chosen one that are tried, two levels deep. */
const TRIED = 200;
const STATS = 32;
const PAGE = 500;

/** Bytes of a file; null where there is none. */
const sizeOf = (file: string): Promise<number | null> =>
  stat(file).then(
    (entry) => (entry.isFile() ? entry.size : null),
    () => null,
  );

/** How many of a dataset's files, by a sample, lie where they should, as they were. Throws FailureError 'not-found'. */
export async function lookForFiles(store: Store, dataset: number): Promise<FilesFound> {
  const found = store.datasets.get(dataset);
  if (found === null) throw unknown(dataset);
  return filesUnder(store, dataset, found.root);
}

async function filesUnder(store: Store, dataset: number, root: string): Promise<FilesFound> {
  const files = store.images.sampleFiles(dataset, LOOKED_FOR);
  const missing: string[] = [];
  const changed: string[] = [];
  const look = async (one: KnownFile) => ({ ...one, size: await sizeOf(join(root, one.path)) });
  for await (const { path, status, bytes, size } of mapInOrder(files, STATS, look)) {
    if (size === null) missing.push(path);
    else if (status !== 'broken' && size !== bytes) changed.push(path);
  }
  const found = { dataset, root, looked: files.length, missing: missing.length, changed: changed.length };
  return { ...found, examples: (missing.length > 0 ? missing : changed).slice(0, NAMED) };
}

/**
 * Points a dataset at the folder that its images have moved to: the given one, one below it, or the one it lies in,
 * wherever most of them are found. A few are compared by content, so that other images of the same names are not taken
 * for them.
 * @throws FailureError 'not-found' where none is found, 'conflict' where they are other images.
 */
export async function repoint(store: Store, dataset: number, folder: string): Promise<FilesFound> {
  if (store.datasets.get(dataset) === null) throw unknown(dataset);
  const chosen = resolve(folder);
  let best: FilesFound | null = null;
  for (const root of await candidates(chosen)) {
    const found = await filesUnder(store, dataset, root);
    if (best === null || found.missing < best.missing) best = found;
    if (best.missing === 0) break;
  }
  if (best === null || best.missing === best.looked)
    throw new FailureError({
      kind: 'not-found',
      message: `None of the dataset’s images is in ${chosen}.`,
      remedy: `Choose the folder that holds, for example, ${best?.examples[0] ?? 'its images'}.`,
    });
  await compareContent(store, dataset, best.root);
  moveRoot(store, dataset, best.root);
  return best;
}

async function candidates(folder: string): Promise<string[]> {
  const below: string[] = [];
  for (const name of await foldersIn(folder)) {
    below.push(join(folder, name));
    for (const inner of await foldersIn(join(folder, name))) below.push(join(folder, name, inner));
    if (below.length >= TRIED) break;
  }
  return [folder, ...below.slice(0, TRIED), dirname(folder)];
}

async function compareContent(store: Store, dataset: number, root: string): Promise<void> {
  let compared = 0;
  let others = 0;
  for (const { path, contentHash } of store.images.sampleFiles(dataset, LOOKED_FOR)) {
    if (contentHash === '' || (await sizeOf(join(root, path))) === null) continue;
    if ((await inspectImage(join(root, path))).contentHash !== contentHash) others++;
    if (++compared >= COMPARED) break;
  }
  if (others * 2 < compared || others === 0) return;
  throw new FailureError({
    kind: 'conflict',
    message: `${root} holds other images of the same names: ${others} of ${compared} differ in content.`,
    remedy: 'Choose the folder with the images that were imported, or import this one as a dataset of its own.',
  });
}

/**
 * The body of a job that looks again at the files of a dataset: at those that were missing or unreadable, of which those that are sound
 * now join in; or at all, and what was replaced since is another picture, whose predictions are stale.
 */
export async function lookAgain(
  store: Store,
  dataset: number,
  which: 'all' | 'broken',
  context: JobContext,
): Promise<void> {
  const found = store.datasets.get(dataset);
  if (found === null) throw unknown(dataset);
  const total = which === 'all' ? found.images : found.broken;
  const counts = { done: 0, mended: 0, changed: 0 };
  const look = async (file: KnownFile) => ({ file, facts: await changesOf(file, join(found.root, file.path)) });
  for (let after = 0; ;) {
    const page = store.images.knownFiles(dataset, which, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.image;
    for await (const { file, facts } of mapInOrder(page, STATS / 4, look)) {
      if (context.signal.aborted) throw new FailureError({ kind: 'cancelled', message: 'Cancelled.', remedy: '' });
      if (facts !== null) store.images.mend(file.image, facts);
      if (facts !== null && file.status !== 'broken') counts.changed++;
      else if (facts?.reason === null) counts.mended++;
      const changed = which === 'all' ? `${counts.changed} have changed, ` : '';
      context.progress(++counts.done, total, `${changed}${counts.mended} are sound now`);
    }
  }
  store.datasets.recount(dataset);
}

/** What is to be stored of a file that is looked at again; null where it is as it was, or cannot be read any more. */
async function changesOf({ status, contentHash, box }: KnownFile, file: string): Promise<FileFacts | null> {
  if (status === 'broken') return inspectImage(file, box);
  const hash = await readHashed(file).then(
    (read) => read.hash,
    () => null,
  );
  return hash === null || hash === contentHash ? null : inspectImage(file, box);
}

function unknown(dataset: number): FailureError {
  return new FailureError({
    kind: 'not-found',
    message: `There is no dataset ${dataset} in this project.`,
    remedy: 'Choose one from the list of datasets.',
  });
}
