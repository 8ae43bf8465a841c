import { afterAll, describe, expect, it } from 'vitest';
import { addDataset, newImage, temporaryStore } from '../store/fixture.ts';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import { Versions } from '../../../src-main/services/versions/versions.ts';
import type { EventMessage } from '../../../src-shared/contract/events.ts';
import type { OpenProject } from '../../../src-main/services/projects/workspace.ts';

const queries = new Queries();
afterAll(() => queries.close());

function study() {
  const store = temporaryStore();
  const { dataset, ids } = addDataset(store, 'Faces', [
    newImage('a.jpg', 'happy', { contentHash: 'a'.repeat(64) }),
    newImage('b.jpg', 'sad', { soft: { sad: 0.7, fear: 0.3 } }),
    newImage('c.jpg', null),
    newImage('d.jpg', 'fear', { split: 'val' }),
  ]);
  const events: EventMessage['event'][] = [];
  // Only the store is looked at.
  const workspace = { require: () => ({ store }) as OpenProject };
  const versions = new Versions(workspace, (event) => events.push(event), 'ada', queries);
  const [a = 0, b = 0, c = 0, d = 0] = ids;
  return { store, dataset, versions, events, a, b, c, d };
}

const create = (versions: Versions, dataset: number, name: string) => versions.create({ dataset, name, note: '' });

/** What the log tells of each image now must be what `states` holds. */
function expectLogAndStateToAgree(store: Store, dataset: number): void {
  const ids = [...store.images.ids({ dataset, run: null, q: '', sort: 'id', descending: false })];
  const asOf = store.history.images(ids, null);
  const rows = store.images.rows(ids, null);
  expect(asOf.map(({ id, label, status, reviewed, flagged }) => ({ id, label, status, reviewed, flagged }))).toEqual(
    rows.map(({ id, label, status, reviewed, flagged }) => ({ id, label, status, reviewed, flagged })),
  );
  const files = new Map(store.images.files(dataset, null).map(({ id, soft, box }) => [id, { soft, box }]));
  for (const { id, status, soft, box } of asOf) if (status === 'ok') expect({ soft, box }).toEqual(files.get(id));
  expect(asOf.map(({ note }) => note)).toEqual(ids.map((id) => store.images.detail(id, null)?.note));
}

describe('versions', () => {
  it('name the labels as they are, with counts and a hash', async () => {
    const { store, versions, dataset, events, a, b } = study();
    store.labels.apply([b], { kind: 'exclude', excluded: true }, 'ada');
    const first = await versions.create({ dataset, name: ' start ', note: 'before review' });
    expect(first).toMatchObject({
      name: 'start',
      note: 'before review',
      annotator: 'ada',
      images: 4,
      labelled: 2,
      excluded: 1,
      changedSince: 0,
    });
    expect(first.contentHash).toMatch(/^[0-9a-f]{64}$/);
    expect(events).toEqual(['versions.changed']);
    store.labels.apply([a], { kind: 'hard', label: 'sad' }, 'ada');
    const second = await create(versions, dataset, 'later');
    expect(second.contentHash).not.toBe(first.contentHash);
    expect((await versions.list(dataset)).map(({ name, changedSince }) => [name, changedSince])).toEqual([
      ['later', 0],
      ['start', 1],
    ]);
    await expect(create(versions, dataset, 'START')).rejects.toMatchObject({ failure: { kind: 'conflict' } });
    await expect(create(versions, 99, 'x')).rejects.toMatchObject({ failure: { kind: 'not-found' } });
  });

  it('have the same hash for the same labels, whatever happened in between', async () => {
    const { store, versions, dataset, a, d } = study();
    const first = await create(versions, dataset, '1');
    store.labels.apply([a, d], { kind: 'hard', label: 'sad' }, 'ada');
    store.labels.undo('ada');
    store.labels.apply([a], { kind: 'note', note: 'nothing that a model learns from' }, 'ada');
    expect((await create(versions, dataset, '2')).contentHash).toBe(first.contentHash);
    store.labels.apply([d], { kind: 'box', box: { x: 1, y: 1, width: 5, height: 5 } }, 'ada');
    expect((await create(versions, dataset, '3')).contentHash).not.toBe(first.contentHash);
  });

  it('tell labels as they stood', async () => {
    const { store, versions, dataset, a, c } = study();
    store.labels.apply([a, c], { kind: 'hard', label: 'anger' }, 'ada');
    const { id } = await create(versions, dataset, 'angry');
    store.labels.apply([a], { kind: 'clear' }, 'ben');
    store.labels.apply([a], { kind: 'exclude', excluded: true }, 'ben');
    const point = store.versions.point(id);
    expect(store.history.images([a, c], point)).toMatchObject([
      { label: 'anger', status: 'ok', annotator: 'ada', datasetLabel: 'happy' },
      { label: 'anger', status: 'ok' },
    ]);
    expect(store.history.images([a], null)).toMatchObject([{ label: null, status: 'excluded', annotator: 'ben' }]);
    expect(
      store.history
        .lines([a, c], point)
        .get(a)
        ?.map(({ kind, annotator }) => [kind, annotator]),
    ).toEqual([['hard', 'ada']]);
    expect(store.history.files(dataset, 'train', point).map(({ label }) => label)).toEqual(['anger', 'sad', 'anger']);
    expect(store.history.files(dataset, 'train', store.versions.lastLine(dataset)).map(({ path }) => path)).toEqual([
      'b.jpg',
      'c.jpg',
    ]);
  });

  it('agree with the present state after any acts, undo and redo', () => {
    const { store, dataset, a, b, c, d } = study();
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    const images = [a, b, c, d];
    for (let step = 0; step < 120; step++) {
      const on = images.filter(() => random(2) === 0);
      const chosen = on.length === 0 ? [a] : on;
      const acts = [
        () => store.labels.apply(chosen, { kind: 'hard', label: random(2) === 0 ? 'sad' : 'fear' }, 'ada'),
        () => store.labels.apply(chosen, { kind: 'clear' }, 'ada'),
        () => store.labels.apply(chosen, { kind: 'soft', soft: { sad: 0.6, fear: 0.4 } }, 'ada'),
        () => store.labels.apply(chosen, { kind: 'hard', label: 'anger' }, 'ben', { as: 'opinion' }),
        () => store.labels.apply(chosen, { kind: 'unsure' }, 'ben'),
        () => store.labels.apply(chosen, { kind: 'exclude', excluded: random(2) === 0 }, 'ada'),
        () => store.labels.apply(chosen, { kind: 'flag', flagged: random(2) === 0 }, 'ada'),
        () => store.labels.apply(chosen, { kind: 'note', note: `note ${step}` }, 'ada'),
        () => store.labels.undo('ada'),
        () => store.labels.redo('ada'),
      ];
      acts[random(acts.length)]?.();
    }
    expectLogAndStateToAgree(store, dataset);
  });

  it('say whose the label is, not whose the last opinion', () => {
    const { store, a } = study();
    store.labels.apply([a], { kind: 'hard', label: 'sad' }, 'ada');
    store.labels.apply([a], { kind: 'hard', label: 'fear' }, 'ben', { as: 'opinion' });
    expect(store.history.images([a], null)).toMatchObject([{ label: 'sad', annotator: 'ada' }]);
    expect(store.history.lines([a], null).get(a)?.at(-1)).toMatchObject({
      voter: 'ben',
      opinionBefore: null,
      opinionAfter: { kind: 'hard', label: 'fear' },
    });
  });
});

describe('the difference between two versions', () => {
  it('says who changed what on how many images', async () => {
    const { store, versions, dataset, a, b, c, d } = study();
    const before = await create(versions, dataset, 'before');
    store.labels.apply([a, b], { kind: 'hard', label: 'anger' }, 'ada');
    store.labels.apply([c], { kind: 'hard', label: 'anger' }, 'ben');
    store.labels.apply([d], { kind: 'exclude', excluded: true }, 'ben');
    store.labels.apply([d], { kind: 'note', note: 'blurred' }, 'ben');
    const after = await create(versions, dataset, 'after');
    const difference = await versions.difference({ before: before.id, after: after.id });
    expect(difference).toMatchObject({
      images: 4,
      some: [a, b, c, d],
      excluded: 1,
      included: 0,
      notes: 1,
      flags: 0,
      annotators: [
        { annotator: 'ada', images: 2 },
        { annotator: 'ben', images: 2 },
      ],
    });
    expect(difference.labels).toHaveLength(3);
    expect(difference.labels).toContainEqual({ from: null, to: 'anger', images: 1 });
    // Backwards, and to now.
    expect(await versions.difference({ before: after.id, after: before.id })).toMatchObject({ images: 4, included: 1 });
    store.labels.apply([c], { kind: 'clear' }, 'ben');
    expect(await versions.difference({ before: before.id, after: null })).toMatchObject({ images: 3, some: [a, b, d] });
    expect(await versions.difference({ before: after.id, after: null })).toMatchObject({ images: 1, some: [c] });
    expect(await versions.difference({ before: after.id, after: after.id })).toMatchObject({
      images: 0,
      annotators: [],
    });
  });

  it('is refused between datasets', async () => {
    const { store, versions, dataset } = study();
    const other = addDataset(store, 'Other', [newImage('x.jpg', 'sad')]);
    const one = await create(versions, dataset, 'one');
    const two = await create(versions, other.dataset, 'one');
    await expect(versions.difference({ before: one.id, after: two.id })).rejects.toThrow(/different datasets/);
    versions.remove(two.id);
    await expect(versions.difference({ before: one.id, after: two.id })).rejects.toThrow(/no version/);
    store.datasets.remove(dataset);
    expect(store.versions.get(one.id)).toBeNull();
  });
});
