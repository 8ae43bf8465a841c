import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { FilesFound } from '../../../src-shared/domain/dataset.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { inspectImage } from '../images/inspect.ts';
import { mapInOrder } from '../images/parallel.ts';
import type { JobContext } from '../jobs/interface.ts';
import type { Store } from '../store/interface.ts';
import { foldersIn } from './formats/look.ts';
import { moveRoot } from './own-files.ts';

/** Images, spread over the dataset, whose files are looked for; and of those found, how many are compared by content. */
const LOOKED_FOR = 200;
const COMPARED = 20;
const MISSING_NAMED = 10;
/** Folders below the chosen one that are tried, two levels deep. */
const TRIED = 200;
const STATS = 32;
const PAGE = 500;

const lies = (file: string): Promise<boolean> =>
  stat(file).then(
    (entry) => entry.isFile(),
    () => false,
  );

/** How many of a dataset's files, by a sample, lie where they should. Throws FailureError 'not-found'. */
export async function lookForFiles(store: Store, dataset: number): Promise<FilesFound> {
  const found = store.datasets.get(dataset);
  if (found === null) throw unknown(dataset);
  return filesUnder(store, dataset, found.root);
}

async function filesUnder(store: Store, dataset: number, root: string): Promise<FilesFound> {
  const paths = store.images.samplePaths(dataset, LOOKED_FOR);
  const missing: string[] = [];
  const look = async (one: { path: string }) => ({ path: one.path, there: await lies(join(root, one.path)) });
  for await (const { path, there } of mapInOrder(paths, STATS, look)) if (!there) missing.push(path);
  return { dataset, root, looked: paths.length, missing: missing.length, examples: missing.slice(0, MISSING_NAMED) };
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
  for (const { path, contentHash } of store.images.samplePaths(dataset, LOOKED_FOR)) {
    if (contentHash === '' || !(await lies(join(root, path)))) continue;
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

/** The body of a job that looks again at every image that was missing or unreadable: those that are sound now join in. */
export async function lookAgain(store: Store, dataset: number, context: JobContext): Promise<void> {
  const root = store.datasets.get(dataset)?.root;
  if (root === undefined) throw unknown(dataset);
  const total = store.datasets.get(dataset)?.broken ?? 0;
  let done = 0;
  let mended = 0;
  for (let after = 0; ;) {
    const page = store.images.brokenFiles(dataset, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.image;
    const look = async ({ image, path, box }: (typeof page)[number]) => ({
      image,
      facts: await inspectImage(join(root, path), box),
    });
    for await (const { image, facts } of mapInOrder(page, STATS / 4, look)) {
      if (context.signal.aborted) throw new FailureError({ kind: 'cancelled', message: 'Cancelled.', remedy: '' });
      if (facts.reason === null) mended++;
      store.images.mend(image, facts);
      context.progress(++done, total, `${mended} are sound now`);
    }
  }
  store.datasets.recount(dataset);
}

function unknown(dataset: number): FailureError {
  return new FailureError({
    kind: 'not-found',
    message: `There is no dataset ${dataset} in this project.`,
    remedy: 'Choose one from the list of datasets.',
  });
}
