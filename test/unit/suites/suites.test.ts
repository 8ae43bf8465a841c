import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { TrialRequest } from '../../../src-shared/domain/trial.ts';
import { ablationRows } from '../../../src-shared/metrics/ablation.ts';
import { Runs } from '../../../src-main/services/runs/runs.ts';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { createStore, openStore } from '../../../src-main/services/store/store.ts';
import { Suites } from '../../../src-main/services/suites/suites.ts';
import { Trials } from '../../../src-main/services/suites/trials.ts';
import { PlainJobs, SETTINGS, ScriptedEngine, addDataset } from '../runs/fakes.ts';

let folder: string;
let store: Store;
let jobs: PlainJobs;
let engine: ScriptedEngine;
let runs: Runs;
let suites: Suites;
let dataset: number;
const project = { require: () => ({ store, jobs }) };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'poster-var-suites-'));
  store = createStore(folder, 'Test');
  jobs = new PlainJobs();
  engine = new ScriptedEngine();
  runs = new Runs(project, engine, () => undefined);
  suites = new Suites(project, runs, () => undefined);
  ({ dataset } = addDataset(store, 'faces', [
    { split: 'train', label: 'happy', shown: 'happy' },
    { split: 'train', label: 'sad', shown: 'sad' },
    { split: 'val', label: 'happy', shown: 'happy' },
  ]));
});
afterEach(async () => {
  await settled();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** All jobs have ended, and what follows from their ends is stored. */
async function settled(): Promise<void> {
  await jobs.shutdown();
  await new Promise(setImmediate);
}

const request = () => ({
  dataset,
  trainSplit: 'train',
  valSplit: 'val',
  device: 'auto' as const,
  settings: { ...SETTINGS, seed: 7 },
});

async function failureOf(promise: Promise<unknown>) {
  const thrown: unknown = await promise.catch((cause: unknown) => cause);
  if (thrown instanceof FailureError) return thrown.failure;
  throw new Error(`No failure: ${String(thrown)}`);
}

describe('an ablation', () => {
  it('queues every variant with every seed, seed after seed, and fills its table', async () => {
    const suite = await suites.start({ request: request(), seeds: 2 });
    expect(suite).toMatchObject({ name: 'Ablation of quick 1', seeds: [7, 8] });
    expect(suite.runs.map(({ variant, seed }) => `${variant} ${seed}`)).toEqual([
      ...['full 7', 'no-embedding 7', 'no-vich 7', 'baseline 7'],
      ...['full 8', 'no-embedding 8', 'no-vich 8', 'baseline 8'],
    ]);
    await settled();
    const switches = engine.plans.map(({ settings: { vich, layerEmbedding, seed } }) => [vich, layerEmbedding, seed]);
    expect(switches.slice(0, 5)).toEqual([
      [true, true, 7],
      [true, false, 7],
      [false, true, 7],
      [false, false, 7],
      [true, true, 8],
    ]);
    const rows = ablationRows(suites.require(suite.id), runs.list());
    expect(rows.map(({ mean }) => mean)).toEqual([0.75, 0.75, 0.75, 0.75]);
    expect((await suites.start({ request: request(), seeds: 1, variants: ['full'] })).name).toBe('Ablation of quick 2');
  });

  it('goes on after a restart with what was unfinished, and starts again what was removed', async () => {
    let trained = 0;
    engine.beforeEpoch = (epoch) => {
      if (epoch === 1) trained += 1;
      // The third run never ends by itself: the application goes down under it.
      if (trained === 3) throw new FailureError({ kind: 'lost', message: 'gone', remedy: '' });
    };
    const suite = await suites.start({ request: request(), seeds: 1 });
    await settled();
    const [first] = suite.runs;
    await runs.remove(first?.run ?? 0);
    store.close();
    store = openStore(folder);
    store.runs.interrupt();
    const found = suites.require(suite.id);
    expect(found.runs).toHaveLength(3);
    expect(runs.list().find(({ id }) => id === suite.runs[2]?.run)?.status).toBe('interrupted');

    engine.beforeEpoch = () => undefined;
    expect(await suites.resume(suite.id)).toEqual({ queued: 2 });
    await settled();
    const rows = ablationRows(suites.require(suite.id), runs.list());
    expect(rows.map(({ mean }) => mean)).toEqual([0.75, 0.75, 0.75, 0.75]);
    expect(await suites.resume(suite.id)).toEqual({ queued: 0 });
  });

  it('stops, and is forgotten without its runs', async () => {
    engine.beforeEpoch = () => new Promise((resolve) => void setImmediate(resolve));
    const suite = await suites.start({ request: request(), seeds: 3 });
    await suites.stop(suite.id);
    await settled();
    expect(runs.list().every(({ status }) => status === 'cancelled')).toBe(true);
    suites.remove(suite.id);
    expect(suites.list()).toEqual([]);
    expect(runs.list()).toHaveLength(12);
  });

  it('is refused as a whole, with nothing left behind', async () => {
    const order = { request: { ...request(), valSplit: 'none' }, seeds: 2 };
    expect(await failureOf(suites.start(order))).toMatchObject({ kind: 'invalid' });
    const head = { ...request(), settings: { ...SETTINGS, parts: 'head' as const } };
    expect(await failureOf(suites.start({ request: head, seeds: 1 }))).toMatchObject({ kind: 'invalid' });
    expect(suites.list()).toEqual([]);
    expect(runs.list()).toEqual([]);
  });
});

describe('a trial', () => {
  const trials = () => new Trials(project, runs, engine, () => undefined);

  it('of rates keeps its curve and what it suggests', async () => {
    engine.rangeTest = async ({ plan, from, to, steps }, onStep) => {
      expect(plan.train).toHaveLength(2);
      for (let step = 0; step < steps; step += 1) {
        await onStep({ step, rate: from * (to / from) ** (step / (steps - 1)), loss: 2 - step / steps });
      }
    };
    const { job } = trials().start(
      TrialRequest.parse({ kind: 'learning-rate', request: request(), from: 1e-4, to: 1, steps: 10 }),
    );
    expect((await jobs.finished(job)).status).toBe('done');
    const [found] = trials().list();
    expect(found?.result).toMatchObject({ kind: 'learning-rate', suggested: 0.1 });
  });

  it('of batches doubles until one does not fit, and suggests the smallest of the fast', async () => {
    const tried: number[] = [];
    engine.measureBatch = ({ settings: { batch } }) => {
      tried.push(batch);
      if (batch > 32) return Promise.reject(new FailureError({ kind: 'lost', message: 'gone', remedy: '' }));
      return Promise.resolve({ imagesPerSecond: { 4: 50, 8: 80, 16: 99, 32: 100 }[batch] ?? 0, memory: 1e6 * batch });
    };
    const { job } = trials().start(TrialRequest.parse({ kind: 'batch', request: request() }));
    await jobs.finished(job);
    expect(tried).toEqual([4, 8, 16, 32, 64]);
    const [found] = trials().list();
    expect(found?.result).toMatchObject({ kind: 'batch', suggested: 16 });
    expect(found?.result.kind === 'batch' && found.result.sizes.at(-1)).toEqual({
      batch: 64,
      imagesPerSecond: null,
      memory: null,
    });
  });
});
