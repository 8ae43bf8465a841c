import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Emit } from '../../../src-shared/contract/client.ts';
import type { Project } from '../../../src-shared/domain/project.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { runImport } from '../datasets/import.ts';
import type { Engine } from '../engine/interface.ts';
import type { JobContext } from '../jobs/interface.ts';
import { requireCheckpoint, requireRun } from '../runs/context.ts';
import type { RunContext } from '../runs/context.ts';
import { importRun, TrainedHistory } from '../runs/import.ts';
import { predictAndStore } from '../runs/prediction.ts';
import { writeSample } from '../sample/write.ts';
import type { Store } from '../store/interface.ts';
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

/** Set once everything stands; without it, opening the sample makes what is missing. */
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

  /**
   * Draws, imports and predicts; the three count the same images. What an attempt that was killed left behind is kept and only what
   * is missing is made: somebody may have labelled faces of it already.
   */
  async #make(open: OpenProject, context: JobContext): Promise<void> {
    const { store } = open;
    const stage = (before: number, text: string) => (done: number) =>
      context.progress(before * SAMPLE.count + done, 3 * SAMPLE.count, text);

    const faces = join(store.folder, 'faces');
    const drawn = stage(0, 'Drawing faces');
    if (!existsSync(faces)) await writeSample(faces, { ...SAMPLE, signal: context.signal, onProgress: drawn });

    const imported = store.datasets.byName(SAMPLE.name)?.id;
    const dataset = imported ?? (await this.#import(store, faces, { ...context, progress: stage(1, 'Importing') }));

    const run = await this.#model(open, dataset);
    if (run.predictions < SAMPLE.count)
      await this.#predict(open, dataset, run.id, stage(2, 'Predicting'), context.signal);
    store.setMeta(READY, '1');
  }

  async #import(store: Store, faces: string, context: JobContext): Promise<number> {
    const source = {
      source: join(faces, 'labels.csv'),
      format: 'csv',
      mapping: { path: 'path', label: 'label', split: 'split' },
      name: SAMPLE.name,
    } as const;
    const { dataset } = await runImport(store, source, context);
    this.#options.emit('datasets.changed', { dataset });
    return dataset;
  }

  /** The trained run that comes with the workbench, with its curves. */
  async #model(open: OpenProject, dataset: number): Promise<Run> {
    const { resources } = this.#options;
    const history = TrainedHistory.parse(JSON.parse(await readFile(join(resources, 'run.json'), 'utf8')));
    const known = open.store.runs.list().find(({ checkpointHash }) => checkpointHash === history.checkpointHash);
    const runs = this.#context(open);
    return known ?? importRun(runs, join(resources, 'tiny.safetensors'), history.name, { history, dataset });
  }

  async #predict(
    open: OpenProject,
    dataset: number,
    run: number,
    progress: (done: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const runs = this.#context(open);
    const checkpoint = requireCheckpoint(runs, requireRun(runs, run));
    const files = open.store.images.files(dataset, null);
    const order = { run, dataset, checkpoint, files, device: 'cpu' } as const;
    await predictAndStore(runs, order, signal, ({ stored, failed }) => progress(stored + failed));
  }

  #context({ store, jobs }: OpenProject): RunContext {
    return { store, jobs, engine: this.#options.engine, emit: this.#options.emit };
  }
}
