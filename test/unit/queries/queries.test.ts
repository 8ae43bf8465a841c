import { afterAll, expect, it } from 'vitest';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import { addDataset, newImage, temporaryStore } from '../store/fixture.ts';

const queries = new Queries();
afterAll(() => queries.close());

it('counts beside the services, and sees what was just written', async () => {
  const store = temporaryStore();
  const { dataset, ids } = addDataset(store, 'faces', [newImage('a.png', 'sad'), newImage('b.png', 'happy')]);
  const query = { dataset, run: null, q: '' };
  expect((await queries.facets(store.folder, query)).label).toEqual({ sad: 1, happy: 1 });
  store.labels.apply(ids.slice(0, 1), { kind: 'hard', label: 'fear' }, 'ada');
  const after = await queries.facets(store.folder, query);
  expect(after.label).toEqual({ fear: 1, happy: 1 });
  expect(after.annotator).toEqual({ ada: 1 });
  await queries.release();
  expect((await queries.facets(store.folder, query)).label).toEqual(after.label);
});

it('says why a filter cannot be read, and goes on', async () => {
  const store = temporaryStore();
  const { dataset } = addDataset(store, 'faces', [newImage('a.png', 'sad')]);
  const asked = queries.facets(store.folder, { dataset, run: null, q: 'label:grumpy' });
  await expect(asked).rejects.toThrow(FailureError);
  expect((await queries.facets(store.folder, { dataset, run: null, q: '' })).label).toEqual({ sad: 1 });
  await queries.release();
});

it('follows disagreement: the dataset’s votes and what annotators say', async () => {
  const store = temporaryStore();
  const { dataset, ids } = addDataset(store, 'faces', [
    newImage('a.png', 'sad', { votes: { sad: 3, fear: 1, unknown: 5 } }),
    newImage('b.png', 'happy'),
  ]);
  const disagreement = (): (number | null)[] => store.images.rows(ids, null).map((row) => row.disagreement);
  const entropy = (...shares: number[]): number => -shares.reduce((sum, p) => sum + p * Math.log(p), 0);
  expect(disagreement()).toEqual([expect.closeTo(entropy(0.75, 0.25), 12), null]);
  store.labels.apply(ids, { kind: 'hard', label: 'fear' }, 'ada', { as: 'opinion' });
  expect(disagreement()).toEqual([expect.closeTo(entropy(0.6, 0.4), 12), null]);
  store.labels.apply(ids.slice(1), { kind: 'soft', soft: { fear: 0.5, sad: 0.5 } }, 'ben', { as: 'opinion' });
  expect(disagreement()[1]).toBeCloseTo(entropy(0.75, 0.25), 12);
  store.labels.undo('ben');
  expect(disagreement()[1]).toBeNull();
  expect((await queries.facets(store.folder, { dataset, run: null, q: '' })).disagreement?.bins).toContain(1);
  await queries.release();
});

it('breaks counts off for a query, and ends those that something newer replaced', async () => {
  const store = temporaryStore();
  const images = Array.from({ length: 30_000 }, (_, index) => newImage(`${index}.png`, index % 2 ? 'sad' : 'happy'));
  const { dataset } = addDataset(store, 'faces', images);
  const query = { dataset, run: null, q: 'label:sad' };
  const old = expect(queries.facets(store.folder, { ...query, q: '' })).rejects.toMatchObject({
    failure: { kind: 'cancelled' },
  });
  const counts = queries.facets(store.folder, query);
  const ids = await queries.ask('select', store.folder, { ...query, sort: 'id', descending: false });
  expect(ids).toHaveLength(15_000);
  await old;
  expect((await counts).split).toEqual({ train: 15_000 });
  await queries.release();
});
