import { describe, expect, it } from 'vitest';
import { SEVEN } from '../../../src-shared/domain/expression.ts';
import { gatherImages } from '../../../src-main/services/runs/training.ts';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { addDataset, addRun, muFor, newImage, temporaryStore } from '../store/fixture.ts';

function study() {
  const store = temporaryStore();
  const { dataset, ids } = addDataset(store, 'Faces', [
    newImage('a.jpg', 'happy', { soft: { happy: 0.7, fear: 0.3 } }),
    newImage('b.jpg', 'sad'),
    newImage('c.jpg', null),
    newImage('d.jpg', 'fear', { split: 'val' }),
  ]);
  const [a = 0, b = 0, c = 0, d = 0] = ids;
  return { store, dataset, ids, a, b, c, d };
}

/** Everything of the images that a version is about. */
const stateOf = (store: Store, ids: readonly number[]) =>
  ids.map((id) => {
    const { row, note, box } = { box: store.images.file(id)?.box, ...detail(store, id) };
    return [row.label, row.status, row.flagged, note, box];
  });

function detail(store: Store, id: number) {
  const found = store.images.detail(id, null);
  if (found === null) throw new Error(`There is no image ${id}.`);
  return found;
}

describe('going back to a version', () => {
  it('brings back labels, exclusions, flags, notes and boxes as one act that can be undone and redone', () => {
    const { store, dataset, ids, a, b, c, d } = study();
    store.labels.apply([a], { kind: 'note', note: 'first' }, 'ada');
    store.labels.apply([b], { kind: 'hard', label: 'anger' }, 'ada');
    const point = store.versions.lastLine(dataset);
    const then = stateOf(store, ids);
    const soft = store.images.files(dataset, null).map((file) => file.soft);
    store.labels.apply([a, b, c], { kind: 'hard', label: 'fear' }, 'ben');
    store.labels.apply([a, d], { kind: 'exclude', excluded: true }, 'ben');
    store.labels.apply([a], { kind: 'note', note: 'second' }, 'ben');
    store.labels.apply([a, b], { kind: 'flag', flagged: true }, 'ben');
    store.labels.apply([a], { kind: 'box', box: { x: 1, y: 2, width: 3, height: 4 } }, 'ben');
    const later = stateOf(store, ids);
    const batch = store.labels.restore(dataset, point, 'start', 'ada');
    expect(batch).toMatchObject({ changed: 4, description: 'Back to “start” on 4 images', canUndo: true });
    expect([...batch.images].sort()).toEqual([a, b, c, d]);
    expect(stateOf(store, ids)).toEqual(then);
    expect(store.images.files(dataset, null).map((file) => file.soft)).toEqual(soft);
    expect(store.versions.difference(dataset, point, null)).toMatchObject({ images: 0 });
    expect(store.labels.undo('ada')?.description).toBe('Back to “start” on 4 images');
    expect(stateOf(store, ids)).toEqual(later);
    store.labels.redo('ada');
    expect(stateOf(store, ids)).toEqual(then);
    store.labels.undo('ada');
    expect(stateOf(store, ids)).toEqual(later);
    // The acts before are still there to undo, one by one, for whoever did them.
    store.labels.undo('ben');
    expect(store.images.file(a)?.box).toBeNull();
  });

  it('is told as a reversal in the history, and takes nothing out of the log', () => {
    const { store, dataset, a } = study();
    store.labels.apply([a], { kind: 'hard', label: 'sad' }, 'ben');
    store.labels.restore(dataset, 0, 'as imported', 'ada');
    expect(detail(store, a).history.map(({ annotator, after, reversal }) => [annotator, after, reversal])).toEqual([
      ['ben', 'sad', false],
      ['ada', 'happy', true],
    ]);
    expect(detail(store, a).row.reviewed).toBe(false);
  });

  it('follows with the loss of every prediction', () => {
    const { store, dataset, a } = study();
    const run = addRun(store, dataset);
    store.runs.putPredictions(run, [{ image: a, mu: muFor('happy'), logvar: new Float32Array(SEVEN.length) }]);
    const before = store.images.rows([a], run)[0]?.loss;
    store.labels.apply([a], { kind: 'hard', label: 'sad' }, 'ben');
    store.labels.apply([a], { kind: 'exclude', excluded: true }, 'ben');
    expect(store.images.rows([a], run)[0]?.loss).not.toBe(before);
    store.labels.restore(dataset, 0, 'as imported', 'ada');
    expect(store.images.rows([a], run)[0]).toMatchObject({ loss: before, correct: true, status: 'ok' });
  });

  it('has nothing to do where nothing differs, and leaves opinions alone', () => {
    const { store, dataset, a } = study();
    store.labels.apply([a], { kind: 'hard', label: 'sad' }, 'ben', { as: 'opinion' });
    expect(() => store.labels.restore(dataset, 0, 'start', 'ada')).toThrow(/as they were in “start”/);
    expect(detail(store, a).history).toHaveLength(1);
  });
});

describe('training on a version', () => {
  it('takes the labels, exclusions and boxes of that time', () => {
    const { store, dataset, a, b, d } = study();
    store.labels.apply([b], { kind: 'hard', label: 'anger' }, 'ada');
    const point = store.versions.lastLine(dataset);
    const counts = { images: 4, labelled: 3, excluded: 0 };
    const version = store.versions.insert({
      dataset,
      name: 'v1',
      note: '',
      annotator: 'ada',
      at: '2026-01-01T00:00:00Z',
      point,
      contentHash: 'f'.repeat(64),
      ...counts,
    });
    store.labels.apply([a, b], { kind: 'hard', label: 'neutral' }, 'ben');
    store.labels.apply([a], { kind: 'exclude', excluded: true }, 'ben');
    const request = { dataset, trainSplit: 'train', valSplit: 'val', settings: { targets: 'hard' } } as const;
    const labelsOf = (order: typeof request & { version?: number }) => {
      const { train, val } = gatherImages({ store }, order, SEVEN);
      return [...train, ...val].map(({ id, label }) => [id, SEVEN[label]]);
    };
    expect(labelsOf({ ...request, version })).toEqual([
      [a, 'happy'],
      [b, 'anger'],
      [d, 'fear'],
    ]);
    expect(labelsOf(request)).toEqual([
      [b, 'neutral'],
      [d, 'fear'],
    ]);
    const run = store.runs.insert({
      name: 'r',
      kind: 'trained',
      status: 'queued',
      dataset,
      version: { id: version },
      size: 'tiny',
      classes: [...SEVEN],
      vich: true,
      layerEmbedding: true,
      trainSplit: 'train',
      valSplit: 'val',
      settings: null,
      device: 'cpu',
      epochs: 1,
    });
    expect(store.runs.get(run)?.version).toEqual({ id: version, name: 'v1', contentHash: 'f'.repeat(64) });
    store.versions.remove(version);
    expect(store.runs.get(run)?.version).toEqual({ id: null, name: 'v1', contentHash: 'f'.repeat(64) });
  });
});
