import type { EpochDynamics, TrainingDynamics } from '../../../src-shared/domain/dynamics.ts';
import { Failure } from '../../../src-shared/domain/failure.ts';
import { BestEpoch, Run, TrainSettings, type EpochMetrics, type RunMetrics } from '../../../src-shared/domain/run.ts';
import { Curves } from './curves.ts';
import type { Database, Statement } from './database.ts';
import { Dynamics } from './dynamics.ts';
import type { NewPrediction, RunPatch, RunTable, StoredPrediction } from './interface.ts';
import { Classes, jsonOrNull, parseColumn, parseOptional } from './json.ts';
import { LeftRuns } from './left-runs.ts';
import { pairedPredictions } from './paired.ts';
import type { Places } from './places.ts';
import type { Predictions } from './predictions.ts';

const Notes = Run.shape.notes;

/** Columns as stored; those that are the same word in Run are taken over as they are. */
interface RunRecord extends Pick<
  Run,
  'id' | 'name' | 'kind' | 'status' | 'dataset' | 'size' | 'device' | 'epoch' | 'epochs' | 'predictions'
> {
  dataset_name: string | null;
  classes: string;
  vich: number;
  layer_embedding: number;
  train_split: string | null;
  val_split: string | null;
  settings: string | null;
  best: string | null;
  checkpoint_hash: string | null;
  process_seconds: number;
  error: string | null;
  notes: string;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  version: number | null;
  version_name: string | null;
  version_hash: string | null;
}

const SELECT = `
  SELECT id, name, kind, status, dataset, dataset_name, size, classes, vich, layer_embedding, train_split, val_split, settings,
    device, epoch, epochs, best, checkpoint_hash, process_seconds, predictions, error, notes, created_at, started_at, ended_at,
    version, version_name, version_hash
  FROM runs`;

function toRun(record: RunRecord): Run {
  return {
    id: record.id,
    name: record.name,
    kind: record.kind,
    status: record.status,
    dataset: record.dataset,
    datasetName: record.dataset_name,
    version:
      record.version_name === null
        ? null
        : { id: record.version, name: record.version_name, contentHash: record.version_hash ?? '' },
    size: record.size,
    classes: parseColumn(Classes, record.classes),
    vich: record.vich === 1,
    layerEmbedding: record.layer_embedding === 1,
    trainSplit: record.train_split,
    valSplit: record.val_split,
    settings: parseOptional(TrainSettings, record.settings),
    device: record.device,
    epoch: record.epoch,
    epochs: record.epochs,
    best: parseOptional(BestEpoch, record.best),
    checkpointHash: record.checkpoint_hash,
    processSeconds: record.process_seconds,
    predictions: record.predictions,
    error: parseOptional(Failure, record.error),
    notes: parseColumn(Notes, record.notes),
    createdAt: record.created_at,
    startedAt: record.started_at,
    endedAt: record.ended_at,
  };
}

/** What a patch sets, as columns in a fixed order of writing; undefined leaves a column as it is. */
function columnsOf(patch: RunPatch, places: Places): [string, string | number | null | undefined][] {
  const json = (value: unknown): string | null | undefined => (value === undefined ? undefined : jsonOrNull(value));
  return [
    ['name', patch.name],
    ['status', patch.status],
    ['device', patch.device],
    ['epoch', patch.epoch],
    ['best', json(patch.best)],
    ['checkpoint', patch.checkpoint === undefined ? undefined : places.store(patch.checkpoint)],
    ['checkpoint_hash', patch.checkpointHash],
    ['steps_per_epoch', patch.stepsPerEpoch],
    ['process_seconds', patch.processSeconds],
    ['error', json(patch.error)],
    ['notes', json(patch.notes)],
    ['started_at', patch.startedAt],
    ['ended_at', patch.endedAt],
  ];
}

/** Runs with their settings, their measurements a step and an epoch, and what they predicted. */
export class Runs implements RunTable {
  readonly #database: Database;
  readonly #places: Places;
  readonly #predictions: Predictions;
  readonly #curves: Curves;
  readonly #dynamics: Dynamics;
  readonly #left: LeftRuns;
  readonly #get: Statement<[number], RunRecord>;

  constructor(database: Database, places: Places, predictions: Predictions) {
    this.#database = database;
    this.#places = places;
    this.#predictions = predictions;
    this.#curves = new Curves(database);
    this.#dynamics = new Dynamics(database);
    this.#left = new LeftRuns(database);
    this.#get = database.prepare(`${SELECT} WHERE id = ?`);
  }

  list(): Run[] {
    return this.#database.read(() =>
      this.#database.prepare<[], RunRecord>(`${SELECT} ORDER BY id DESC`).all().map(toRun),
    );
  }

  get(run: number): Run | null {
    const record = this.#database.read(() => this.#get.get(run));
    return record ? toRun(record) : null;
  }

  insert(run: Parameters<RunTable['insert']>[0]): number {
    return this.#database.write(() => {
      const { lastInsertRowid } = this.#database
        .prepare<[Record<string, string | number | null>]>(
          `INSERT INTO runs (name, kind, status, dataset, dataset_name, size, classes, vich, layer_embedding, train_split,
             val_split, settings, device, epochs, created_at, version, version_name, version_hash, label_position)
           VALUES (:name, :kind, :status, :dataset, (SELECT name FROM datasets WHERE id = :dataset), :size, :classes, :vich,
             :layerEmbedding, :trainSplit, :valSplit, :settings, :device, :epochs, :createdAt,
             :version, (SELECT name FROM versions WHERE id = :version), (SELECT content_hash FROM versions WHERE id = :version),
             CASE :kind WHEN 'trained' THEN coalesce((SELECT point FROM versions WHERE id = :version),
               (SELECT coalesce(max(id), 0) FROM annotations)) END)`,
        )
        .run({
          ...run,
          version: run.version?.id ?? null,
          classes: JSON.stringify(run.classes),
          vich: Number(run.vich),
          layerEmbedding: Number(run.layerEmbedding),
          settings: jsonOrNull(run.settings),
          createdAt: new Date().toISOString(),
        });
      return Number(lastInsertRowid);
    });
  }

  update(run: number, patch: RunPatch): void {
    const set = columnsOf(patch, this.#places).filter(([, value]) => value !== undefined);
    if (set.length === 0) return;
    this.#database.write(() => {
      const columns = set.map(([column]) => `${column} = ?`).join(', ');
      this.#database
        .prepare<(string | number | null)[]>(`UPDATE runs SET ${columns} WHERE id = ?`)
        .run(...set.map(([, value]) => value ?? null), run);
    });
  }

  remove(run: number): void {
    this.#database.write(() => this.#database.prepare<[number]>('DELETE FROM runs WHERE id = ?').run(run));
  }

  checkpoint(run: number): string | null {
    const stored = this.#database.read(() =>
      this.#database.prepare<[number], string | null>('SELECT checkpoint FROM runs WHERE id = ?').pluck().get(run),
    );
    return typeof stored === 'string' ? this.#places.resolve(stored) : null;
  }

  labelPosition(run: number): number | null {
    const found = this.#database.read(() =>
      this.#database.prepare<[number], number | null>('SELECT label_position FROM runs WHERE id = ?').pluck().get(run),
    );
    return found ?? null;
  }

  appendSteps(run: number, first: number, loss: Float32Array): void {
    this.#database.write(() => this.#curves.append(run, first, loss));
  }

  setTrainingImages(run: number, images: Int32Array, labels: Uint8Array): void {
    this.#database.write(() => this.#dynamics.putImages(run, images, labels));
  }

  addEpoch(run: number, metrics: EpochMetrics, dynamics?: EpochDynamics): void {
    this.#database.write(() => {
      this.#curves.addEpoch(run, metrics);
      if (dynamics) this.#dynamics.putEpoch(run, metrics.epoch, dynamics);
    });
  }

  dynamics(run: number): TrainingDynamics | null {
    return this.#database.read(() => this.#dynamics.read(run));
  }

  metrics(run: number): RunMetrics {
    return this.#database.read(() => this.#curves.read(run));
  }

  putPredictions(run: number, rows: readonly NewPrediction[]): void {
    const record = this.get(run);
    if (record === null) throw new Error(`There is no run ${run}.`);
    this.#database.write(() => this.#predictions.put(run, record.classes, rows));
  }

  predictions(run: number, dataset: number, split: string | null): StoredPrediction[] {
    return this.#database.read(() => this.#predictions.list(run, dataset, split));
  }

  stale(run: number, dataset: number, split: string | null): number[] {
    return this.#database.read(() => this.#predictions.stale(run, dataset, split));
  }

  paired(baseline: number, run: number, dataset: number, split: string | null): ReturnType<RunTable['paired']> {
    return this.#database.read(() => pairedPredictions(this.#database, { baseline, run, dataset, split }));
  }

  predictionsOf(run: number, ids: readonly number[]): StoredPrediction[] {
    return this.#database.read(() => this.#predictions.listOf(run, ids));
  }

  interrupt(): void {
    this.#database.write(() => this.#left.note());
  }

  left(): number[] {
    return this.#database.read(() => this.#left.list());
  }

  forgetLeft(): void {
    this.#database.write(() => this.#left.forget());
  }
}
