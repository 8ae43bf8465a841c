import type { Value } from '../../src-shared/contract/methods/index.ts';
import type { Dataset } from '../../src-shared/domain/dataset.ts';
import { SEVEN, type Expression } from '../../src-shared/domain/expression.ts';
import type { Failure } from '../../src-shared/domain/failure.ts';
import type { Job } from '../../src-shared/domain/job.ts';
import type { Project } from '../../src-shared/domain/project.ts';
import { facetValues, withFacet } from '../../src-shared/domain/query/edit.ts';
import type { Device } from '../../src-shared/domain/device.ts';
import type { Run } from '../../src-shared/domain/run.ts';
import { client, onConnection, onReconnect } from '../api/client.ts';
import { call } from './call.ts';
import { notifyFailure } from './notices.svelte.ts';
import { router } from './router.svelte.ts';

export type AppInfo = Value<'app.info'>;

function replaced<T extends { id: number }>(list: readonly T[], item: T): T[] {
  const at = list.findIndex((one) => one.id === item.id);
  return at < 0 ? [...list, item] : list.with(at, item);
}

/** The open project with its datasets, runs and jobs, kept fresh by events; and which of them one looks at (from the address). */
class Session {
  #info = $state.raw<AppInfo | null>(null);
  #project = $state.raw<Project | null>(null);
  #datasets = $state.raw<Dataset[]>([]);
  #runs = $state.raw<Run[]>([]);
  #jobs = $state.raw<Job[]>([]);
  #devices = $state.raw<Device[]>([]);
  #ready = $state(false);
  #connected = $state(true);

  get info(): AppInfo | null {
    return this.#info;
  }
  get project(): Project | null {
    return this.#project;
  }
  get datasets(): Dataset[] {
    return this.#datasets;
  }
  /** Newest first. */
  get runs(): Run[] {
    return this.#runs;
  }
  /** Newest first. */
  get jobs(): Job[] {
    return this.#jobs;
  }
  get devices(): Device[] {
    return this.#devices;
  }
  /** The first answer has come: before that, nothing is known to be empty. */
  get ready(): boolean {
    return this.#ready;
  }
  get connected(): boolean {
    return this.#connected;
  }
  get activeJobs(): Job[] {
    return this.#jobs.filter((job) => job.status === 'running' || job.status === 'queued');
  }

  /** The dataset one looks at: the address's, else the first that has images. */
  get dataset(): Dataset | null {
    const wanted = router.id('ds');
    const named = this.#datasets.find((one) => one.id === wanted);
    return named ?? this.#datasets.find((one) => one.images > 0) ?? this.#datasets[0] ?? null;
  }

  /** The run whose predictions one looks at: the address's, else the newest with predictions, trained on this dataset first. */
  get run(): Run | null {
    if (router.param('run') === 'none') return null;
    const named = this.#runs.find((one) => one.id === router.id('run'));
    if (named !== undefined) return named;
    const useful = this.#runs.filter((one) => one.predictions > 0);
    return useful.find((one) => one.dataset === this.dataset?.id) ?? useful[0] ?? null;
  }

  get query(): string {
    return router.param('q') ?? '';
  }

  /** The one split that the query asks for, or null for all (or several). */
  get split(): string | null {
    const values = facetValues(this.query, 'split');
    return values.length === 1 ? (values[0] ?? null) : null;
  }

  /** Classes that labels can take in this dataset: its own, or the run's, or the basic seven. */
  get classes(): readonly Expression[] {
    const own = this.dataset?.classes ?? [];
    const eight = own.includes('contempt') || (this.run?.classes.includes('contempt') ?? false);
    return eight ? [...SEVEN, 'contempt'] : SEVEN;
  }

  chooseDataset(id: number): void {
    router.set({ ds: id, focus: null, run: null });
  }
  chooseRun(id: number | null): void {
    router.set({ run: id ?? 'none' });
  }
  chooseSplit(split: string | null): void {
    router.set({ q: withFacet(this.query, 'split', split === null ? [] : [split]) });
  }

  /** Subscribes to events and fetches everything; once, at the start of the page. */
  async start(): Promise<void> {
    client.on('project.changed', ({ project }) => {
      if (project?.path !== this.#project?.path) this.#forgetPlace();
      this.#project = project;
      void this.refresh();
    });
    client.on('datasets.changed', () => void this.refreshDatasets());
    client.on('labels.changed', () => this.#refreshDatasetsSoon());
    client.on('job.changed', ({ job }) => (this.#jobs = replaced(this.#jobs, job).sort((a, b) => b.id - a.id)));
    client.on('run.changed', ({ run }) => (this.#runs = replaced(this.#runs, run).sort((a, b) => b.id - a.id)));
    client.on('run.removed', ({ run }) => {
      this.#runs = this.#runs.filter((one) => one.id !== run);
      if (router.id('run') === run) router.set({ run: null }, { replace: true });
    });
    client.on('predictions.changed', () => void this.refreshRuns());
    onReconnect(() => void this.refresh());
    onConnection((connected) => (this.#connected = connected));
    await this.refresh();
  }

  /** Fetches everything again. */
  async refresh(): Promise<void> {
    const [info, project] = await Promise.all([call('app.info', {}), call('project.current', {})]);
    if (info !== null) this.#info = info;
    this.#project = project;
    if (project === null) {
      this.#datasets = [];
      this.#runs = [];
      this.#jobs = [];
    } else {
      await Promise.all([this.refreshDatasets(), this.refreshRuns(), this.#refreshJobs()]);
    }
    this.#ready = true;
    // Probing devices starts the engine process: nothing on the first screen waits for it.
    if (this.#devices.length === 0) {
      const failure = await this.refreshDevices();
      if (failure !== null) notifyFailure(failure);
    }
  }

  /** @param again tries each device anew. @returns why the list could not be made, or null. */
  async refreshDevices(again = false): Promise<Failure | null> {
    const found = await client.call('devices.list', again ? { refresh: true } : {});
    if (!found.ok) return found.error;
    this.#devices = found.value;
    return null;
  }

  async refreshDatasets(): Promise<void> {
    this.#datasets = (await call('datasets.list', {})) ?? this.#datasets;
  }

  async refreshRuns(): Promise<void> {
    const runs = await call('runs.list', {});
    if (runs !== null) this.#runs = runs.toSorted((a, b) => b.id - a.id);
  }

  async #refreshJobs(): Promise<void> {
    const jobs = await call('jobs.list', {});
    if (jobs !== null) this.#jobs = jobs.toSorted((a, b) => b.id - a.id);
  }

  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Counts of reviewed and unlabelled images follow labelling, but not at every key. */
  #refreshDatasetsSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refreshDatasets(), 500);
  }

  /** Row ids mean nothing in another project. */
  /** Nothing of the project that was open is asked of the one that is open now. */
  #forgetPlace(): void {
    [this.#datasets, this.#runs, this.#jobs] = [[], [], []];
    this.#ready = false;
    router.set({ ds: null, run: null, q: null, focus: null, sort: null, open: null }, { replace: true });
  }
}

export const session = new Session();
