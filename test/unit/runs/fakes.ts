import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SEVEN } from '../../../src-shared/domain/expression.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { FailureError, toFailure } from '../../../src-shared/domain/failure.ts';
import type { Job, StopReason } from '../../../src-shared/domain/job.ts';
import { TrainSettings } from '../../../src-shared/domain/run.ts';
import type { Engine, TrainingEvent, TrainingPlan } from '../../../src-main/services/engine/interface.ts';
import type { JobContext, JobSpec, Jobs } from '../../../src-main/services/jobs/interface.ts';
import type { NewImage, Store } from '../../../src-main/services/store/interface.ts';

/** Jobs of the test: one after another, nothing measured, nothing stored. */
export class PlainJobs implements Jobs {
  readonly #jobs = new Map<number, Job>();
  readonly #aborts = new Map<number, AbortController>();
  readonly #ends = new Map<number, Promise<void>>();
  #queue: Promise<void> = Promise.resolve();

  start(spec: JobSpec, body: (context: JobContext) => Promise<void>): number {
    const id = this.#jobs.size + 1;
    const abort = new AbortController();
    const job: Job = {
      ...{ id, kind: spec.kind, title: spec.title, status: 'queued', done: 0, total: 0, unit: spec.unit, rate: null },
      ...{ etaSeconds: null, text: '', run: spec.run ?? null, dataset: spec.dataset ?? null, error: null },
      ...{ createdAt: '', startedAt: null, endedAt: null },
    };
    this.#jobs.set(id, job);
    this.#aborts.set(id, abort);
    const run = async (): Promise<void> => {
      if (abort.signal.aborted) return;
      job.status = 'running';
      const progress: JobContext['progress'] = (done, total, text = '') => Object.assign(job, { done, total, text });
      try {
        await body({ id, signal: abort.signal, progress, link: (to) => Object.assign(job, to) });
        job.status = 'done';
      } catch (thrown) {
        job.error = toFailure(thrown);
        job.status = job.error.kind === 'cancelled' ? 'cancelled' : 'failed';
      }
    };
    this.#queue = this.#queue.then(run);
    this.#ends.set(id, this.#queue);
    return id;
  }
  list(): Job[] {
    return [...this.#jobs.values()];
  }
  get(job: number): Job | null {
    return this.#jobs.get(job) ?? null;
  }
  cancel(job: number, reason: StopReason = 'keep'): boolean {
    const found = this.#jobs.get(job);
    if (found?.status === 'queued') found.status = reason === 'pause' ? 'paused' : 'cancelled';
    this.#aborts.get(job)?.abort(reason);
    return found !== undefined;
  }
  async finished(job: number): Promise<Job> {
    await this.#ends.get(job);
    const found = this.#jobs.get(job);
    if (found === undefined) throw new Error(`There is no job ${job}.`);
    return found;
  }
  shutdown(): Promise<void> {
    return this.#queue;
  }
}

/** An engine of the test: trains by script, predicts a class by the file's name ("happy-3.png" is happy). */
export class ScriptedEngine implements Engine {
  readonly plans: TrainingPlan[] = [];
  /** Validation accuracy by epoch; an error ends the training there. */
  script: (number | Error)[] = [0.5, 0.75, 0.6];
  /** Called before each epoch's events. */
  beforeEpoch: (epoch: number) => void | Promise<void> = () => undefined;

  devices: Engine['devices'] = () => Promise.resolve([]);
  inspect: Engine['inspect'] = () =>
    Promise.resolve({
      ...{ size: 'tiny', classes: SEVEN, vich: true, layerEmbedding: true, parameters: 1, tensors: 1, hash: 'abc' },
    });
  examine: Engine['examine'] = () => Promise.reject(new Error('The script has no foreign files.'));
  adopt: Engine['adopt'] = () => this.inspect('');
  exportModel: Engine['exportModel'] = () => Promise.reject(new Error('The script exports nothing.'));
  initialise: Engine['initialise'] = () => this.inspect('');
  close: Engine['close'] = () => Promise.resolve();

  predict: Engine['predict'] = async ({ files }, onBatch) => {
    for (const { id, file } of files) {
      const name = /([a-z]+)-\d+\.png$/.exec(file)?.[1] ?? '';
      const mu = Float32Array.from(SEVEN, (expression) => (expression === name ? 2 : 0));
      if (name === 'gone')
        await onBatch({ ids: [], mu: new Float32Array(), logvar: null, failed: [{ id, reason: 'x' }] });
      else await onBatch({ ids: [id], mu, logvar: new Float32Array(7), failed: [] });
    }
  };

  features: Engine['features'] = () => Promise.reject(new Error('not scripted'));
  rangeTest: Engine['rangeTest'] = () => Promise.reject(new Error('not scripted'));
  measureBatch: Engine['measureBatch'] = () => Promise.reject(new Error('not scripted'));
  auto: Engine['auto'] = () => Promise.resolve([]);
  benchmark: Engine['benchmark'] = () => Promise.reject(new Error('not scripted'));
  augmented: Engine['augmented'] = () => Promise.reject(new Error('not scripted'));
  trainHead: Engine['trainHead'] = () => Promise.reject(new Error('not scripted'));

  readonly explained: Parameters<Engine['explain']>[0][] = [];
  explain: Engine['explain'] = (request) => {
    this.explained.push(request);
    return Promise.resolve({
      mu: new Float32Array(7),
      logvar: new Float32Array(7),
      cams: Float32Array.from({ length: 28 }, (_, index) => (index < 4 ? index : 5)),
      ...{ height: 2, width: 2, landmarks: null },
    });
  };

  train: Engine['train'] = async (plan, onEvent, signal) => {
    this.plans.push(plan);
    const tell = (event: TrainingEvent): void => void onEvent(event);
    tell({ kind: 'started', device: 'cpu', stepsPerEpoch: 2, totalSteps: 2 * this.script.length, done: 0 });
    let best = { metric: 'accuracy' as const, value: -1, epoch: 0 };
    for (const [index, accuracy] of this.script.entries()) {
      const epoch = index + 1;
      await this.beforeEpoch(epoch);
      if (signal.aborted) throw new FailureError({ kind: 'cancelled', message: 'Stopped.', remedy: '' });
      if (accuracy instanceof Error) throw accuracy;
      tell({ kind: 'steps', first: 2 * index + 1, loss: Float32Array.of(2, 1), processSeconds: epoch });
      const better = accuracy > best.value;
      if (better) best = { metric: 'accuracy', value: accuracy, epoch };
      const metrics = {
        ...{ epoch, learningRate: 0.1, trainLoss: 1.5, trainAccuracy: 0.4, valLoss: 1.2, valAccuracy: accuracy },
        ...{ valBalancedAccuracy: 0.5, valMacroF1: 0.4, meanSigma: 0.3, waitSeconds: 0.1, processSeconds: epoch },
      };
      const seen = (value: number): Float32Array => new Float32Array(plan.train.length).fill(value);
      const predicted = Uint8Array.from(plan.train, ({ label }) => label);
      const dynamics = { loss: seen(1 / epoch), margin: seen(epoch), predicted };
      tell({ kind: 'epoch', metrics, best: better, bestHash: `hash of ${best.epoch}`, dynamics });
    }
    const checkpoint = join(plan.folder, 'best.safetensors');
    return { epochs: this.script.length, best, checkpoint, hash: `hash of ${best.epoch}`, processSeconds: 9 };
  };
}

export const SETTINGS = TrainSettings.parse({
  ...{ preset: 'quick', size: 'tiny', vich: true, layerEmbedding: true, frozenBackboneBatchNorm: 'batch' },
  ...{ vichKl: 'paper', lambda: 0.01, epochs: 3, batch: 4, learningRate: 0.1, weightDecay: 0, gamma: 1 },
  labelSmoothing: 0,
  augmentation: { horizontalFlip: true, colorJitter: 0, rotation: 0, cropPadding: 0, randomErasing: 0 },
  seed: 1,
});

/** One image of a dataset; `shown` is the class that the scripted engine will predict. */
export interface Face {
  readonly split: string;
  readonly label: Expression | null;
  readonly shown: Expression | 'gone';
  readonly broken?: boolean;
}

/** Adds a dataset to a store; returns its id and the images' ids in order. */
export function addDataset(store: Store, name: string, faces: readonly Face[]): { dataset: number; images: number[] } {
  const dataset = store.datasets.insert({ name, root: store.folder, format: 'folders' });
  const rows = faces.map(({ split, label, shown, broken = false }, index): NewImage => {
    const path = `${shown}-${index}.png`;
    writeFileSync(join(store.folder, path), '');
    return {
      ...{
        path,
        split,
        status: broken ? 'broken' : 'ok',
        reason: broken ? 'torn' : null,
        label,
        rawLabel: label ?? '',
      },
      ...{ width: 48, height: 48, bytes: 10, contentHash: `${name}-${index}`, perceptualHash: '' },
      ...{ votes: null, soft: null, box: null, attributes: null },
    };
  });
  const images = store.datasets.insertImages(dataset, rows);
  const count = (of: (face: Face) => string): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const face of faces) counts[of(face)] = (counts[of(face)] ?? 0) + 1;
    return counts;
  };
  store.datasets.finish(dataset, {
    ...{ dataset, name, images: faces.length, broken: faces.filter((face) => face.broken).length, duplicates: 0 },
    ...{ unlabelled: 0, classes: count((face) => face.label ?? ''), splits: count((face) => face.split) },
    ...{ problems: [], problemCount: 0, seconds: 1 },
    ...{ excluded: 0, format: 'folders', reason: '', choices: {} },
  });
  return { dataset, images };
}
