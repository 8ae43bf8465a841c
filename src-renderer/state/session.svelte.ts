import type { MethodName, Params, Value } from '../../src-shared/contract/methods/index.ts';
import type { Dataset } from '../../src-shared/domain/dataset.ts';
import { SEVEN, type Expression } from '../../src-shared/domain/expression.ts';
import type { Failure, Result } from '../../src-shared/domain/failure.ts';
import type { Job } from '../../src-shared/domain/job.ts';
import type { Project } from '../../src-shared/domain/project.ts';
import { facetValues, withFacet } from '../../src-shared/domain/query/edit.ts';
import type { AutoChoice, Device } from '../../src-shared/domain/device.ts';
import type { Run } from '../../src-shared/domain/run.ts';
import { client, onConnection, onReconnect } from '../api/client.ts';
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
  #auto = $state.raw<readonly AutoChoice[]>([]);
  #ready = $state(false);
  #failures = $state.raw<Readonly<Partial<Record<MethodName, Failure>>>>({});
  /** Lists that are there. */
  readonly #made = new Set<MethodName>();
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
  /** What `auto` takes, a kind of work each; empty before it is known. */
  get auto(): readonly AutoChoice[] {
    return this.#auto;
  }
  /** The first answer has come: before that, nothing is known to be empty. */
  get ready(): boolean {
    return this.#ready;
  }
  /** Why the project's own lists are not there; a list that was there before stays, and then there is none. */
  get failure(): Failure | null {
    return Object.values(this.#failures)[0] ?? null;
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
      if (project?.path !== this.#project?.path) {
        this.#forgetPlace();
        for (const method of ['datasets.list', 'runs.list', 'jobs.list'] as const) this.#made.delete(method);
      }
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
    await Promise.all([
      this.#take('app.info', client.call('app.info', {}), (info) => (this.#info = info)),
      this.#take('project.current', client.call('project.current', {}), (project) => (this.#project = project)),
    ]);
    if (this.#project === null) {
      this.#datasets = [];
      this.#runs = [];
      this.#jobs = [];
      // The lists that failed were those of a project that is closed.
      const { 'datasets.list': _datasets, 'runs.list': _runs, 'jobs.list': _jobs, ...own } = this.#failures;
      this.#failures = own;
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
    return this.chooseAuto('no');
  }

  /** @param measure devices that are not measured yet, all again, or none. @returns why the choice is not known, or null. */
  async chooseAuto(measure: Params<'devices.auto'>['measure']): Promise<Failure | null> {
    const chosen = await client.call('devices.auto', { measure });
    if (!chosen.ok) return chosen.error;
    this.#auto = chosen.value;
    return null;
  }

  async refreshDatasets(): Promise<void> {
    await this.#take('datasets.list', client.call('datasets.list', {}), (datasets) => (this.#datasets = datasets));
  }

  async refreshRuns(): Promise<void> {
    await this.#take(
      'runs.list',
      client.call('runs.list', {}),
      (runs) => (this.#runs = runs.toSorted((a, b) => b.id - a.id)),
    );
  }

  async #refreshJobs(): Promise<void> {
    await this.#take(
      'jobs.list',
      client.call('jobs.list', {}),
      (jobs) => (this.#jobs = jobs.toSorted((a, b) => b.id - a.id)),
    );
  }

  /** A list that is fetched: its first failure says why nothing is there, later ones leave what is. */
  async #take<T>(method: MethodName, work: Promise<Result<T>>, take: (value: T) => void): Promise<void> {
    const result = await work;
    const { [method]: _, ...others } = this.#failures;
    if (result.ok) {
      this.#made.add(method);
      take(result.value);
      this.#failures = others;
    } else if (this.#made.has(method)) {
      notifyFailure(result.error);
    } else {
      this.#failures = { ...others, [method]: result.error };
    }
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
