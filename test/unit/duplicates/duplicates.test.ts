import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import sharp from 'sharp';
import { Duplicates } from '../../../src-main/services/duplicates/duplicates.ts';
import { findLeaks } from '../../../src-main/services/duplicates/leaks.ts';
import { Queues } from '../../../src-main/services/queues/queues.ts';
import { Gallery } from '../../../src-main/services/images/gallery.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import { Labels } from '../../../src-main/services/labels/labels.ts';
import { drawFaces } from '../../fixtures/faces.ts';
import { plant } from '../datasets/images.ts';
import { openProject } from '../datasets/project.ts';

it('finds equal and near images within and across splits, and leaves out what leaks, as one act', async () => {
  await using project = await openProject();
  const faces = await drawFaces(2);
  const files: Record<string, Buffer> = {};
  for (const [index, { expression, jpeg }] of faces.entries()) files[`train/${expression}/${index}.jpg`] = jpeg;
  const [first, second, third] = faces;
  if (first === undefined || second === undefined || third === undefined) throw new Error('There are faces.');
  files['train/happy/again.jpg'] = first.jpeg;
  files['test/neutral/leak.jpg'] = second.jpeg;
  // The same picture as another program saves it: other bytes, alike to the eye.
  files['val/happy/near.jpg'] = await sharp(third.jpeg).jpeg({ quality: 70 }).toBuffer();
  const root = plant(project.source(), files);
  const { report } = await project.import({ source: root, format: 'folders', name: 'x' });
  expect(report.duplicates).toBe(2);
  const labels = new Labels(project.workspace, new Gallery(project.workspace, new Queries()), () => undefined, 'me');
  const duplicates = new Duplicates(project.workspace, labels);
  const request = { dataset: report.dataset, near: 3 };
  const found = await duplicates.find(request);
  expect(found).toMatchObject({
    images: faces.length + 3,
    exact: { groups: 2, images: 4 },
    nearly: { groups: 1, images: 2 },
    across: { groups: 2, images: 4 },
    surplus: { all: 3, across: 2 },
  });
  expect(found.listed.map(({ kind, across }) => [kind, across])).toEqual([
    ['exact', true],
    ['near', true],
    ['exact', false],
  ]);
  expect(await duplicates.find({ ...request, near: 0 })).toMatchObject({
    nearly: { groups: 0 },
    across: { groups: 1 },
  });
  const { store } = project.workspace.require();
  const leaks = async (splits: string[], near?: number) => {
    const found = await findLeaks(store, { dataset: report.dataset, splits, ...(near !== undefined && { near }) });
    return found.map(({ kind, images }) => [kind, ...images.map(({ split }) => split)]);
  };
  expect(await leaks(['train', 'val'])).toEqual([['near', 'train', 'val']]);
  expect(await leaks(['train', 'test'])).toEqual([['exact', 'test', 'train']]);
  expect(await leaks(['val', 'test'])).toEqual([]);
  expect(await leaks(['train', 'val', 'test'], 0)).toEqual([['exact', 'test', 'train']]);
  const out = join(project.source(), 'groups.csv');
  await duplicates.export(request, out);
  expect(readFileSync(out, 'utf8').trim().split('\n')).toHaveLength(7);

  const batch = await duplicates.exclude({ ...request, scope: 'across' });
  expect(batch.changed).toBe(2);
  const { images } = project.workspace.require().store;
  const left = images.rows(batch.images, null);
  // What is tested stays; its twins in training go.
  expect(left.map(({ split, status }) => [split, status])).toEqual([
    ['train', 'excluded'],
    ['train', 'excluded'],
  ]);
  expect(await duplicates.find(request)).toMatchObject({ across: { groups: 0 }, exact: { groups: 1 } });
  labels.undo();
  expect(await duplicates.find(request)).toMatchObject({ across: { groups: 2 } });
  await duplicates.exclude({ ...request, scope: 'all' });
  await expect(duplicates.exclude({ ...request, scope: 'all' })).rejects.toMatchObject({
    failure: { kind: 'conflict' },
  });
});

it('is what the queue of duplicates is made of: the leak first, with how alike the pictures are', async () => {
  await using project = await openProject();
  const faces = await drawFaces(1);
  const [first, second] = faces;
  if (first === undefined || second === undefined) throw new Error('There are faces.');
  const again = await sharp(second.jpeg).jpeg({ quality: 70 }).toBuffer();
  const root = plant(project.source(), {
    'train/happy/a.jpg': first.jpeg,
    'train/happy/b.jpg': first.jpeg,
    'train/sad/c.jpg': second.jpeg,
    'val/sad/d.jpg': again,
  });
  const { report } = await project.import({ source: root, format: 'folders', name: 'x' });
  const gallery = new Gallery(project.workspace, new Queries());
  const queues = new Queues(project.workspace, gallery);
  const opened = await queues.open({
    ...{ queue: 'duplicates', dataset: report.dataset, run: null, annotator: 'me', q: '', sort: 'id' },
    descending: false,
  });
  const entries = queues.page({ snapshot: opened.snapshot, annotator: 'me', offset: 0, limit: 9 });
  const found = entries.map(({ row, reason }) => [row.path.at(-5), reason.replace(/0\.\d+/, 'r')]);
  const [same, alike] = [
    found.filter(([, reason]) => reason?.startsWith('same')),
    found.filter(([, r]) => r?.includes('r)')),
  ];
  expect(same).toEqual([
    ['a', 'same bytes as b.jpg'],
    ['b', 'same bytes as a.jpg'],
  ]);
  expect(alike).toEqual([
    ['c', 'nearly the same (correlation r) as d.jpg, in “val”'],
    ['d', 'nearly the same (correlation r) as c.jpg, in “train”'],
  ]);
});

it('compares what is in the box now: a face that was moved is another picture, and its undo is the same again', async () => {
  await using project = await openProject();
  const [first] = await drawFaces(1);
  if (first === undefined) throw new Error('There are faces.');
  const large = await sharp(first.jpeg).resize(640, 640).jpeg().toBuffer();
  const root = plant(project.source(), { 'train/happy/a.jpg': large, 'val/happy/b.jpg': large });
  const { report } = await project.import({ source: root, format: 'folders', name: 'x' });
  const { store } = project.workspace.require();
  const labels = new Labels(project.workspace, new Gallery(project.workspace, new Queries()), () => undefined, 'me');
  const leaks = () => findLeaks(store, { dataset: report.dataset, splits: ['train', 'val'] });
  expect(await leaks()).toMatchObject([{ kind: 'exact' }]);
  const [image = 0] = store.images.ids({ dataset: report.dataset, run: null, q: '', sort: 'id', descending: false });
  labels.apply({ on: { images: [image] }, change: { kind: 'box', box: { x: 0, y: 0, width: 20, height: 20 } } });
  expect(await leaks()).toEqual([]);
  labels.undo();
  // Nearly the whole picture is nearly the same picture.
  const { width, height } = store.images.detail(image, null) ?? { width: 0, height: 0 };
  const box = { x: 0, y: 0, width: width - 1, height: height - 1 };
  labels.apply({ on: { images: [image] }, change: { kind: 'box', box } });
  expect(await leaks()).toMatchObject([{ kind: 'near' }]);
});
