/**
 * What leaves for other tools, against their formats as documented: every field that is written is one that the format has, of its type,
 * and none that it needs is missing.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { openTable, tableRows } from '../../../src-main/services/datasets/table/table.ts';
import { drawFaces } from '../../fixtures/faces.ts';
import * as fixtures from '../../fixtures/formats.ts';
import { temporaryFolder } from '../store/fixture.ts';
import { labelled } from './project.ts';

const id = z.number().int().min(0);
const size = z.number().int().positive();

/** COCO, "Data format", object detection: info, licenses, images, annotations, categories. `split` and `attributes` are ours. */
const Coco = z.strictObject({
  info: z.strictObject({
    description: z.string(),
    version: z.string(),
    year: z.number().int(),
    date_created: z.iso.datetime(),
    image_root: z.string(),
  }),
  licenses: z.array(z.never()),
  categories: z.array(z.strictObject({ id, name: z.string(), supercategory: z.string() })),
  images: z.array(z.strictObject({ id, file_name: z.string(), width: size, height: size, split: z.string() })),
  annotations: z.array(
    z.strictObject({
      id,
      image_id: id,
      category_id: id,
      segmentation: z.array(z.never()),
      area: z.number().positive(),
      bbox: z.tuple([z.number().min(0), z.number().min(0), size, size]),
      iscrowd: z.literal(0),
      attributes: z.record(z.string(), z.unknown()),
    }),
  ),
});

/**
 * FiftyOneImageClassificationDataset, as FiftyOne 1.22 reads it (fiftyone/utils/data/importers.py and parsers.py): classes, and by the name
 * of each image, without its ending, its label: an index into them where there are classes, with optional confidence and attributes, which
 * become fields of a Classification; null for an unlabelled image.
 */
const FiftyOne = z.strictObject({
  classes: z.array(z.string()),
  labels: z.record(
    z.string(),
    z
      .strictObject({
        label: z.number().int(),
        confidence: z.number().optional(),
        attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
      })
      .nullable(),
  ),
});

/** What a Classification has anyway (fiftyone/core/labels.py). */
const OF_A_CLASSIFICATION = ['id', 'tags', 'label', 'confidence', 'logits'];

/** Label Studio, "Task format": data with the names that the configuration asks for, annotations with results. */
const result = { id: z.string(), from_name: z.string(), to_name: z.literal('image') };
const LabelStudio = z.array(
  z.strictObject({
    data: z.object({ image: z.string().regex(/^\/data\/local-files\/\?d=[^\s?#]+$/) }).loose(),
    annotations: z.array(
      z.strictObject({
        was_cancelled: z.boolean(),
        ground_truth: z.boolean(),
        result: z
          .array(
            z.discriminatedUnion('type', [
              z.strictObject({
                ...result,
                type: z.literal('choices'),
                value: z.strictObject({ choices: z.array(z.string()).length(1) }),
              }),
              z.strictObject({
                ...result,
                type: z.literal('textarea'),
                value: z.strictObject({ text: z.array(z.string()).length(1) }),
              }),
            ]),
          )
          .min(1),
      }),
    ),
  }),
);

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** Uncropped faces with boxes, some left out, one relabelled, one with a note, one without label. */
async function study() {
  const root = temporaryFolder();
  await fixtures.affectnetLists(root, await drawFaces(2));
  const study = await labelled({ source: root, format: 'affectnet', name: 'Faces' });
  const { store, dataset, labels } = study;
  const ids = [...store.images.ids({ dataset, run: null, q: '-excluded', sort: 'id', descending: false })];
  labels.apply({ on: { images: ids.slice(0, 1) }, change: { kind: 'hard', label: 'fear' } });
  labels.apply({ on: { images: ids.slice(1, 2) }, change: { kind: 'note', note: 'half hidden' } });
  labels.apply({ on: { images: ids.slice(2, 3) }, change: { kind: 'clear' } });
  const rows = store.images.rows(ids, null);
  return { ...study, ids, rows };
}

it('COCO: every field as documented, and every annotation inside a picture that is there', async () => {
  const { write, out, rows } = await study();
  const file = out('coco.json');
  await write({ format: 'coco', out: file });
  const coco = Coco.parse(json(file));
  expect(coco.images.map(({ file_name }) => file_name)).toEqual(rows.map(({ path }) => path));
  const names = new Map(coco.categories.map((category) => [category.id, category.name]));
  const images = new Map(coco.images.map((image) => [image.id, image]));
  expect(new Set(coco.annotations.map((one) => one.id)).size).toBe(coco.annotations.length);
  for (const { image_id, category_id, bbox, area } of coco.annotations) {
    const image = images.get(image_id);
    const row = rows.find(({ path }) => path === image?.file_name);
    expect(names.get(category_id)).toBe(row?.label);
    const [x, y, width, height] = bbox;
    expect({ x, y, width, height }).toEqual(row?.box);
    expect(x + width <= (image?.width ?? 0) && y + height <= (image?.height ?? 0)).toBe(true);
    expect(area).toBe(width * height);
  }
  expect(coco.annotations).toHaveLength(rows.filter(({ label }) => label !== null).length);
});

it('FiftyOne: labels by the names of the images, indices into the classes', async () => {
  const { write, out, rows, store, dataset } = await study();
  const folder = out('fiftyone');
  await write({ format: 'fiftyone', out: folder });
  expect(readdirSync(folder).toSorted()).toEqual(['data.json', 'labels.json']);
  const { classes, labels } = FiftyOne.parse(json(join(folder, 'labels.json')));
  const places = z.record(z.string(), z.string()).parse(json(join(folder, 'data.json')));
  expect(Object.values(labels).map((one) => (one === null ? null : classes[one.label]))).toEqual(
    rows.map(({ label }) => label),
  );
  expect(Object.keys(places)).toEqual(Object.keys(labels));
  const root = store.datasets.get(dataset)?.root ?? '';
  expect(Object.values(places)).toEqual(rows.map(({ path }) => join(root, path)));
  // What FiftyOne calls an image: its path without the last ending. A dot in a name of ours would be taken for one.
  const called = (path: string): string => path.slice(0, path.length - extname(path).length);
  expect(Object.keys(places).map(called)).toEqual(Object.keys(labels));
  for (const one of Object.values(labels))
    for (const name of Object.keys(one?.attributes ?? {})) expect(OF_A_CLASSIFICATION).not.toContain(name);

  const along = out('along');
  await write({ format: 'fiftyone', out: along, files: 'copy' });
  expect(readdirSync(along).toSorted()).toEqual(['data', 'labels.json']);
  expect(readdirSync(join(along, 'data')).map(called).toSorted()).toEqual(Object.keys(labels).toSorted());
  expect(FiftyOne.parse(json(join(along, 'labels.json')))).toEqual({ classes, labels });
});

it('Label Studio: results name what the configuration has', async () => {
  const { write, out, rows } = await study();
  const folder = out('label-studio');
  await write({ format: 'label-studio', out: folder, files: 'copy' });
  const tasks = LabelStudio.parse(json(join(folder, 'tasks.json')));
  const configuration = readFileSync(join(folder, 'label-config.xml'), 'utf8');
  const controls = new Map(
    [...configuration.matchAll(/<(Choices|TextArea) name="(\w+)" toName="image"/g)].map(([, tag, name]) => [name, tag]),
  );
  const choices = [...configuration.matchAll(/<Choice value="(\w+)"/g)].map(([, value]) => value);
  expect(configuration).toContain('<Image name="image" value="$image"/>');
  expect(tasks).toHaveLength(rows.length);
  for (const [index, { data, annotations }] of tasks.entries()) {
    expect(existsSync(join(folder, decodeURIComponent(data.image.replace('/data/local-files/?d=', ''))))).toBe(true);
    const results = annotations.flatMap((annotation) => annotation.result);
    for (const one of results) {
      expect(controls.get(one.from_name)).toBe(one.type === 'choices' ? 'Choices' : 'TextArea');
      if (one.type === 'choices') expect(choices).toContain(one.value.choices[0]);
    }
    const label = results.find(({ type }) => type === 'choices');
    expect(label?.type === 'choices' ? label.value.choices[0] : null).toBe(rows[index]?.label);
  }
});

it('Hugging Face imagefolder: metadata.csv in each split, its file_name relative to it, a row for every image', async () => {
  const { write, out, rows } = await study();
  const folder = out('imagefolder');
  await write({ format: 'imagefolder', out: folder, files: 'copy' });
  const found = new Map<string, [label: string, split: string]>();
  for (const split of ['train', 'validation']) {
    const table = await openTable(join(folder, split, 'metadata.csv'));
    // The one column that the format needs comes first; `load_dataset` makes a feature of each other one.
    expect(table.columns[0]).toBe('file_name');
    for await (const row of tableRows(table)) {
      if (!('cells' in row)) throw new Error(row.problem);
      const cell = (name: string): string => row.cells[table.columns.indexOf(name)] ?? '';
      expect(existsSync(join(folder, split, cell('file_name')))).toBe(true);
      found.set(cell('source_path'), [cell('label'), split === 'validation' ? 'val' : split]);
    }
  }
  const wanted = rows.filter(({ label }) => label !== null).map(({ path, label, split }) => [path, [label, split]]);
  expect([...found].sort()).toEqual(wanted.sort());
});
