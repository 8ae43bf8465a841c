import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventName } from '../../../src-shared/contract/events.ts';
import { SEVEN } from '../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { isResumable } from '../../../src-shared/domain/run.ts';
import { historyOf, importRun, TrainedHistory } from '../../../src-main/services/runs/import.ts';
import { Evaluations } from '../../../src-main/services/evaluation/evaluations.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import { Statistics } from '../../../src-main/services/statistics/statistics.ts';
import { Runs } from '../../../src-main/services/runs/runs.ts';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { createStore } from '../../../src-main/services/store/store.ts';
import { PlainJobs, SETTINGS, ScriptedEngine, addDataset } from './fakes.ts';
import type { Face } from './fakes.ts';

const FACES: readonly Face[] = [
  { split: 'train', label: 'happy', shown: 'happy' },
  { split: 'train', label: 'sad', shown: 'happy' },
  { split: 'train', label: null, shown: 'fear' },
  { split: 'val', label: 'happy', shown: 'happy' },
  { split: 'val', label: 'sad', shown: 'sad' },
  { split: 'val', label: 'sad', shown: 'happy' },
  { split: 'val', label: null, shown: 'sad' },
  { split: 'val', label: 'fear', shown: 'fear', broken: true },
];

let folder: string;
let store: Store;
let jobs: PlainJobs;
let engine: ScriptedEngine;
let events: { event: EventName; payload: unknown }[];
const statistics = new Statistics();
const queries = new Queries();
afterAll(() => Promise.all([statistics.close(), queries.close()]));
let runs: Runs;
let evaluations: Evaluations;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'poster-var-runs-'));
  store = createStore(folder, 'Test');
  jobs = new PlainJobs();
  engine = new ScriptedEngine();
  events = [];
  evaluations = new Evaluations({ require: () => ({ store, jobs }) }, statistics, queries);
  runs = new Runs({ require: () => ({ store, jobs }) }, engine, (event, payload) => events.push({ event, payload }));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function request(dataset: number, change: { settings?: Partial<typeof SETTINGS>; valSplit?: string } = {}) {
  const settings = { ...SETTINGS, ...change.settings };
  return { dataset, trainSplit: 'train', valSplit: change.valSplit ?? 'val', device: 'auto' as const, settings };
}

async function trained(dataset: number): Promise<number> {
  const { run, job } = runs.startTraining(request(dataset));
  await jobs.finished(job);
  return run;
}

function failureOf(body: () => unknown) {
  try {
    body();
  } catch (thrown) {
    if (thrown instanceof FailureError) return thrown.failure;
    throw thrown;
  }
  throw new Error('It was accepted.');
}

async function rejection(promise: Promise<unknown>) {
  const thrown: unknown = await promise.catch((cause: unknown) => cause);
  if (thrown instanceof FailureError) return thrown.failure;
  throw new Error(`No failure: ${String(thrown)}`);
}

describe('training', () => {
  it('trains on labelled images, records its curves and predicts the whole dataset with the best epoch', async () => {
    const { dataset, images } = addDataset(store, 'faces', FACES);
    const { run, job } = runs.startTraining(request(dataset));
    expect(runs.list()).toMatchObject([{ id: run, name: 'quick 1', status: 'queued', classes: SEVEN }]);
    expect((await jobs.finished(job)).error).toBeNull();

    const [plan] = engine.plans;
    expect(plan?.train.map(({ id, label }) => [id, label])).toEqual([
      [images[0], SEVEN.indexOf('happy')],
      [images[1], SEVEN.indexOf('sad')],
    ]);
    expect(plan?.val).toHaveLength(3);
    expect(plan?.folder).toBe(join(folder, 'checkpoints', `run-${run}`));

    expect(runs.list()[0]).toMatchObject({
      ...{ status: 'done', device: 'cpu', epoch: 3, processSeconds: 9, predictions: 7, error: null },
      best: { metric: 'accuracy', value: 0.75, epoch: 2 },
      checkpointHash: 'hash of 2',
    });
    expect(store.runs.checkpoint(run)).toBe(join(folder, 'checkpoints', `run-${run}`, 'best.safetensors'));
    const metrics = runs.metrics(run);
    expect([...metrics.loss]).toEqual([2, 1, 2, 1, 2, 1]);
    expect(metrics.stepsPerEpoch).toBe(2);
    expect(metrics.epochs.map((epoch) => epoch.valAccuracy)).toEqual([0.5, 0.75, 0.6]);

    const dynamics = runs.dynamics(run);
    expect([...dynamics.images]).toEqual(images.slice(0, 2));
    expect([...dynamics.labels]).toEqual([SEVEN.indexOf('happy'), SEVEN.indexOf('sad')]);
    expect(dynamics.epochs.map(({ epoch, margin }) => [epoch, ...margin])).toEqual([
      [1, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
    ]);

    const told = events.map(({ event }) => event);
    expect(told.filter((event) => event === 'run.steps')).toHaveLength(3);
    expect(told.filter((event) => event === 'run.epoch')).toHaveLength(3);
    expect(events).toContainEqual({ event: 'predictions.changed', payload: { run, dataset } });
    expect(events.at(-1)).toMatchObject({ event: 'run.changed', payload: { run: { status: 'done' } } });
  });

  it('has an eighth class where the dataset has contempt', async () => {
    const { dataset } = addDataset(store, 'eight', [...FACES, { split: 'train', label: 'contempt', shown: 'happy' }]);
    // The scripted engine predicts seven classes only: the run fails at its end, its classes stand.
    await trained(dataset);
    expect(engine.plans[0]?.classes).toEqual([...SEVEN, 'contempt']);
  });

  it.each([
    ['a split without labels', { valSplit: 'none' }, /"none" has no labelled image/],
    ['one split for both', { valSplit: 'train' }, /same split/],
  ])('refuses %s', (_, change, message) => {
    const { dataset } = addDataset(store, 'faces', FACES);
    expect(failureOf(() => runs.startTraining(request(dataset, change)))).toMatchObject({ kind: 'invalid', message });
    expect(runs.list()).toEqual([]);
  });

  it('keeps the checkpoint of a cancelled run and stores no predictions', async () => {
    const { dataset } = addDataset(store, 'faces', FACES);
    engine.beforeEpoch = (epoch) => {
      if (epoch !== 2) return;
      jobs.cancel(1);
      throw new FailureError({ kind: 'cancelled', message: 'Stopped.', remedy: '' });
    };
    const run = await trained(dataset);
    expect(runs.list()[0]).toMatchObject({
      status: 'cancelled',
      epoch: 1,
      checkpointHash: 'hash of 1',
      predictions: 0,
    });
    expect(store.runs.checkpoint(run)).not.toBeNull();
  });

  it('starts from the weights of another run, then from files', async () => {
    const { dataset } = addDataset(store, 'faces', FACES);
    const first = await trained(dataset);
    const { job } = runs.startTraining({
      ...request(dataset),
      initialRun: first,
      initialWeights: ['/models/ir50.pth'],
    });
    await jobs.finished(job);
    expect(engine.plans[1]?.initialWeights).toEqual([store.runs.checkpoint(first), '/models/ir50.pth']);
    expect(failureOf(() => runs.startTraining({ ...request(dataset), initialRun: 99 }))).toMatchObject({
      kind: 'not-found',
    });
    expect(runs.list()).toHaveLength(2);
  });

  it('pauses and resumes: the same images with the labels of its start, whatever was changed meanwhile', async () => {
    const { dataset, images } = addDataset(store, 'faces', FACES);
    engine.beforeEpoch = (epoch) => {
      if (epoch === 2) runs.pause(runs.list()[0]?.id ?? 0);
    };
    // Where nothing was saved yet, a run that is resumed begins anew: from the weights that it first began from.
    const { run, job } = runs.startTraining({ ...request(dataset), initialWeights: ['/models/ir50.pth'] });
    await jobs.finished(job);
    expect(engine.plans[0]?.initialWeights).toEqual(['/models/ir50.pth']);
    expect(runs.list()[0]).toMatchObject({ status: 'paused', epoch: 1, endedAt: null });
    expect(runs.list()[0]?.notes.map(({ text }) => text)).toEqual(['Paused at step 2.']);
    const [first] = images;
    store.labels.apply([first ?? 0], { kind: 'exclude', excluded: true }, 'anna');
    engine.beforeEpoch = () => undefined;
    const resumed = runs.resume(run);
    expect(resumed.run).toBe(run);
    await jobs.finished(resumed.job);
    const [before, after] = engine.plans;
    // On the device that it began on: the numbers stay the same.
    expect(after).toEqual({ ...before, device: 'cpu', resume: true });
    expect(runs.list()[0]).toMatchObject({ status: 'done' });
    expect(failureOf(() => runs.resume(run))).toMatchObject({
      kind: 'conflict',
      message: /cannot be resumed: it is done/,
    });
    expect(failureOf(() => runs.pause(run))).toMatchObject({ kind: 'conflict', message: /not training/ });
  });

  it('stops: kept, it can be resumed; discarded, nothing of it stays', async () => {
    const { dataset } = addDataset(store, 'faces', FACES);
    const ends: Promise<void>[] = [];
    engine.beforeEpoch = (epoch) => {
      if (epoch === 2) ends.push(runs.stop(runs.list()[0]?.id ?? 0, true));
    };
    const kept = await trained(dataset);
    await Promise.all(ends);
    expect(runs.list()[0]).toMatchObject({ id: kept, status: 'cancelled' });
    expect(isResumable(runs.list()[0] ?? { kind: 'imported', status: 'done' })).toBe(true);

    engine.beforeEpoch = (epoch) => {
      if (epoch === 2) ends.push(runs.stop(runs.list()[0]?.id ?? 0, false));
    };
    const gone = await trained(dataset);
    await Promise.all(ends);
    expect(runs.list().map(({ id }) => id)).toEqual([kept]);
    expect(existsSync(join(folder, 'checkpoints', `run-${gone}`))).toBe(false);
  });

  it('is interrupted, not failed, when its process ends, and offers to go on', async () => {
    const { dataset } = addDataset(store, 'faces', FACES);
    engine.script = [0.5, new FailureError({ kind: 'lost', message: 'The engine process ended.', remedy: 'r' })];
    const run = await trained(dataset);
    expect(runs.list()[0]).toMatchObject({ status: 'interrupted', error: { kind: 'lost' } });
    engine.script = [0.5, 0.75];
    await jobs.finished(runs.resume(run).job);
    expect(runs.list()[0]).toMatchObject({ status: 'done', error: null });
  });

  it('says why a run failed', async () => {
    const { dataset } = addDataset(store, 'faces', FACES);
    engine.script = [0.5, new FailureError({ kind: 'engine', message: 'The loss became NaN.', remedy: 'r' })];
    await trained(dataset);
    expect(runs.list()[0]).toMatchObject({ status: 'failed', error: { kind: 'engine', message: /NaN/ } });
    expect(jobs.get(1)).toMatchObject({ status: 'failed' });
  });

  it('marks a run that was cancelled before its turn, and names the next one', async () => {
    const { dataset } = addDataset(store, 'faces', FACES);
    const first = runs.startTraining(request(dataset));
    const second = runs.startTraining(request(dataset));
    jobs.cancel(second.job);
    await jobs.finished(first.job);
    await jobs.finished(second.job);
    await new Promise(setImmediate);
    expect(runs.list().map(({ name, status }) => [name, status])).toEqual([
      ['quick 2', 'cancelled'],
      ['quick 1', 'done'],
    ]);
    expect(engine.plans).toHaveLength(1);
  });
});

describe('predictions', () => {
  it('measures a run on the labels as they are now', async () => {
    const { dataset, images } = addDataset(store, 'faces', FACES);
    const run = await trained(dataset);
    const before = await evaluations.evaluate({ run, dataset, split: 'val' });
    // Right, right, wrong; the unlabelled and the broken one are left out.
    expect(before).toMatchObject({ images: 3, leftOut: 2, accuracy: 2 / 3, classes: SEVEN, meanSigma: 1 });
    const [happy, sad] = [SEVEN.indexOf('happy'), SEVEN.indexOf('sad')];
    expect(before.confusion[sad]?.[happy]).toBe(1);
    expect(before.perClass[sad]).toMatchObject({ support: 2, predicted: 1, precision: 1, recall: 0.5 });
    const [low, high] = before.interval;
    // Wilson, 2 of 3.
    expect([low, high].map((value) => value.toFixed(4))).toEqual(['0.2077', '0.9385']);
    const right = Math.log(Math.exp(2) + 6) - 2;
    expect(before.nll).toBeCloseTo((right + right + right + 2) / 3, 6);

    store.labels.apply([images[5] ?? 0], { kind: 'hard', label: 'happy' }, 'me');
    expect((await evaluations.evaluate({ run, dataset, split: 'val' })).accuracy).toBe(1);
    store.labels.apply([images[5] ?? 0], { kind: 'exclude', excluded: true }, 'me');
    expect(await evaluations.evaluate({ run, dataset, split: 'val' })).toMatchObject({ images: 2, leftOut: 3 });
    expect((await evaluations.evaluate({ run, dataset, split: null })).images).toBe(4);
  });

  it('predicts another dataset, counts files that have gone, and refuses what cannot be', async () => {
    const { dataset } = addDataset(store, 'faces', FACES);
    const other = addDataset(store, 'others', [
      { split: 'test', label: 'happy', shown: 'happy' },
      { split: 'test', label: 'happy', shown: 'gone' },
    ]);
    const run = await trained(dataset);
    await expect(evaluations.evaluate({ run, dataset: other.dataset, split: null })).rejects.toMatchObject({
      failure: { kind: 'conflict', message: expect.stringMatching(/no predictions/) as string },
    });
    const ask = { run, dataset: other.dataset, split: 'test', device: 'cpu' } as const;
    const job = await jobs.finished(runs.startPredict(ask).job);
    expect(job).toMatchObject({ status: 'done', done: 2, total: 2, text: '1 file could not be read' });
    expect(await evaluations.evaluate({ run, dataset: other.dataset, split: null })).toMatchObject({
      images: 1,
      leftOut: 1,
    });
    expect(failureOf(() => runs.startPredict({ ...ask, split: 'none' })).kind).toBe('invalid');
    expect(failureOf(() => runs.startPredict({ ...ask, run: 99 })).kind).toBe('not-found');
    expect(failureOf(() => runs.startPredict({ ...ask, dataset: 99 })).kind).toBe('not-found');
  });

  it('explains with maps scaled class by class', async () => {
    const { dataset, images } = addDataset(store, 'faces', FACES);
    const run = await trained(dataset);
    const explanation = await runs.explain({ run, image: images[0] ?? 0 });
    expect([...explanation.cams.subarray(0, 4)]).toEqual(
      [0, 1 / 3, 2 / 3, 1].map((value): unknown => expect.closeTo(value, 6)),
    );
    // A flat map has nothing to show.
    expect([...explanation.cams.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
    expect(explanation).toMatchObject({ run, image: images[0], classes: SEVEN, height: 2, width: 2 });
    expect((await rejection(runs.explain({ run, image: 999 }))).kind).toBe('not-found');
    expect(explanation.method).toBe('gradcam');
    expect(await runs.explain({ run, image: images[0] ?? 0, method: 'logvar' })).toMatchObject({ method: 'logvar' });
    expect(engine.explained.map(({ method }) => method)).toEqual(['gradcam', 'logvar']);
  });
});

describe('the list of runs', () => {
  it('imports a checkpoint as a run of its own copy', async () => {
    const source = join(folder, 'my model.safetensors');
    writeFileSync(source, 'weights');
    const run = await runs.importCheckpoint(source);
    expect(run).toMatchObject({
      name: 'my model',
      kind: 'imported',
      status: 'done',
      dataset: null,
      checkpointHash: 'abc',
    });
    rmSync(source);
    expect(readFileSync(store.runs.checkpoint(run.id) ?? '', 'utf8')).toBe('weights');
  });

  it('leaves nothing of an import that fails', async () => {
    expect((await rejection(runs.importCheckpoint(join(folder, 'none.safetensors')))).kind).toBe('unavailable');
    expect(runs.list()).toEqual([]);
  });

  it('carries a trained run over with its curves', async () => {
    const { dataset } = addDataset(store, 'faces', FACES);
    const first = await trained(dataset);
    const history = TrainedHistory.parse(JSON.parse(JSON.stringify(historyOf({ store }, first))));
    const source = join(folder, 'x.safetensors');
    writeFileSync(source, 'weights');
    const context = { store, jobs, engine, emit: () => undefined };
    expect((await rejection(importRun(context, source, 'Model', { history, dataset }))).message).toMatch(
      /another checkpoint/,
    );
    const carried = { history: { ...history, checkpointHash: 'abc' }, dataset };
    const run = await importRun(context, source, 'Model', carried);
    expect(run).toMatchObject({
      name: 'Model',
      kind: 'trained',
      status: 'done',
      epoch: 3,
      best: history.best,
      settings: SETTINGS,
    });
    expect(runs.metrics(run.id)).toEqual(runs.metrics(first));
    expect(failureOf(() => historyOf({ store }, 99)).kind).toBe('not-found');
  });

  it('renames and removes, but not what is at work', async () => {
    const { dataset } = addDataset(store, 'faces', FACES);
    let release: () => void = () => undefined;
    engine.beforeEpoch = (epoch) => (epoch === 2 ? new Promise<void>((resolve) => (release = resolve)) : undefined);
    const { run, job } = runs.startTraining(request(dataset));
    mkdirSync(join(folder, 'checkpoints', `run-${run}`), { recursive: true });
    await new Promise(setImmediate);
    expect((await rejection(runs.remove(run))).kind).toBe('conflict');
    release();
    await jobs.finished(job);
    runs.rename(run, '  better ');
    expect(runs.list()[0]?.name).toBe('better');
    await runs.remove(run);
    expect(runs.list()).toEqual([]);
    expect(existsSync(join(folder, 'checkpoints', `run-${run}`))).toBe(false);
    expect(events.at(-1)).toEqual({ event: 'run.removed', payload: { run } });
    expect((await rejection(runs.remove(run))).kind).toBe('not-found');
  });
});
