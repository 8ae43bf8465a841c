import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
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
