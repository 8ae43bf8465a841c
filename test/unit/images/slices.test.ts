import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { SavedSlice } from '../../../src-shared/domain/saved-slice.ts';
import { slicesIn } from '../../../src-main/services/evaluation/slices.ts';
import { Slices } from '../../../src-main/services/images/slices.ts';
import { Workspace } from '../../../src-main/services/projects/workspace.ts';
import { addDataset, addRun, muFor, newImage, temporaryFolder } from '../store/fixture.ts';

async function setUp() {
  const base = temporaryFolder();
  const told: number[] = [];
  const workspace = new Workspace({ home: join(base, 'home'), door: 'cli', emit: () => undefined });
  onTestFinished(() => workspace.close());
  await workspace.create(join(base, 'p'), 'P');
  const { store } = workspace.require();
  const images = Array.from({ length: 40 }, (_, index) => newImage(`${index}.png`, index % 4 === 0 ? 'sad' : 'happy'));
  const { dataset, ids } = addDataset(store, 'd', images);
  const slices = new Slices(workspace, (event, payload) => {
    if (event === 'slices.changed' && 'dataset' in payload) told.push(payload.dataset);
  });
  const rule = (name: string, q: string): Omit<SavedSlice, 'id'> => ({
    ...{ dataset, name, q, sort: 'loss', descending: true },
  });
  return { base, workspace, store, dataset, ids, slices, rule, told };
}

it('a slice is a rule with a name: saved, renamed, removed, told, and still there when the project is opened again', async () => {
  const { base, workspace, dataset, slices, rule, told } = await setUp();
  const saved = slices.save(rule(' Sad ones ', 'label:sad'));
  slices.save(rule('Wrong', 'wrong sigma>.5'));
  expect(slices.list(dataset).map(({ name, q }) => [name, q])).toEqual([
    ['Sad ones', 'label:sad'],
    ['Wrong', 'wrong sigma>.5'],
  ]);
  expect(() => slices.save(rule('sad ONES', 'wrong'))).toThrow('already called');
  expect(() => slices.rename(saved.id, 'Wrong')).toThrow('already called');
  expect(() => slices.save(rule('Bad', 'lable:sad'))).toThrow('There is no field');
  slices.rename(saved.id, 'Sad');
  await workspace.close();
  await workspace.open(join(base, 'p'));
  expect(slices.list(dataset)[0]).toEqual({ ...rule('Sad', 'label:sad'), id: saved.id });
  slices.remove(saved.id);
  expect(slices.list(dataset)).toHaveLength(1);
  expect(() => slices.remove(saved.id)).toThrow('no longer there');
  expect(told).toEqual([dataset, dataset, dataset, dataset]);
});

it('Analysis measures it, follows the labels, and warns where it is small', async () => {
  const { store, dataset, ids, slices, rule } = await setUp();
  const run = addRun(store, dataset);
  store.runs.putPredictions(
    run,
    ids.map((image, index) => ({ image, mu: muFor(index % 2 ? 'happy' : 'sad'), logvar: new Float32Array(7) })),
  );
  slices.save(rule('Sad', 'label:sad'));
  slices.save(rule('Nothing', 'label:anger'));
  const saved = () => slicesIn(store, { run, dataset, split: null }).find(({ name }) => name === 'saved')?.slices;
  expect(saved()).toHaveLength(1);
  expect(saved()?.[0]).toMatchObject({ title: 'Sad', images: 10, errors: 0, small: true });
  store.labels.apply(ids.slice(1, 2), { kind: 'hard', label: 'sad' }, 'ada');
  expect(saved()?.[0]).toMatchObject({ images: 11, errors: 1 });
  const q = saved()?.[0]?.q ?? '';
  expect(store.images.ids({ dataset, run, q, sort: 'id', descending: false })).toHaveLength(11);
});
