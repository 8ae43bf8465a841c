import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Gallery } from '../../../src-main/services/images/gallery.ts';
import { Labels } from '../../../src-main/services/labels/labels.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import { addRun } from '../store/fixture.ts';
import { picture, plant } from './images.ts';
import { openProject } from './project.ts';

it('points a dataset at the folder that its images have moved to, and looks again at what was missing', async () => {
  await using project = await openProject();
  const lines = Array.from({ length: 6 }, (_, i) => `pictures/${i}.jpg,sad`);
  const files: Record<string, Buffer | string> = { 'list.csv': ['path,label', ...lines].join('\n') };
  for (let i = 0; i < 5; i++) files[`pictures/${i}.jpg`] = await picture(i);
  const root = plant(project.source(), files);
  const { report } = await project.import({ source: join(root, 'list.csv'), format: 'csv', name: 'x' });
  expect(report).toMatchObject({ images: 6, broken: 1 });
  expect(await project.datasets.files(report.dataset)).toMatchObject({
    looked: 6,
    missing: 1,
    examples: ['pictures/5.jpg'],
  });

  const elsewhere = join(project.source(), 'disk', 'moved');
  mkdirSync(join(elsewhere, '..'), { recursive: true });
  renameSync(root, elsewhere);
  plant(elsewhere, { 'pictures/5.jpg': await picture(5) });
  expect(await project.datasets.files(report.dataset)).toMatchObject({ missing: 6 });
  await expect(project.datasets.repoint(report.dataset, project.source())).rejects.toMatchObject({
    failure: { kind: 'not-found', remedy: expect.stringMatching(/pictures\/0\.jpg/) as string },
  });
  // One folder too high is near enough.
  const found = await project.datasets.repoint(report.dataset, join(elsewhere, '..'));
  expect(found).toMatchObject({ root: elsewhere, missing: 0 });
  await project.workspace.require().jobs.finished(found.job ?? 0);
  expect(project.datasets.list()[0]).toMatchObject({ root: elsewhere, broken: 0 });
  const { images } = project.workspace.require().store;
  const ids = images.ids({ dataset: report.dataset, run: null, q: '', sort: 'id', descending: false });
  expect(images.rows([...ids], null).map(({ status, reason }) => [status, reason])).toEqual(
    Array(6).fill(['ok', null]),
  );

  const others = project.source();
  for (let i = 0; i < 6; i++) plant(others, { [`pictures/${i}.jpg`]: await picture(50 + i) });
  await expect(project.datasets.repoint(report.dataset, others)).rejects.toMatchObject({
    failure: { kind: 'conflict', message: expect.stringMatching(/other images of the same names/) as string },
  });
});

it('notices files that were replaced in place, and reads them again: other pictures, whose predictions are stale', async () => {
  await using project = await openProject();
  const names = ['happy/a.jpg', 'happy/b.jpg', 'sad/c.jpg', 'sad/d.jpg', 'sad/e.jpg'];
  const face = async (seed: number, tail: string) => Buffer.concat([await picture(seed), Buffer.from(tail)]);
  const root = project.source();
  for (const [index, name] of names.entries()) plant(root, { [name]: await face(index, 'as it was') });
  const { report } = await project.import({ source: root, format: 'folders', name: 'x' });
  const { dataset } = report;
  const { store, jobs } = project.workspace.require();
  const rows = () => store.images.rows([...ids], run);
  const ids = store.images.ids({ dataset, run: null, q: '', sort: 'id', descending: false });
  const run = addRun(store, dataset);
  const mu = Float32Array.of(0, 1, 0, 0, 0, 0, 0);
  store.runs.putPredictions(
    run,
    [...ids].map((image) => ({ image, mu, logvar: null })),
  );
  const hashes = () => [...ids].map((image) => store.images.file(image)?.contentHash);
  const before = hashes();
  expect(await project.datasets.files(dataset)).toMatchObject({ missing: 0, changed: 0, examples: [] });

  // One left out by a person, one that is no picture any more, one of the same length, and one that has gone.
  const labels = new Labels(project.workspace, new Gallery(project.workspace, new Queries()), () => undefined, 'me');
  labels.apply({ on: { images: [ids[1] ?? 0] }, change: { kind: 'exclude', excluded: true } });
  for (const name of ['happy/a.jpg', 'happy/b.jpg']) writeFileSync(join(root, name), await picture(70, 'jpeg', 90));
  writeFileSync(join(root, 'sad/c.jpg'), 'no picture');
  writeFileSync(join(root, 'sad/d.jpg'), await face(3, 'as it is.'));
  rmSync(join(root, 'sad/e.jpg'));
  expect(await project.datasets.files(dataset)).toMatchObject({ missing: 1, changed: 3, examples: ['sad/e.jpg'] });

  const { job } = project.datasets.lookAgain(dataset);
  expect(await jobs.finished(job)).toMatchObject({ status: 'done', text: '4 have changed, 0 are sound now' });
  expect(rows().map(({ status, stale, label }) => [status, stale, label])).toEqual([
    ['ok', true, 'happy'],
    ['excluded', true, 'happy'],
    ['broken', true, 'sad'],
    ['ok', true, 'sad'],
    ['ok', false, 'sad'],
  ]);
  expect(hashes().map((hash, index) => hash === before[index])).toEqual([false, false, false, false, true]);
  expect(await project.datasets.files(dataset)).toMatchObject({ missing: 1, changed: 0 });
  expect(() => project.datasets.lookAgain(99)).toThrow('There is no dataset 99');
});
