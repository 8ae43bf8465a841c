import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { plant } from './images.ts';
import { openProject } from './project.ts';
import { drawFaces } from '../../fixtures/faces.ts';
import * as fixtures from '../../fixtures/formats.ts';
import { labelled } from '../exports/project.ts';

/** Everything that is known of a dataset's images, but for the numbers that each project gives anew. */
function everything(store: Store, dataset: number) {
  const ids = [...store.images.ids({ dataset, run: null, q: '', sort: 'id', descending: false })];
  const lines = store.history.lines(ids, null);
  return store.history.images(ids, null).map(({ id, ...image }) => ({
    ...image,
    lines: (lines.get(id) ?? []).map(({ batch: _batch, target, ...line }) => ({ ...line, reverses: target !== null })),
  }));
}

it('import(export(x)) = x: labels, votes, targets, boxes and the whole history', async () => {
  const source = await openProject();
  const root = source.source();
  await fixtures.ferplusPictures(root, await drawFaces(2));
  const { project, store, labels, dataset, out, write } = await labelled({
    source: root,
    format: 'ferplus',
    name: 'faces',
    choices: { voteRule: 'crossentropy' },
  });
  const ids = [...store.images.ids({ dataset, run: null, q: '', sort: 'id', descending: false })];
  const on = (from: number, to: number) => ({ on: { images: ids.slice(from, to) } });
  labels.apply({ ...on(2, 5), change: { kind: 'hard', label: 'fear' } });
  labels.apply({ ...on(3, 4), change: { kind: 'soft', soft: { sad: 0.6, fear: 0.4 } } });
  labels.apply({ ...on(4, 6), change: { kind: 'exclude', excluded: true } });
  labels.undo();
  labels.apply({ ...on(5, 7), change: { kind: 'box', box: { x: 4, y: 5, width: 30, height: 31 } } });
  labels.apply({ ...on(6, 7), change: { kind: 'note', note: '=cmd|"/c calc"!A1, “ends\nhere”' } });
  labels.apply({ ...on(7, 8), change: { kind: 'flag', flagged: true } });
  // The score that it was decided on goes along; a run's number means nothing elsewhere.
  const context = { queue: 'ambiguous', run: null, score: 0.41 };
  labels.apply({ ...on(0, 1), change: { kind: 'hard', label: 'sad' }, context });
  const folder = out('portable');
  await write({ format: 'portable', files: 'copy', out: folder });
  const before = everything(store, dataset);
  expect(before[0]?.lines.map((line) => line.context)).toEqual([context]);

  const { report } = await project.import({ source: folder, format: 'auto', name: 'back' });
  expect(report).toMatchObject({ format: 'portable', images: ids.length, broken: 0 });
  expect(everything(store, report.dataset)).toEqual(before);
  await source[Symbol.asyncDispose]();
}, 60_000);

it('keeps a label that a spreadsheet would run as the text that it is', async () => {
  await using project = await openProject();
  const face = (await drawFaces(1))[0]?.jpeg ?? Buffer.alloc(0);
  const label = `=cmd|'/c calc'!A1`;
  const root = plant(project.source(), { 'a.jpg': face, 'b.jpg': Buffer.concat([face, Buffer.from('b')]) });
  plant(root, { 'list.csv': `path;label\na.jpg;${label}\nb.jpg;<img src=x onerror=alert(1)>\n` });
  const { report } = await project.import({ source: join(root, 'list.csv'), format: 'auto', name: 'x' });
  expect(report).toMatchObject({ images: 2, unlabelled: 2 });
  expect(report.problems.map(({ reason }) => reason)).toContain(
    `The class “${label}” is not known: 1 image stays unlabelled.`,
  );
});
