import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import sharp from 'sharp';
import { Duplicates } from '../../../src-main/services/duplicates/duplicates.ts';
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
