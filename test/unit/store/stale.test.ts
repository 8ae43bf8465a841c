/** Predictions of other pixels than those that are looked at now: marked, out of every figure, and back when they fit again. */
import { expect, it } from 'vitest';
import { addDataset, addRun, muFor, newImage, temporaryStore } from './fixture.ts';

const box = { x: 2, y: 3, width: 20, height: 20 };

function predicted() {
  const store = temporaryStore();
  const { dataset, ids } = addDataset(store, 'd', [
    newImage('a.png', 'sad', { contentHash: 'a' }),
    newImage('b.png', 'sad', { contentHash: 'b', split: 'val' }),
  ]);
  const runs = [addRun(store, dataset), addRun(store, dataset)];
  const [image = 0, other = 0] = ids;
  for (const run of runs)
    store.runs.putPredictions(
      run,
      ids.map((id) => ({ image: id, mu: muFor('sad'), logvar: null })),
    );
  const [run = 0] = runs;
  const row = (id = image, of = run) => store.images.rows([id], of)[0];
  return { store, dataset, run, runs, image, other, row };
}

it('a face that is marked anew makes every run’s prediction of it stale, and its undo takes that back', () => {
  const { store, dataset, runs, run, image, row } = predicted();
  const before = row();
  expect(before).toMatchObject({ stale: false, correct: true });
  store.labels.apply([image], { kind: 'box', box }, 'me');
  for (const one of runs) {
    expect(row(image, one)).toMatchObject({ stale: true, loss: null, correct: null, prediction: 'sad' });
    expect(store.runs.predictions(one, dataset, null).map((each) => each.image)).not.toContain(image);
    expect(store.runs.predictionsOf(one, [image])).toEqual([]);
    expect(store.runs.stale(one, dataset, null)).toEqual([image]);
    expect(store.runs.stale(one, dataset, 'val')).toEqual([]);
  }
  // Relabelled meanwhile, it stays out of the figures.
  store.labels.apply([image], { kind: 'hard', label: 'fear' }, 'me');
  expect(row()).toMatchObject({ stale: true, loss: null, correct: null });
  store.labels.undo('me');
  store.labels.undo('me');
  expect(row()).toMatchObject({ stale: false, loss: before?.loss, correct: true });
  expect(store.runs.stale(run, dataset, null)).toEqual([]);
});

it('a new prediction is of the pixels that it was made of, whatever happened meanwhile', () => {
  const { store, image, run, runs, row } = predicted();
  store.labels.apply([image], { kind: 'box', box }, 'me');
  store.runs.putPredictions(run, [{ image, mu: muFor('fear'), logvar: null, box }]);
  expect(row()).toMatchObject({ stale: false, correct: false });
  expect(row(image, runs[1])).toMatchObject({ stale: true });
  // The job had begun before the face was moved.
  store.runs.putPredictions(run, [{ image, mu: muFor('sad'), logvar: null, box: null }]);
  expect(row()).toMatchObject({ stale: true, loss: null });
});

it('going back to a version brings the box back, and with it the figures', () => {
  const { store, dataset, image, row } = predicted();
  const point = store.versions.lastLine(dataset);
  store.labels.apply([image], { kind: 'box', box }, 'me');
  expect(row()?.stale).toBe(true);
  store.labels.restore(dataset, point, 'start', 'me');
  expect(row()).toMatchObject({ stale: false, correct: true });
});

it('another file under the same name makes the prediction stale until it is made anew', () => {
  const { store, image, other, run, row } = predicted();
  const facts = { reason: null, width: 96, height: 96, bytes: 10, perceptualHash: '', box: null };
  store.images.mend(image, { ...facts, contentHash: 'another' });
  store.images.mend(other, { ...facts, contentHash: 'b' });
  expect(row()).toMatchObject({ stale: true, loss: null, correct: null });
  expect(row(other)).toMatchObject({ stale: false, correct: true });
  // No undo of a box can mend that.
  store.labels.apply([image], { kind: 'box', box }, 'me');
  store.labels.undo('me');
  expect(row()?.stale).toBe(true);
  store.runs.putPredictions(run, [{ image, mu: muFor('sad'), logvar: null }]);
  expect(row()).toMatchObject({ stale: false, correct: true });
});
