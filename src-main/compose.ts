/** The one place that builds services. Every door gets the same ones. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { accountName } from './home.ts';
import { Benchmarks } from './services/benchmarks/benchmarks.ts';
import { Datasets } from './services/datasets/datasets.ts';
import { Duplicates } from './services/duplicates/duplicates.ts';
import { createEngine, type SpawnEngine } from './services/engine/client.ts';
import type { Engine } from './services/engine/interface.ts';
import { Evaluations } from './services/evaluation/evaluations.ts';
import { Exports } from './services/exports/exports.ts';
import { Figures } from './services/figures/figures.ts';
import { Gallery } from './services/images/gallery.ts';
import { Media } from './services/images/media.ts';
import { Slices } from './services/images/slices.ts';
import { History } from './services/labels/history.ts';
import { Labels } from './services/labels/labels.ts';
import { Team } from './services/labels/team.ts';
import type { Door } from './services/projects/lock.ts';
import { SampleProject } from './services/projects/sample-project.ts';
import { Storage } from './services/projects/storage.ts';
import { Workspace } from './services/projects/workspace.ts';
import { Queries } from './services/queries/queries.ts';
import { Queues } from './services/queues/queues.ts';
import { Models } from './services/models/models.ts';
import { Passports } from './services/passports/passports.ts';
import { Presets } from './services/runs/own-presets.ts';
import { Runs } from './services/runs/runs.ts';
import { Suites } from './services/suites/suites.ts';
import { Trials } from './services/suites/trials.ts';
import { Similar } from './services/similar/similar.ts';
import { Statistics } from './services/statistics/statistics.ts';
import { Versions } from './services/versions/versions.ts';
import { Tensorflow } from './services/tensorflow/tensorflow.ts';
import { EventBus } from './transport/bus.ts';

export interface ComposeOptions {
  /** The application's own folder; made where it is missing. */
  readonly home: string;
  readonly door: Door;
  /** The repository's `resources`; by default beside these sources. A bundle lies elsewhere and says where. */
  readonly resources?: string;
  readonly annotator?: string;
  /** How the engine process is started; by default as a child of this Node process. */
  readonly engineSpawn?: SpawnEngine;
  /** Entry of the statistics thread; by default from these sources. */
  readonly statisticsThread?: string;
  /** Entry of the query thread, likewise. */
  readonly queryThread?: string;
  /** Hold values and events against the contract: for development and tests. */
  readonly checked?: boolean;
}

/** What a class offers to others: its private fields left out, so that a test can stand in for it. */
type Offered<T> = Pick<T, keyof T>;

export interface Services {
  readonly home: string;
  readonly annotator: string;
  readonly checked: boolean;
  readonly events: Offered<EventBus>;
  readonly engine: Engine;
  readonly workspace: Offered<Workspace>;
  readonly storage: Offered<Storage>;
  readonly datasets: Offered<Datasets>;
  readonly exports: Offered<Exports>;
  readonly duplicates: Offered<Duplicates>;
  readonly figures: Offered<Figures>;
  readonly gallery: Offered<Gallery>;
  readonly media: Offered<Media>;
  readonly labels: Offered<Labels>;
  readonly history: Offered<History>;
  readonly team: Offered<Team>;
  readonly versions: Offered<Versions>;
  readonly slices: Offered<Slices>;
  readonly queues: Offered<Queues>;
  readonly presets: Offered<Presets>;
  readonly runs: Offered<Runs>;
  readonly passports: Offered<Passports>;
  readonly suites: Offered<Suites>;
  readonly trials: Offered<Trials>;
  readonly similar: Offered<Similar>;
  readonly models: Offered<Models>;
  readonly evaluations: Offered<Evaluations>;
  readonly benchmarks: Offered<Benchmarks>;
  readonly tensorflow: Offered<Tensorflow>;
  readonly sample: Offered<SampleProject>;
  /** Cancels jobs, ends the engine, closes the project: nothing is left behind. */
  close(): Promise<void>;
}

/** What a job is given to stop by itself before its engine process is ended. */
const PATIENCE_MS = 5_000;

function isCheckedByDefault(): boolean {
  return process.env['NODE_ENV'] === 'test' || process.env['NODE_ENV'] === 'development';
}

export function composeServices(options: ComposeOptions): Services {
  const { home, door, annotator = accountName(), engineSpawn, checked = isCheckedByDefault() } = options;
  const { resources = join(import.meta.dirname, '..', 'resources') } = options;
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const events = new EventBus(checked);
  const { emit } = events;
  const engine = createEngine({ spawn: engineSpawn, home });
  const queries = new Queries(options.queryThread);
  // Looking through all features takes longer than any facet may wait.
  const lookups = new Queries(options.queryThread);
  const workspace = new Workspace({
    home,
    door,
    emit,
    beforeClose: async () => void (await Promise.all([queries.release(), lookups.release()])),
  });
  const datasets = new Datasets(workspace, emit);
  const gallery = new Gallery(workspace, queries);
  const labels = new Labels(workspace, gallery, emit, annotator);
  const presets = new Presets(home);
  const runs = new Runs(workspace, engine, emit, () => presets.list().presets);
  const statistics = new Statistics(options.statisticsThread);
  return {
    home,
    annotator,
    checked,
    events,
    engine,
    workspace,
    storage: new Storage(workspace, home),
    datasets,
    exports: new Exports(workspace, queries),
    figures: new Figures(workspace, runs),
    gallery,
    media: new Media(workspace, datasets),
    labels,
    history: new History(workspace, queries),
    duplicates: new Duplicates(workspace, labels),
    team: new Team(workspace, labels, queries),
    versions: new Versions(workspace, emit, annotator, queries),
    queues: new Queues(workspace, gallery, { engine, emit, queries }),
    slices: new Slices(workspace, emit),
    presets,
    runs,
    passports: new Passports(workspace),
    suites: new Suites(workspace, runs, emit),
    trials: new Trials(workspace, runs, engine, emit),
    similar: new Similar(workspace, engine, lookups),
    models: new Models(workspace, engine, emit, join(resources, 'python')),
    evaluations: new Evaluations(workspace, statistics, queries),
    benchmarks: new Benchmarks(workspace, engine, home),
    tensorflow: new Tensorflow({
      home,
      devices: () => engine.devices({ refresh: true }),
      jobs: () => workspace.require().jobs,
    }),
    sample: new SampleProject({ workspace, engine, emit, home, resources: join(resources, 'sample') }),
    close: async () => {
      const impatience = setTimeout(() => void engine.close(), PATIENCE_MS);
      await workspace.close();
      clearTimeout(impatience);
      await Promise.all([engine.close(), statistics.close(), queries.close(), lookups.close()]);
    },
  };
}
