import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asPixels, drawFaces } from '../../fixtures/faces.ts';
import { picture, plant } from './images.ts';
import { openProject } from './project.ts';

const two = async () => ({ 'happy/a.jpg': await picture(1), 'sad/b.jpg': await picture(2) });

it('files that an import wrote into the project go with their dataset; what a person put beside them stays', async () => {
  await using project = await openProject();
  const { folder } = project.workspace.require().store;
  const root = plant(project.source(), await two());
  const copied = await project.import({ source: root, format: 'folders', name: 'Copied', choices: { copy: true } });
  const [face] = await drawFaces(1);
  if (face === undefined) throw new Error('There are faces.');
  const table = plant(project.source(), {
    'fer2013.csv': `emotion,pixels,Usage\n3,${(await asPixels(face)).join(' ')},Training\n`,
  });
  const pixels = await project.import({ source: table, format: 'fer2013', name: 'Pixels' });
  const own = plant(join(folder, 'images', 'mine'), await two());
  const mine = await project.import({ source: own, format: 'folders', name: 'Mine' });
  expect(readdirSync(join(folder, 'images')).sort()).toEqual(['Copied', 'Pixels', 'mine']);
  for (const { report } of [copied, pixels, mine]) await project.datasets.remove(report.dataset);
  expect(readdirSync(join(folder, 'images'))).toEqual(['mine']);
  expect(existsSync(join(own, 'happy/a.jpg'))).toBe(true);
  expect(existsSync(join(root, 'happy/a.jpg'))).toBe(true);
});

it('files that another dataset still uses stay, and go with the last one', async () => {
  await using project = await openProject();
  const root = plant(project.source(), await two());
  const first = await project.import({ source: root, format: 'folders', name: 'First', choices: { copy: true } });
  const copies = project.datasets.list()[0]?.root ?? '';
  const second = await project.import({ source: copies, format: 'folders', name: 'Second' });
  expect(second.report).toMatchObject({ images: 2, problemCount: 0 });
  await project.datasets.remove(first.report.dataset);
  expect(await project.datasets.files(second.report.dataset)).toMatchObject({ missing: 0 });
  await project.datasets.remove(second.report.dataset);
  expect(existsSync(copies)).toBe(false);
});

it('what a crash left of a removal is taken away at the next opening, and nothing of a dataset that is still there', async () => {
  await using project = await openProject();
  const { workspace } = project;
  const { store } = workspace.require();
  const { folder } = store;
  const root = plant(project.source(), await two());
  const choices = { copy: true };
  const gone = await project.import({ source: root, format: 'folders', name: 'Gone', choices });
  const kept = await project.import({ source: root, format: 'folders', name: 'Kept', choices });
  // As it stands when the power fails: both removals were noted, the rows of one only have gone, one file of it too.
  store.setMeta('leaving-folders', JSON.stringify([join('images', 'Gone'), join('images', 'Kept'), '../outside']));
  store.datasets.remove(gone.report.dataset);
  await workspace.close();
  await workspace.open(folder);
  expect(readdirSync(join(folder, 'images'))).toEqual(['Kept']);
  expect(await project.datasets.files(kept.report.dataset)).toMatchObject({ missing: 0 });
  expect(workspace.require().store.getMeta('leaving-folders')).toBe('[]');
});

it('a folder of copies that was put elsewhere by hand is no longer the project’s, and stays; what the import wrote goes', async () => {
  await using project = await openProject();
  const root = plant(project.source(), await two());
  const { report } = await project.import({ source: root, format: 'folders', name: 'Copied', choices: { copy: true } });
  const other = await project.import({ source: root, format: 'folders', name: 'Other', choices: { copy: true } });
  const elsewhere = join(project.source(), 'copies');
  const copies = project.datasets.list().find(({ id }) => id === report.dataset)?.root ?? '';
  cpSync(copies, elsewhere, { recursive: true });
  // There and back again: nothing goes as long as the dataset is there.
  for (const place of [elsewhere, copies, elsewhere]) await project.datasets.repoint(report.dataset, place);
  expect(existsSync(join(copies, 'happy/a.jpg'))).toBe(true);
  await project.datasets.remove(report.dataset);
  expect(existsSync(copies)).toBe(false);
  expect(await project.datasets.files(other.report.dataset)).toMatchObject({ missing: 0 });
  expect(existsSync(join(elsewhere, 'happy/a.jpg'))).toBe(true);
});
