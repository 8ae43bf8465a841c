/** From names and paths on a command line to what they mean. */
import { basename, resolve } from 'node:path';
import type { Dataset } from '../../src-shared/domain/dataset.ts';
import { FailureError } from '../../src-shared/domain/failure.ts';
import type { ImageRow } from '../../src-shared/domain/image.ts';
import type { Project } from '../../src-shared/domain/project.ts';
import type { Run } from '../../src-shared/domain/run.ts';
import { quoteValue } from '../../src-shared/domain/query/format.ts';
import type { Version } from '../../src-shared/domain/version.ts';
import type { Session } from './session.ts';

export function absolute({ terminal }: Session, path: string): string {
  return resolve(terminal.cwd, path);
}

/** @throws FailureError as `Workspace.open`. */
export async function openProject(session: Session, path: string): Promise<Project> {
  const { workspace, runs } = session.services;
  const project = await workspace.open(absolute(session, path));
  const left = runs.left();
  if (left.length > 0)
    session.progress.note(`Left unfinished: run ${left.join(', ')}. Go on with: train --project ${path} --resume all`);
  return project;
}

/** Opens the project, or makes it in a new or empty folder. @throws FailureError as `Workspace.open` and `create`. */
export async function openOrCreateProject(session: Session, path: string): Promise<Project> {
  try {
    return await openProject(session, path);
  } catch (thrown) {
    if (!(thrown instanceof FailureError) || thrown.failure.kind !== 'not-found') throw thrown;
    const folder = absolute(session, path);
    return session.services.workspace.create(folder, basename(folder));
  }
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

/**
 * A dataset by its name or id; without either, the only one there is.
 * @throws FailureError 'not-found', or 'invalid' where a choice must be made.
 */
export function findDataset({ services }: Session, given: string | undefined): Dataset {
  const all = services.datasets.list();
  const names = quoted(all.map(({ name }) => name));
  if (given === undefined) {
    const [only, ...others] = all;
    if (only !== undefined && others.length === 0) return only;
    throw new FailureError({
      kind: only === undefined ? 'not-found' : 'invalid',
      message: only === undefined ? 'This project has no dataset.' : 'This project has several datasets.',
      remedy: only === undefined ? 'Import one first: poster-var import.' : `Name one with --dataset: ${names}.`,
    });
  }
  const found = all.find(({ name }) => name === given) ?? all.find(({ id }) => String(id) === given);
  if (found !== undefined) return found;
  throw new FailureError({
    kind: 'not-found',
    message: `There is no dataset "${given}" in this project.`,
    remedy: all.length === 0 ? 'Import one first: poster-var import.' : `It has ${names}.`,
  });
}

/** @throws FailureError 'not-found' naming the splits that there are. */
export function checkSplit({ name, splits }: Dataset, split: string): void {
  if (splits[split] !== undefined) return;
  throw new FailureError({
    kind: 'not-found',
    message: `"${name}" has no split "${split}".`,
    remedy: `It has ${quoted(Object.keys(splits))}.`,
  });
}

/** A version of a dataset by its name. @throws FailureError 'not-found' naming those that there are. */
export async function findVersion(
  { services }: Session,
  { id, name: dataset }: Dataset,
  name: string,
): Promise<Version> {
  const all = await services.versions.list(id);
  const found = all.find((version) => version.name.toLowerCase() === name.trim().toLowerCase());
  if (found !== undefined) return found;
  throw new FailureError({
    kind: 'not-found',
    message: `"${dataset}" has no version "${name}".`,
    remedy:
      all.length === 0
        ? 'Make one first: poster-var version create.'
        : `It has ${quoted(all.map((version) => version.name))}.`,
  });
}

/**
 * An image of a dataset by its path, the end of its path from a folder on, or its number.
 * @throws FailureError 'not-found', or 'invalid' where several paths end so.
 */
export function findImage({ services }: Session, { id, name }: Dataset, given: string): ImageRow {
  const { images } = services.workspace.require().store;
  const q = `path:${quoteValue(given)}`;
  const ids = /^\d+$/.test(given)
    ? [Number(given)]
    : [...images.ids({ dataset: id, run: null, q, sort: 'id', descending: false })];
  const rows = images.rows(ids, null);
  const exact = rows.filter(({ path }) => path === given);
  const ending = /^\d+$/.test(given) ? rows : rows.filter(({ path }) => path.endsWith(`/${given}`));
  const [found, ...others] = exact.length > 0 ? exact : ending;
  if (found !== undefined && others.length === 0) return found;
  if (found === undefined)
    throw new FailureError({
      kind: 'not-found',
      message: `"${name}" has no image "${given}".`,
      remedy: 'Give its path within the dataset, as the gallery shows it.',
    });
  throw new FailureError({
    kind: 'invalid',
    message: `${ending.length} images of "${name}" end in "${given}": ${found.path}, ${others[0]?.path ?? ''} …`,
    remedy: 'Give more of the path.',
  });
}

/** @throws FailureError 'not-found' naming the runs that there are. */
export function findRun({ services }: Session, id: number): Run {
  const all = services.runs.list();
  const found = all.find((run) => run.id === id);
  if (found !== undefined) return found;
  const known = all.map((run) => `${run.id} (${run.name})`).join(', ');
  throw new FailureError({
    kind: 'not-found',
    message: `There is no run ${id} in this project.`,
    remedy: all.length === 0 ? 'Train one first: poster-var train.' : `It has ${known}.`,
  });
}

/** The checkpoint's run in the open project: the one that has these very weights, or a new one. */
export async function runOfCheckpoint(session: Session, path: string): Promise<Run> {
  const { engine, runs } = session.services;
  const file = absolute(session, path);
  const { hash } = await engine.inspect(file);
  const known = runs.list().find((run) => run.checkpointHash === hash && run.status === 'done');
  return known ?? runs.importCheckpoint(file);
}

/** File of a run's weights. @throws FailureError 'conflict' while there is none. */
export function checkpointOf({ services }: Session, run: Run): string {
  const file = services.workspace.require().store.runs.checkpoint(run.id);
  if (file !== null) return file;
  throw new FailureError({
    kind: 'conflict',
    message: `Run ${run.id} (${run.name}) has no checkpoint.`,
    remedy: 'A checkpoint is written at the end of each epoch: train it for at least one.',
  });
}
