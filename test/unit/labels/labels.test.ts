import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Emit } from '../../../src-shared/contract/client.ts';
import { FailureError, type Failure } from '../../../src-shared/domain/failure.ts';
import { Gallery } from '../../../src-main/services/images/gallery.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import { Labels } from '../../../src-main/services/labels/labels.ts';
import { Workspace } from '../../../src-main/services/projects/workspace.ts';
import { addDataset, addRun, muFor, newImage, temporaryFolder } from '../store/fixture.ts';

async function setUp(): Promise<{ workspace: Workspace; gallery: Gallery; labels: Labels; events: unknown[] }> {
  const base = temporaryFolder();
  const events: unknown[] = [];
  const emit: Emit = (event, payload) => {
    if (event === 'labels.changed') events.push(payload);
  };
  const workspace = new Workspace({ home: join(base, 'home'), door: 'cli', emit });
  onTestFinished(() => workspace.close());
  await workspace.create(join(base, 'p'), 'P');
  const gallery = new Gallery(workspace, new Queries());
  return { workspace, gallery, labels: new Labels(workspace, gallery, emit, 'Ada'), events };
}

function failureOf(body: () => unknown): Failure {
  try {
    body();
  } catch (thrown) {
    if (thrown instanceof FailureError) return thrown.failure;
    throw thrown;
  }
  throw new Error('Nothing was thrown.');
}

describe('Labels', () => {
  it('labels ten selected images as one undo step, and tells it', async () => {
    const { workspace, labels, events } = await setUp();
    const { store } = workspace.require();
    const { ids } = addDataset(
      store,
      'd',
      Array.from({ length: 12 }, (_, index) => newImage(`${index}.png`, 'sad')),
    );
    const ten = ids.slice(0, 10);
    expect(labels.apply({ on: { images: ten }, change: { kind: 'hard', label: 'anger' } })).toMatchObject({
      changed: 10,
      images: ten,
      description: 'Anger on 10 images',
    });
    expect(labels.state()).toEqual({ canUndo: true, canRedo: false });
    expect(labels.undo().changed).toBe(10);
    expect(store.images.rows(ids, null).every((row) => row.label === 'sad')).toBe(true);
    labels.redo();
    expect(store.images.detail(ids[0] ?? 0, null)?.history.map((line) => line.annotator)).toEqual([
      'Ada',
      'Ada',
      'Ada',
    ]);
    expect(events).toEqual([
      { images: ten, annotator: 'Ada', canUndo: true, canRedo: false },
      { images: ten, annotator: 'Ada', canUndo: false, canRedo: true },
      { images: ten, annotator: 'Ada', canUndo: true, canRedo: false },
    ]);
  });

  it('labels everything in a snapshot but some; too many to name are not named', async () => {
    const { workspace, gallery, labels, events } = await setUp();
    const images = Array.from({ length: 1_200 }, (_, index) => newImage(`${index}.png`, 'sad'));
    const { dataset, ids } = addDataset(workspace.require().store, 'd', images);
    const { snapshot } = await gallery.open({ dataset, run: null, q: '', sort: 'id', descending: false });
    const batch = labels.apply({
      on: { snapshot, except: ids.slice(0, 2) },
      change: { kind: 'flag', flagged: true },
    });
    expect(batch.changed).toBe(1_198);
    expect(batch.images).toHaveLength(1_000);
    expect(events).toEqual([{ images: null, annotator: 'Ada', canUndo: true, canRedo: false }]);
  });

  it('marks a face inside the picture only: in the log with who and when, undoable, and the prediction of the old crop is stale', async () => {
    const { workspace, labels } = await setUp();
    const { store } = workspace.require();
    const { dataset, ids } = addDataset(store, 'd', [
      newImage('a.png', 'sad'),
      newImage('small.png', 'sad', { width: 40 }),
    ]);
    const [image = 0, small = 0] = ids;
    const run = addRun(store, dataset);
    store.runs.putPredictions(run, [{ image, mu: muFor('sad'), logvar: null }]);
    const box = { x: 10, y: 20, width: 60, height: 70 };
    const row = () => store.images.rows([image], run)[0];
    const mark = (images: number[], marked: typeof box | null) =>
      labels.apply({ on: { images }, change: { kind: 'box', box: marked } });
    expect(row()).toMatchObject({ box: null, stale: false });
    for (const [on, wrong] of [
      [[image], { ...box, width: 90 }],
      [[image, small], box],
    ] as const)
      expect(failureOf(() => mark([...on], wrong)).message).toMatch(/over the edge/);
    mark([image], box);
    expect(row()).toMatchObject({ box, stale: true, label: 'sad', reviewed: false });
    expect(store.images.file(image)?.box).toEqual(box);
    expect(store.images.detail(image, run)).toMatchObject({
      datasetBox: null,
      history: [{ annotator: 'Ada', kind: 'box', value: 'face at 10, 20, 60 × 70 px' }],
    });
    labels.undo();
    expect(row()).toMatchObject({ box: null, stale: false });
    labels.redo();
    store.runs.putPredictions(run, [{ image, mu: muFor('fear'), logvar: null, box }]);
    expect(row()).toMatchObject({ box, stale: false, prediction: 'fear' });
    // A prediction that was under way while the face was marked is of the crop that it read.
    store.runs.putPredictions(run, [{ image, mu: muFor('fear'), logvar: null, box: null }]);
    expect(row()).toMatchObject({ stale: true });
  });

  it('refuses contempt in a seven-class dataset and takes it in an eight-class one', async () => {
    const { workspace, labels } = await setUp();
    const { store } = workspace.require();
    const seven = addDataset(store, 'Seven', [newImage('a.png', 'sad')]);
    const eight = addDataset(store, 'Eight', [newImage('a.png', 'contempt'), newImage('b.png', 'sad')]);
    const change = { kind: 'hard', label: 'contempt' } as const;
    expect(failureOf(() => labels.apply({ on: { images: seven.ids }, change }))).toMatchObject({
      kind: 'invalid',
      message: 'Contempt is not a class of this dataset.',
    });
    expect(failureOf(() => labels.apply({ on: { images: [...eight.ids, ...seven.ids] }, change })).kind).toBe(
      'invalid',
    );
    expect(labels.state().canUndo).toBe(false);
    expect(labels.apply({ on: { images: eight.ids }, change }).changed).toBe(2);
  });

  it('says when there is nothing to undo or redo, or nothing selected', async () => {
    const { workspace, gallery, labels } = await setUp();
    expect(failureOf(() => labels.undo())).toMatchObject({ kind: 'conflict', message: 'Nothing to undo.' });
    expect(failureOf(() => labels.redo())).toMatchObject({ kind: 'conflict', message: 'Nothing to redo.' });
    const { dataset, ids } = addDataset(workspace.require().store, 'd', [newImage('a.png', 'sad')]);
    const { snapshot } = await gallery.open({ dataset, run: null, q: '', sort: 'id', descending: false });
    const on = { snapshot, except: ids };
    expect(failureOf(() => labels.apply({ on, change: { kind: 'clear' } })).message).toBe('No image is selected.');
  });
});
