import { existsSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXPRESSIONS, SEVEN } from '../../../src-shared/domain/expression.ts';
import { entropy, margin, softmax } from '../../../src-shared/metrics/vich.ts';
import { openStore } from '../../../src-main/services/store/store.ts';
import { addDataset, addRun, muFor, newImage, report, temporaryFolder, temporaryStore } from './fixture.ts';

describe('datasets', () => {
  it('hide while they are imported, and count what came', () => {
    const store = temporaryStore();
    const dataset = store.datasets.insert({ name: 'Faces', root: '/data/faces', format: 'csv' });
    const ids = store.datasets.insertImages(dataset, [
      newImage('a.png', 'sad', { contentHash: 'aa', votes: { sad: 8, fear: 2 } }),
      newImage('b.png', null, { split: 'val', contentHash: 'aa' }),
      newImage('c.png', null, { status: 'broken', reason: 'Truncated.' }),
    ]);
    expect(store.datasets.list()).toEqual([]);
    expect(store.datasets.byName('Faces')).toBeNull();
    store.datasets.finish(dataset, report(dataset, 'Faces'));
    expect(store.datasets.list()).toMatchObject([
      {
        name: 'Faces',
        root: '/data/faces',
        classes: SEVEN,
        images: 3,
        broken: 1,
        unlabelled: 2,
        reviewed: 0,
        splits: { train: 2, val: 1 },
      },
    ]);
    expect(store.datasets.byName('faces')?.id).toBe(dataset);
    expect(store.datasets.report(dataset)).toEqual(report(dataset, 'Faces'));
    expect(store.images.detail(ids[0] ?? 0, null)).toMatchObject({
      duplicates: [ids[1]],
      votes: { sad: 8, fear: 2, happy: 0 },
      datasetLabel: 'sad',
    });
    expect(store.images.files(dataset, null).map((file) => file.file)).toEqual([
      '/data/faces/a.png',
      '/data/faces/b.png',
    ]);
    expect(store.images.files(dataset, 'val').map((file) => file.id)).toEqual([ids[1]]);
    store.labels.apply([ids[1] ?? 0], { kind: 'hard', label: 'fear' }, 'me');
    expect(store.datasets.get(dataset)).toMatchObject({ unlabelled: 1, reviewed: 1 });
  });

  it('have eight classes where contempt occurs', () => {
    const store = temporaryStore();
    const { dataset } = addDataset(store, 'd', [newImage('a.png', 'contempt')]);
    expect(store.datasets.get(dataset)?.classes).toEqual(EXPRESSIONS);
  });

  it('refuse a name that is taken, whatever its case', () => {
    const store = temporaryStore();
    addDataset(store, 'Faces', []);
    expect(() => store.datasets.insert({ name: 'FACES', root: '/', format: 'folders' })).toThrow(/already called/);
  });

  it('go with all that hangs on them, and their ids never come back', () => {
    const store = temporaryStore();
    const { dataset, ids } = addDataset(store, 'd', [newImage('a.png', 'sad')]);
    const run = addRun(store, dataset);
    store.runs.putPredictions(run, [{ image: ids[0] ?? 0, mu: muFor('sad'), logvar: null }]);
    store.labels.apply(ids, { kind: 'flag', flagged: true }, 'me');
    store.datasets.remove(dataset);
    expect(store.images.rows(ids, run)).toEqual([]);
    expect(store.runs.get(run)).toMatchObject({ dataset: null, datasetName: 'd', predictions: 0 });
    expect(store.labels.state('me')).toEqual({ canUndo: false, canRedo: false });
    expect(addDataset(store, 'd', [newImage('a.png', 'sad')]).ids[0]).toBeGreaterThan(ids[0] ?? 0);
  });

  it('that never finished are removed at the next opening', () => {
    const store = temporaryStore();
    const dataset = store.datasets.insert({ name: 'Half', root: '/', format: 'folders' });
    const ids = store.datasets.insertImages(dataset, [newImage('a.png', 'sad')]);
    store.datasets.removeUnfinished();
    expect(store.datasets.get(dataset)).toBeNull();
    expect(store.images.rows(ids, null)).toEqual([]);
  });

  it('inside the project are found again after the project was moved', () => {
    const store = temporaryStore();
    const { ids } = addDataset(store, 'd', [newImage('a.png', 'sad')]);
    const run = addRun(store, 1);
    store.runs.update(run, { checkpoint: join(store.folder, 'checkpoints', 'best.safetensors') });
    const copy = join(temporaryFolder(), 'copy');
    store.close();
    cpSync(store.folder, copy, { recursive: true });
    const moved = openStore(copy);
    expect(moved.images.file(ids[0] ?? 0)?.file).toBe(join(copy, 'images', 'a.png'));
    expect(moved.runs.checkpoint(run)).toBe(join(copy, 'checkpoints', 'best.safetensors'));
    moved.close();
    expect(existsSync(copy)).toBe(true);
  });
});

describe('runs', () => {
  it('keep what they are told, and derive what a prediction says', () => {
    const store = temporaryStore();
    const { dataset, ids } = addDataset(store, 'd', [newImage('a.png', 'sad'), newImage('b.png', null)]);
    const [first = 0, second = 0] = ids;
    const run = addRun(store, dataset);
    const mu = Float32Array.from([0, 1, 2, 0, 0, 0, 0]);
    const logvar = Float32Array.from([0, 0, -2, 0, 0, 0, 0]);
    store.runs.putPredictions(run, [{ image: first, mu: muFor('fear'), logvar: null }]);
    store.runs.putPredictions(run, [
      { image: first, mu, logvar },
      { image: second, mu, logvar: null },
      { image: 9_999, mu, logvar: null },
    ]);
    expect(store.runs.get(run)?.predictions).toBe(2);
    const p = softmax(mu);
    expect(store.images.rows([second, first], run)).toMatchObject([
      { id: second, prediction: 'sad', correct: null, loss: null, sigma: null },
      { id: first, prediction: 'sad', correct: true, sigma: Math.exp(-1), margin: margin(p), entropy: entropy(p) },
    ]);
    expect(store.runs.predictions(run, dataset, null)).toMatchObject([
      { image: first, path: 'a.png', split: 'train', label: 'sad', status: 'ok', mu, logvar },
      { image: second, label: null, logvar: null },
    ]);
    expect(store.runs.predictions(run, dataset, 'val')).toEqual([]);
    expect(store.images.detail(first, run)?.prediction).toEqual({ run, classes: SEVEN, mu, logvar });
    expect(() => store.runs.putPredictions(run, [{ image: first, mu: new Float32Array(8), logvar: null }])).toThrow(
      RangeError,
    );
  });

  it('update only what is named', () => {
    const store = temporaryStore();
    const { dataset } = addDataset(store, 'd', []);
    const run = addRun(store, dataset);
    const error = { kind: 'engine', message: 'It ended.', remedy: 'Again.' } as const;
    store.runs.update(run, { status: 'failed', error, epoch: 2 });
    store.runs.update(run, { best: { metric: 'accuracy', value: 0.5, epoch: 1 }, name: 'Renamed' });
    store.runs.update(run, { error: null });
    expect(store.runs.get(run)).toMatchObject({
      name: 'Renamed',
      status: 'failed',
      error: null,
      epoch: 2,
      best: { value: 0.5 },
      device: 'cpu',
    });
    expect(store.runs.checkpoint(run)).toBeNull();
    store.runs.remove(run);
    expect(store.runs.list()).toEqual([]);
  });

  it('keep the loss of every step; a resumed run writes its steps anew', () => {
    const store = temporaryStore();
    const { dataset } = addDataset(store, 'd', []);
    const run = addRun(store, dataset);
    store.runs.update(run, { stepsPerEpoch: 4 });
    store.runs.appendSteps(run, 1, Float32Array.from([1, 2, 3]));
    store.runs.appendSteps(run, 4, Float32Array.from([4, 5]));
    store.runs.appendSteps(run, 6, Float32Array.from([6]));
    store.runs.appendSteps(run, 3, Float32Array.from([30, 40]));
    store.runs.appendSteps(run, 5, new Float32Array(0));
    const epoch = {
      epoch: 1,
      learningRate: 1e-4,
      trainLoss: 1,
      trainAccuracy: 0.5,
      valLoss: null,
      valAccuracy: null,
      valBalancedAccuracy: 0.4,
      valMacroF1: 0.3,
      meanSigma: null,
      waitSeconds: 0.5,
      processSeconds: 2,
    };
    store.runs.addEpoch(run, { ...epoch, trainLoss: 9 });
    store.runs.addEpoch(run, epoch);
    expect(store.runs.metrics(run)).toEqual({
      steps: Int32Array.from([1, 2, 3, 4]),
      loss: Float32Array.from([1, 2, 30, 40]),
      stepsPerEpoch: 4,
      epochs: [epoch],
    });
  });

  it('keep what training saw of each image, epoch by epoch, as long as the run stands', () => {
    const store = temporaryStore();
    const { dataset, ids } = addDataset(store, 'd', [newImage('a.png', 'sad'), newImage('b.png', 'happy')]);
    const run = addRun(store, dataset);
    expect(store.runs.dynamics(run)).toBeNull();
    const images = Int32Array.from(ids).reverse();
    const labels = Uint8Array.of(0, 6);
    store.runs.setTrainingImages(run, images, labels);
    expect(store.runs.dynamics(run)).toEqual({ images, labels, epochs: [] });
    const metrics = { learningRate: 1, trainLoss: 1, trainAccuracy: 1, valLoss: null, valAccuracy: null };
    const epoch = (number: number, loss: number) => {
      const dynamics = {
        loss: Float32Array.of(loss, NaN),
        margin: Float32Array.of(-loss, NaN),
        predicted: Uint8Array.of(6, 255),
      };
      const more = {
        valBalancedAccuracy: null,
        valMacroF1: null,
        meanSigma: null,
        waitSeconds: null,
        processSeconds: 1,
      };
      store.runs.addEpoch(run, { epoch: number, ...metrics, ...more }, dynamics);
      return { epoch: number, ...dynamics };
    };
    epoch(1, 9);
    const second = epoch(2, 2);
    // An epoch that a resumed run does again replaces what stood.
    const first = epoch(1, 1);
    expect(store.runs.dynamics(run)).toEqual({ images, labels, epochs: [first, second] });
    store.runs.remove(run);
    expect(store.runs.dynamics(run)).toBeNull();
  });
});
