import { describe, expect, it } from 'vitest';
import { AuditFilter } from '../../../src-shared/domain/audit.ts';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { addDataset, newImage, temporaryStore } from './fixture.ts';

function labelled(): { store: Store; dataset: number; ids: number[] } {
  const store = temporaryStore();
  const { dataset, ids } = addDataset(store, 'd', [newImage('x/a.png', 'sad'), newImage('y/b.png', 'fear')]);
  const [a = 0, b = 0] = ids;
  const context = { queue: 'hard', run: null, score: 1.5 };
  store.labels.apply([a], { kind: 'hard', label: 'happy' }, 'ann', { context });
  store.labels.apply([b], { kind: 'hard', label: 'sad' }, 'bob', { as: 'opinion' });
  store.labels.apply([a, b], { kind: 'exclude', excluded: true }, 'bob');
  store.labels.undo('bob');
  return { store, dataset, ids };
}

const told = (store: Store, filter: Partial<AuditFilter>) =>
  store.audit
    .page(AuditFilter.parse(filter), null, 100)
    .map(({ annotator, value, action }) => `${annotator} ${value} ${action}`);

describe('the log read event by event', () => {
  it('is told newest first, with what was taken back', () => {
    const { store } = labelled();
    expect(told(store, {})).toEqual([
      'bob included undo',
      'bob included undo',
      'bob excluded apply',
      'bob excluded apply',
      'bob Sad apply',
      'ann Happy apply',
    ]);
    const all = store.audit.page(AuditFilter.parse({}), null, 100);
    expect(all.map(({ takenBack }) => takenBack)).toEqual([false, false, true, true, false, false]);
    expect(all.at(-1)).toMatchObject({ queue: 'hard', score: 1.5, before: 'sad', after: 'happy', opinionOnly: false });
    expect(all.at(-2)).toMatchObject({ queue: null, score: null, before: 'fear', after: 'fear', opinionOnly: true });
  });

  it.each([
    [{ annotator: 'ann' }, 1],
    [{ part: 'exclude' as const }, 4],
    [{ part: 'label' as const }, 2],
    [{ label: 'happy' as const }, 1],
    // An opinion leaves the label as it is.
    [{ label: 'fear' as const }, 0],
    [{ queue: 'hard' }, 1],
    [{ queue: '' }, 5],
    [{ path: 'Y/' }, 3],
    [{ until: '2000-01-01T00:00:00.000Z' }, 0],
    [{ since: '2000-01-01T00:00:00.000Z' }, 6],
    [{ dataset: 99 }, 0],
  ])('%j leaves %i events', (filter, count) => {
    const { store } = labelled();
    expect(told(store, filter)).toHaveLength(count);
    expect(store.audit.summary(AuditFilter.parse(filter)).events).toBe(count);
  });

  it('comes in pages, and names events up to one', () => {
    const { store } = labelled();
    const filter = AuditFilter.parse({});
    const first = store.audit.page(filter, null, 4);
    const second = store.audit.page(filter, first.at(-1)?.id ?? 0, 4);
    expect([...first, ...second]).toEqual(store.audit.page(filter, null, 10));
    const { last, annotators, queues } = store.audit.summary(filter);
    expect({ annotators, queues }).toEqual({ annotators: ['ann', 'bob'], queues: ['hard'] });
    expect(store.audit.ids(filter, last - 1, 3)).toEqual([last - 1, last - 2, last - 3]);
  });
});
