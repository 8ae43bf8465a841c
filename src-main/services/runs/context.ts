/** What the runs service needs of its surroundings: the open project, the engine, and a way to tell the clients. */
import type { Emit } from '../../../src-shared/contract/client.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { Engine } from '../engine/interface.ts';
import type { Jobs } from '../jobs/interface.ts';
import type { Store } from '../store/interface.ts';

/** The open project; `require` throws FailureError 'conflict' where there is none. */
export interface OpenProject {
  require(): { readonly store: Store; readonly jobs: Jobs };
}

/** One project's store with everything that a job needs until its end, whatever is opened meanwhile. */
export interface RunContext {
  readonly store: Store;
  readonly jobs: Jobs;
  readonly engine: Engine;
  readonly emit: Emit;
}

/** @throws FailureError 'not-found' */
export function requireRun({ store }: Pick<RunContext, 'store'>, run: number): Run {
  const found = store.runs.get(run);
  if (found !== null) return found;
  throw new FailureError({
    kind: 'not-found',
    message: `There is no run ${run} in this project.`,
    remedy: 'Choose one from the list of runs; it may have been deleted.',
  });
}

/** @throws FailureError 'not-found' */
export function requireDataset({ store }: Pick<RunContext, 'store'>, dataset: number): Dataset {
  const found = store.datasets.get(dataset);
  if (found !== null) return found;
  throw new FailureError({
    kind: 'not-found',
    message: `There is no dataset ${dataset} in this project.`,
    remedy: 'Choose one from the list of datasets; it may have been removed.',
  });
}

/** The run's checkpoint file. @throws FailureError 'conflict' while there is none. */
export function requireCheckpoint({ store }: Pick<RunContext, 'store'>, run: Run): string {
  const file = store.runs.checkpoint(run.id);
  if (file !== null) return file;
  throw new FailureError({
    kind: 'conflict',
    message: `The run "${run.name}" has no checkpoint.`,
    remedy: 'A checkpoint is written at the end of each epoch: train it for at least one.',
  });
}

/** Tells the clients what a run is now. */
export function tellRun({ store, emit }: Pick<RunContext, 'store' | 'emit'>, run: number): void {
  const row = store.runs.get(run);
  if (row !== null) emit('run.changed', { run: row });
}
