import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Emit } from '../../../src-shared/contract/client.ts';
import { FailureError, type Failure } from '../../../src-shared/domain/failure.ts';
import { Gallery } from '../../../src-main/services/images/gallery.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import { Labels } from '../../../src-main/services/labels/labels.ts';
import { Workspace } from '../../../src-main/services/projects/workspace.ts';
import { addDataset, newImage, temporaryFolder } from '../store/fixture.ts';

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
    const { snapshot } = gallery.open({ dataset, run: null, q: '', sort: 'id', descending: false });
    const batch = labels.apply({
      on: { snapshot, except: ids.slice(0, 2) },
      change: { kind: 'flag', flagged: true },
    });
    expect(batch.changed).toBe(1_198);
    expect(batch.images).toHaveLength(1_000);
    expect(events).toEqual([{ images: null, annotator: 'Ada', canUndo: true, canRedo: false }]);
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
    const { snapshot } = gallery.open({ dataset, run: null, q: '', sort: 'id', descending: false });
    const on = { snapshot, except: ids };
    expect(failureOf(() => labels.apply({ on, change: { kind: 'clear' } })).message).toBe('No image is selected.');
  });
});
