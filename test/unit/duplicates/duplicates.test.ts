import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { GroupFilter } from '../../../src-shared/domain/duplicates.ts';
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
import { ScriptedEngine } from '../runs/fakes.ts';

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
  const look = async (of: typeof request) => {
    const { job } = duplicates.find(of);
    expect(await project.workspace.require().jobs.finished(job)).toMatchObject({ kind: 'duplicates', status: 'done' });
    return duplicates.report(of.dataset);
  };
  expect(duplicates.report(report.dataset)).toBeNull();
  expect(await look(request)).toMatchObject({
    images: faces.length + 3,
    exact: { groups: 2, images: 4 },
    nearly: { groups: 1, images: 2 },
    across: { groups: 2, images: 4 },
    surplus: { all: 3, across: 2 },
  });
  const pageOf = (only: GroupFilter, offset = 0) => duplicates.groups(report.dataset, { only, offset, limit: 2 });
  const told = (only: GroupFilter, offset = 0) =>
    pageOf(only, offset).groups.map(({ kind, across, images }) => [kind, across, images.length]);
  expect([...told('all'), ...told('all', 2)]).toEqual([
    ['exact', true, 2],
    ['near', true, 2],
    ['exact', false, 2],
  ]);
  expect([pageOf('all').total, told('near'), told('exact'), pageOf('across').total]).toEqual([
    3,
    [['near', true, 2]],
    [
      ['exact', true, 2],
      ['exact', false, 2],
    ],
    2,
  ]);
  expect(await look({ ...request, near: 0 })).toMatchObject({
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
  await look(request);
  await duplicates.export(report.dataset, out);
  expect(readFileSync(out, 'utf8').trim().split('\n')).toHaveLength(7);

  const batch = duplicates.exclude(report.dataset, { scope: 'across' });
  expect(batch.changed).toBe(2);
  const { images } = project.workspace.require().store;
  const left = images.rows(batch.images, null);
  // What is tested stays; its twins in training go.
  expect(left.map(({ split, status }) => [split, status])).toEqual([
    ['train', 'excluded'],
    ['train', 'excluded'],
  ]);
  // What was found stays on screen, and counts as things stand now; comparing again finds the same.
  const after = { across: { groups: 0 }, exact: { groups: 1 }, nearly: { groups: 0 } };
  expect(duplicates.report(report.dataset)).toMatchObject({ ...after, settled: 2, surplus: { all: 1, across: 0 } });
  expect(pageOf('across').groups.map(({ usable, size }) => [usable, size])).toEqual([
    [1, 2],
    [1, 2],
  ]);
  // After a restart it is there again, as it was; a file that is damaged is none.
  const [was, groupsWere] = [duplicates.report(report.dataset), pageOf('all')];
  const restarted = () => new Duplicates(project.workspace, labels);
  expect(restarted().report(report.dataset)).toEqual(was);
  expect(restarted().groups(report.dataset, { only: 'all', offset: 0, limit: 2 })).toEqual(groupsWere);
  const kept = join(store.folder, 'cache', `duplicates-${report.dataset}.jsonl`);
  writeFileSync(kept, readFileSync(kept, 'utf8').slice(0, -9));
  expect(restarted().report(report.dataset)).toBeNull();
  expect(await look(request)).toMatchObject({ ...after, settled: 0 });
  labels.undo();
  expect(await look(request)).toMatchObject({ across: { groups: 2 }, settled: 0 });
  // One group, and which image of it stays.
  const [group] = pageOf('near').groups;
  const keep = group?.images[0]?.id ?? 0;
  expect(duplicates.exclude(report.dataset, { group: group?.group ?? -1, keep }, 'ada')).toMatchObject({ changed: 1 });
  expect(images.rows(group?.ids ?? [], null).map(({ id, status }) => [id === keep, status])).toEqual([
    [true, 'ok'],
    [false, 'excluded'],
  ]);
  expect(() => duplicates.exclude(report.dataset, { group: 0, keep })).toThrow('There is no duplicate');
  duplicates.exclude(report.dataset, { scope: 'all' });
  expect(() => duplicates.exclude(report.dataset, { scope: 'all' })).toThrow('There is no duplicate');
  await project.datasets.remove(report.dataset);
  expect(existsSync(kept)).toBe(false);
});

it('is cancelled while it compares, and then has found nothing', async () => {
  await using project = await openProject();
  const faces = await drawFaces(2);
  const root = plant(
    project.source(),
    Object.fromEntries(faces.map(({ expression, jpeg }, index) => [`train/${expression}/${index}.jpg`, jpeg])),
  );
  const { report } = await project.import({ source: root, format: 'folders', name: 'x' });
  const labels = new Labels(project.workspace, new Gallery(project.workspace, new Queries()), () => undefined, 'me');
  const duplicates = new Duplicates(project.workspace, labels);
  const { jobs } = project.workspace.require();
  const { job } = duplicates.find({ dataset: report.dataset, near: 7 });
  await new Promise(setImmediate);
  jobs.cancel(job);
  expect(await jobs.finished(job)).toMatchObject({ status: 'cancelled' });
  expect(duplicates.report(report.dataset)).toBeNull();
  expect(() => duplicates.groups(report.dataset, { only: 'all', offset: 0, limit: 1 })).toThrow(/not been compared/);
  expect(() => duplicates.find({ dataset: 99, near: 0 })).toThrow('There is no dataset 99');
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
  const queries = new Queries();
  const gallery = new Gallery(project.workspace, queries);
  const queues = new Queues(project.workspace, gallery, {
    engine: new ScriptedEngine(),
    emit: () => undefined,
    queries,
  });
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
