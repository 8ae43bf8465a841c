import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Emit } from '../../../src-shared/contract/client.ts';
import type { Project } from '../../../src-shared/domain/project.ts';
import { runImport } from '../datasets/import.ts';
import type { Engine } from '../engine/interface.ts';
import type { JobContext } from '../jobs/interface.ts';
import { importRun, TrainedHistory } from '../runs/import.ts';
import { predictAndStore } from '../runs/prediction.ts';
import { writeSample } from '../sample/write.ts';
import type { OpenProject, Workspace } from './workspace.ts';

export interface SampleProjectOptions {
  readonly workspace: Pick<Workspace, 'current' | 'require' | 'create' | 'open'>;
  readonly engine: Engine;
  readonly emit: Emit;
  /** The application's own folder: the sample lies in it. */
  readonly home: string;
  /** Holds `tiny.safetensors`, trained on the sample by `npm run train-sample`, and `run.json`, its history. */
  readonly resources: string;
}

/** Faces of the sample, and the seed that its model was trained on. */
export const SAMPLE = { count: 600, seed: 1, name: 'Sample faces' } as const;

/** Set once everything stands; without it, whatever a killed attempt left is thrown away and made again. */
const READY = 'sampleReady';

/** The built-in project: synthetic faces, a trained run, and what it predicts for each of them. */
export class SampleProject {
  readonly #options: SampleProjectOptions;

  constructor(options: SampleProjectOptions) {
    this.#options = options;
  }

  /** Opens the sample. Where it does not stand yet, the job that makes it is named. @throws FailureError as Workspace.open. */
  async open(): Promise<{ project: Project; job: number | null }> {
    const { workspace, home } = this.#options;
    const folder = join(home, 'sample');
    const project = existsSync(join(folder, 'project.sqlite'))
      ? await workspace.open(folder)
      : await workspace.create(folder, SAMPLE.name, { sample: true });
    const open = workspace.require();
    if (open.store.getMeta(READY) === '1') return { project, job: null };
    const running = open.jobs
      .list()
      .find(({ kind, status }) => kind === 'sample' && (status === 'queued' || status === 'running'));
    return { project, job: running?.id ?? this.#start(open) };
  }

  #start(open: OpenProject): number {
    const spec = { kind: 'sample', title: 'Make the sample faces', unit: 'images', lane: 'files' } as const;
    return open.jobs.start(spec, (context) => this.#make(open, context));
  }

  /** Draws, imports and predicts; the three count the same images. */
  async #make(open: OpenProject, context: JobContext): Promise<void> {
    const { store } = open;
    for (const { id } of store.runs.list()) store.runs.remove(id);
    for (const { id } of store.datasets.list()) store.datasets.remove(id);
    const stage = (before: number, text: string) => (done: number) =>
      context.progress(before * SAMPLE.count + done, 3 * SAMPLE.count, text);

    const faces = join(store.folder, 'faces');
    const drawn = stage(0, 'Drawing faces');
    if (!existsSync(faces)) await writeSample(faces, { ...SAMPLE, signal: context.signal, onProgress: drawn });

    const source = {
      source: join(faces, 'labels.csv'),
      format: 'csv',
      mapping: { path: 'path', label: 'label', split: 'split' },
      name: SAMPLE.name,
    } as const;
    const { dataset } = await runImport(store, source, { ...context, progress: stage(1, 'Importing') });
    this.#options.emit('datasets.changed', { dataset });

    await this.#predict(open, dataset, stage(2, 'Predicting'), context.signal);
    store.setMeta(READY, '1');
  }

  async #predict(
    { store, jobs }: OpenProject,
    dataset: number,
    progress: (done: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { engine, emit, resources } = this.#options;
    const runs = { store, jobs, engine, emit };
    const history = TrainedHistory.parse(JSON.parse(await readFile(join(resources, 'run.json'), 'utf8')));
    const run = await importRun(runs, join(resources, 'tiny.safetensors'), history.name, { history, dataset });
    const checkpoint = store.runs.checkpoint(run.id);
    if (checkpoint === null) throw new Error('The imported run has no checkpoint.');
    const files = store.images.files(dataset, null);
    const order = { run: run.id, dataset, checkpoint, files, device: 'cpu' } as const;
    await predictAndStore(runs, order, signal, ({ stored, failed }) => progress(stored + failed));
  }
}
