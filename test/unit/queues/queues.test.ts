import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { QueueName } from '../../../src-shared/domain/queue.ts';
import { Gallery } from '../../../src-main/services/images/gallery.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import type { Workspace } from '../../../src-main/services/projects/workspace.ts';
import { Queues } from '../../../src-main/services/queues/queues.ts';
import { ScriptedEngine } from '../runs/fakes.ts';
import { addDataset, addRun, muFor, newImage, temporaryStore } from '../store/fixture.ts';

const queries = new Queries();
afterAll(() => queries.close());
afterEach(() => queries.release());

function setUp() {
  const store = temporaryStore();
  const { dataset, ids } = addDataset(store, 'd', [
    newImage('right.png', 'happy'),
    newImage('wrong.png', 'sad'),
    newImage('twin.png', 'fear', { contentHash: 'c', perceptualHash: 'ffff00000000ffff', split: 'train' }),
    newImage('other.png', 'anger', { contentHash: 'c', perceptualHash: 'ffff00000000ffff', split: 'test' }),
    newImage('out.png', 'sad'),
  ]);
  const run = addRun(store, dataset);
  store.runs.putPredictions(
    run,
    // The model agrees with every label but that of wrong.png.
    (['happy', 'happy', 'fear', 'anger', 'sad'] as const).map((expression, at) => ({
      image: ids[at] ?? 0,
      mu: muFor(expression),
      logvar: muFor('sad'),
    })),
  );
  const [right = 0, wrong = 0, twin = 0, other = 0, out = 0] = ids;
  store.labels.apply([out], { kind: 'exclude', excluded: true }, 'ann');
  const project = { store };
  const workspace = { require: () => project } as Pick<Workspace, 'require'>;
  const gallery = new Gallery(workspace as Workspace, queries);
  const queues = new Queues(workspace, gallery, { engine: new ScriptedEngine(), emit: () => undefined, queries });
  const open = (queue: QueueName, more: { threshold?: number; q?: string; annotator?: string } = {}) =>
    queues.open({ queue, dataset, run, annotator: 'ann', q: '', sort: 'id', descending: false, ...more });
  const page = (snapshot: string, annotator = 'ann') => queues.page({ snapshot, annotator, offset: 0, limit: 50 });
  return { store, dataset, queues, open, page, right, wrong, twin, other };
}

describe('queues', () => {
  it('put labels that the model contradicts first, with a reason, above a threshold that can be moved', async () => {
    const { open, page, wrong } = setUp();
    const { snapshot, threshold, scored, total } = await open('mislabelled');
    const entries = page(snapshot);
    expect(threshold).toBe(0.75);
    expect(entries.map(({ row }) => row.id)).toEqual([wrong]);
    expect(entries[0]?.reason).toMatch(/Happy \(\d+ %\), labelled/);
    expect((await open('mislabelled', { threshold: 0 })).total).toBe(scored);
    expect(total).toBeLessThan(scored);
  });

  it('keep to the gallery’s filter', async () => {
    const { open, page, wrong } = setUp();
    expect(page((await open('mislabelled', { q: 'label:sad' })).snapshot).map(({ row }) => row.id)).toEqual([wrong]);
    expect(page((await open('view', { q: 'label:sad' })).snapshot)).toHaveLength(2);
  });

  it('show twins with the leak between splits', async () => {
    const { open, page, twin, other } = setUp();
    const entries = page((await open('duplicates')).snapshot);
    expect(entries.map(({ row }) => row.id).sort()).toEqual([twin, other].sort());
    expect(entries.find(({ row }) => row.id === twin)?.reason).toBe(
      'same bytes as other.png, in “test”, labelled Anger',
    );
  });

  it('know what an annotator has decided, and go on to what is left', async () => {
    const { open, queues, store, wrong, dataset } = setUp();
    const { snapshot, total } = await open('view');
    const next = (from: number, backwards = false) => queues.next({ snapshot, annotator: 'ann', from, backwards });
    expect(total).toBe(5);
    store.labels.apply([wrong], { kind: 'unsure' }, 'ann', { context: { queue: 'view', run: null, score: null } });
    expect(await queues.progress({ snapshot, annotator: 'ann' })).toEqual({
      decided: 2,
      decisions: 1,
      changed: 0,
      expected: null,
    });
    expect((await queues.progress({ snapshot, annotator: 'bob' })).decided).toBe(1);
    expect([await next(-1), await next(0), await next(2, true), await next(3)]).toEqual([0, 2, 0, 0]);
    store.labels.undo('ann');
    expect(store.opinions.decisions(dataset, 'view')).toEqual({ decisions: 0, changed: 0 });
    store.labels.redo('ann');
    expect(store.opinions.decisions(dataset, 'view').decisions).toBe(1);
  });

  it('tell how many labels will still change, at the rate so far', async () => {
    const { open, queues, store, right, wrong } = setUp();
    const { snapshot } = await open('view');
    for (let turn = 0; turn < 10; turn++)
      store.labels.apply([wrong], { kind: 'hard', label: turn % 2 === 0 ? 'fear' : 'happy' }, 'ann', {
        context: { queue: 'view', run: null, score: 0.9 },
      });
    expect(await queues.progress({ snapshot, annotator: 'ann' })).toEqual({
      decided: 2,
      decisions: 10,
      changed: 10,
      expected: 3,
    });
    store.labels.apply([right], { kind: 'skip' }, 'ann');
    expect((await queues.progress({ snapshot, annotator: 'ann' })).expected).toBe(2);
  });

  it('give a second annotator what others have judged, and a judge what they differ on', async () => {
    const { open, page, queues, store, right, wrong } = setUp();
    store.labels.apply([right, wrong], { kind: 'hard', label: 'happy' }, 'ann');
    expect(page((await open('second', { annotator: 'bob' })).snapshot).map(({ row }) => row.id)).toEqual([
      right,
      wrong,
    ]);
    expect((await open('second', { annotator: 'ann' })).total).toBe(0);
    expect((await open('adjudicate')).total).toBe(0);
    store.labels.apply([wrong], { kind: 'hard', label: 'sad' }, 'bob', { as: 'opinion' });
    const [entry] = page((await open('adjudicate')).snapshot);
    expect(entry).toMatchObject({ row: { id: wrong }, reason: 'Happy 1, Sad 1' });
    expect(entry?.score).toBeCloseTo(Math.log(2), 12);
    // A judge who has voted has decided nothing yet.
    const { snapshot } = await open('adjudicate');
    const decided = async () => (await queues.progress({ snapshot, annotator: 'ann' })).decided;
    expect(await decided()).toBe(0);
    const context = { queue: 'adjudicate', run: null, score: 0.7 };
    store.labels.apply([wrong], { kind: 'hard', label: 'sad' }, 'ann', { as: 'decision', context });
    expect(await decided()).toBe(1);
    store.labels.undo('ann');
    expect(await decided()).toBe(0);
  });

  it('are gone after others were opened, and say so', async () => {
    const { open, page } = setUp();
    const { snapshot } = await open('view');
    for (let more = 0; more < 9; more++) await open('view');
    expect(() => page(snapshot)).toThrow(/no longer kept/);
  });
});
