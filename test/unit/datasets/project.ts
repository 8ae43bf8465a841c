import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventMessage } from '../../../src-shared/contract/events.ts';
import type { Emit } from '../../../src-shared/contract/client.ts';
import type { ImportOrder, ImportReport } from '../../../src-shared/domain/dataset.ts';
import type { Job } from '../../../src-shared/domain/job.ts';
import { Datasets } from '../../../src-main/services/datasets/datasets.ts';
import { Workspace } from '../../../src-main/services/projects/workspace.ts';

/** A project of its own in a temporary folder, with a folder beside it for sources. */
export interface TestProject {
  readonly workspace: Workspace;
  readonly datasets: Datasets;
  readonly events: EventMessage['event'][];
  /** Empty folder for a source. */
  source(): string;
  /** Imports and waits for the end. */
  import(order: ImportOrder): Promise<{ job: Job; report: ImportReport }>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openProject(): Promise<TestProject> {
  const folder = mkdtempSync(join(tmpdir(), 'datasets-'));
  const events: EventMessage['event'][] = [];
  const emit: Emit = (event) => {
    events.push(event);
  };
  const workspace = new Workspace({ home: join(folder, 'home'), door: 'cli', emit });
  await workspace.create(join(folder, 'project'), 'Test');
  const datasets = new Datasets(workspace, emit);
  return {
    workspace,
    datasets,
    events,
    source: () => mkdtempSync(join(folder, 'source-')),
    import: async (order) => {
      const job = await workspace.require().jobs.finished(datasets.startImport(order).job);
      if (job.dataset === null) throw new Error(`The import ended as ${job.status}: ${job.error?.message ?? ''}`);
      return { job, report: datasets.report(job.dataset) };
    },
    [Symbol.asyncDispose]: async () => {
      await workspace.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
