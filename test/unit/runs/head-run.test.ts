/** A head trained through the real engine process, leaks that block, and one's own presets. */
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEVEN } from '../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { TrainRequest, TrainSettings } from '../../../src-shared/domain/run.ts';
import { argmax } from '../../../src-shared/metrics/vich.ts';
import { createEngine } from '../../../src-main/services/engine/client.ts';
import { Gallery } from '../../../src-main/services/images/gallery.ts';
import { Labels } from '../../../src-main/services/labels/labels.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import { Presets } from '../../../src-main/services/runs/own-presets.ts';
import { Runs } from '../../../src-main/services/runs/runs.ts';
import { gatherImages } from '../../../src-main/services/runs/training.ts';
import { drawFaces } from '../../fixtures/faces.ts';
import { plant } from '../datasets/images.ts';
import { openProject } from '../datasets/project.ts';
import type { TestProject } from '../datasets/project.ts';

const SAMPLE = join(import.meta.dirname, '..', '..', '..', 'resources', 'sample', 'tiny.safetensors');
const EACH = 6;

let project: TestProject;
let runs: Runs;
let dataset: number;
let base: number;
const engine = createEngine();

async function failureOf(promise: Promise<unknown>) {
  const thrown: unknown = await promise.catch((cause: unknown) => cause);
  if (thrown instanceof FailureError) return thrown.failure;
  throw new Error(`No failure: ${String(thrown)}`);
}

beforeAll(async () => {
  project = await openProject();
  runs = new Runs(project.workspace, engine, () => undefined);
  const files: Record<string, Buffer> = {};
  const faces = await drawFaces(EACH);
  for (const [index, { expression, jpeg }] of faces.entries()) {
    files[`${index % EACH < 4 ? 'train' : 'val'}/${expression}/${index}.jpg`] = jpeg;
  }
  const root = plant(project.source(), files);
  const { report } = await project.import({ source: root, format: 'folders', name: 'faces' });
  dataset = report.dataset;
  ({ id: base } = await runs.importCheckpoint(SAMPLE));
});
afterAll(async () => {
  await engine.close();
  await project[Symbol.asyncDispose]();
});

const head = (): TrainSettings => new Presets('/nowhere').require('head').settings;

function request(change: Partial<TrainRequest> = {}, settings: Partial<TrainSettings> = {}): TrainRequest {
  return {
    ...{ dataset, trainSplit: 'train', valSplit: 'val', device: 'cpu', initialRun: base },
    settings: { ...head(), epochs: 8, batch: 8, ...settings },
    ...change,
  };
}

async function trained(order: TrainRequest) {
  const { run, job } = await runs.start(order);
  const ended = await project.workspace.require().jobs.finished(job);
  expect(ended.error).toBeNull();
  const found = runs.list().find(({ id }) => id === run);
  if (found === undefined) throw new Error('The run is gone.');
  return found;
}

describe('a head alone', () => {
  it('is a run like any other: curves, a checkpoint, a prediction of every image; features are computed once', async () => {
    const first = await trained(request());
    expect(first).toMatchObject({ status: 'done', size: 'tiny', epoch: 8, predictions: 7 * EACH });
    const { store } = project.workspace.require();
    const metrics = runs.metrics(first.id);
    expect(metrics.epochs).toHaveLength(8);
    expect(metrics.loss).toHaveLength(8);
    const accuracies = metrics.epochs.map(({ valAccuracy }) => valAccuracy ?? 0);
    expect(first.best?.value).toBe(Math.max(...accuracies));
    expect(metrics.epochs.at(-1)?.trainLoss).toBeLessThan(metrics.epochs[0]?.trainLoss ?? 0);

    // What is stored is what the written checkpoint says by way of the whole network.
    const stored = store.runs.predictions(first.id, dataset, 'val');
    const right = stored.filter(({ label, mu }) => label === SEVEN[argmax(mu)]).length;
    expect(right / stored.length).toBeCloseTo(first.best?.value ?? NaN, 10);
    const files = store.images.files(dataset, 'val');
    const seen = new Map<number, Float32Array>();
    await engine.predict(
      { checkpoint: store.runs.checkpoint(first.id) ?? '', files, device: 'cpu' },
      ({ ids, mu }) => ids.forEach((id, at) => seen.set(id, mu.slice(at * 7, (at + 1) * 7))),
      new AbortController().signal,
    );
    expect(stored).toHaveLength(14);
    for (const { image, mu } of stored) {
      mu.forEach((value, at) => expect(seen.get(image)?.[at]).toBeCloseTo(value, 4));
    }

    expect(first.notes.at(-1)?.text).toContain('42 images by a tiny model, 0 of them known before');
    const again = await trained(request());
    expect(again.notes.at(-1)?.text).toContain('42 of them known before');
    expect(again.checkpointHash).toBe(first.checkpointHash);
  });

  it('computes again what a crash left half written, and nothing else', async () => {
    const { store } = project.workspace.require();
    const folder = join(store.folder, 'features');
    const [keys = ''] = readdirSync(folder).filter((name) => name.endsWith('.keys'));
    const text = readFileSync(join(folder, keys), 'utf8');
    const rows = join(folder, keys.replace('.keys', '.f32'));
    // The last line was cut short; its row is there, and half of another.
    writeFileSync(join(folder, keys), text.slice(0, -10));
    writeFileSync(rows, Buffer.concat([readFileSync(rows), Buffer.alloc(5)]));
    const run = await trained(request());
    expect(run.notes.at(-1)?.text).toContain('41 of them known before');
    expect(statSync(rows).size).toBe(42 * 96 * 4);
    expect(run.best?.value).toBe(runs.list().find(({ id }) => id === run.id - 1)?.best?.value);
  });

  it('says what it needs', async () => {
    const { initialRun: _, ...nothing } = request();
    expect(await failureOf(runs.start(nothing))).toMatchObject({ kind: 'invalid', remedy: /Initial weights/ });
    const foreign = { ...nothing, initialWeights: ['/models/ir50.pth'] };
    expect(await failureOf(runs.start(foreign))).toMatchObject({ kind: 'invalid' });
  });
});

describe('before a training', () => {
  it('a picture in both splits blocks, unless the request knows; the run then says so', async () => {
    const files: Record<string, Buffer> = {};
    for (const [index, { expression, jpeg }] of (await drawFaces(1)).entries()) {
      files[`train/${expression}/${index}.jpg`] = jpeg;
      if (index < 2) files[`val/${expression}/${index}.jpg`] = jpeg;
    }
    const root = plant(project.source(), files);
    const { report } = await project.import({ source: root, format: 'folders', name: 'leaky' });
    const order = request({ dataset: report.dataset });
    const failure = await failureOf(runs.start(order));
    expect(failure.kind).toBe('leak');
    expect(failure.message).toContain('2 pictures of “train” stand in “val” too (2 exactly)');
    const run = await trained({ ...order, allowLeak: true });
    expect(run.notes[0]?.text).toContain('Trained in spite of a leak: 2 pictures');
  });

  it('patterns that freeze nothing, or everything, are refused', async () => {
    const freezing = (...freeze: string[]) => request({}, { parts: 'all', size: 'tiny', freeze });
    expect(await failureOf(runs.start(freezing('ir_back', 'VIT.haed')))).toMatchObject({
      kind: 'invalid',
      message: 'No parameter is called “VIT.haed”.',
    });
    expect((await failureOf(runs.start(freezing('*')))).message).toContain('whole model');
  });

  it('excluded images never train, and a label’s certainty is its share of the soft label', () => {
    const { store } = project.workspace.require();
    const image = store.images.files(dataset, 'train')[0];
    if (image === undefined) throw new Error('There are images.');
    const labels = new Labels(project.workspace, new Gallery(project.workspace, new Queries()), () => undefined, 'me');
    const [, second] = store.images.files(dataset, 'train');
    labels.apply({ on: { images: [image.id] }, change: { kind: 'exclude', excluded: true } });
    labels.apply({ on: { images: [second?.id ?? 0] }, change: { kind: 'soft', soft: { happy: 3, sad: 1 } } });
    const { train } = gatherImages({ store }, request({}, { targets: 'soft' }), SEVEN);
    expect(train.some(({ id }) => id === image.id)).toBe(false);
    const soft = train.find(({ id }) => id === second?.id);
    expect(soft?.certainty).toBeCloseTo(0.75, 10);
    expect(soft?.label).toBe(SEVEN.indexOf('happy'));
  });
});

describe('presets of one’s own', () => {
  it('are saved, listed, taken and removed; the application’s stay as they are', async () => {
    const home = join(project.source(), 'home');
    const presets = new Presets(home);
    const saved = await presets.save({ title: ' Mein Labor, 8 Klassen ', settings: { ...head(), epochs: 77 } });
    expect(saved).toMatchObject({ name: 'mein-labor-8-klassen', title: 'Mein Labor, 8 Klassen', own: true });
    expect(new Presets(home).require(saved.name).settings).toEqual({ ...head(), epochs: 77, preset: saved.name });
    expect(await failureOf(presets.save({ title: 'RAFDB', settings: head() }))).toMatchObject({ kind: 'conflict' });
    expect(await failureOf(presets.save({ title: '…', settings: head() }))).toMatchObject({ kind: 'invalid' });
    expect(() => presets.remove('rafdb')).toThrow('comes with the application');
    expect(() => presets.remove('none')).toThrow('There is no preset "none"');
    presets.remove(saved.name);
    expect(presets.list().presets.some(({ own }) => own)).toBe(false);
  });

  it('a file that is none is told with its reason', () => {
    const home = project.source();
    mkdirSync(join(home, 'presets'));
    writeFileSync(join(home, 'presets', 'torn.json'), '{"name":');
    const wrong = { name: 'x', title: 'x', source: '', settings: { ...head(), epochs: 0 } };
    writeFileSync(join(home, 'presets', 'wrong.json'), JSON.stringify(wrong));
    const { broken } = new Presets(home).list();
    expect(broken.map(({ file }) => file)).toEqual(['torn.json', 'wrong.json']);
    expect(broken[1]?.reason).toContain('settings.epochs');
    rmSync(home, { recursive: true });
  });
});
