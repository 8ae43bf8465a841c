import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { PortableImage, PortableManifest } from '../../../src-shared/domain/portable.ts';
import { picture, plant } from '../datasets/images.ts';
import { temporaryFolder } from '../store/fixture.ts';
import { labelled, readCsv, type Labelled } from './project.ts';

const FORMULA = `=cmd|'/c calc'!A1`;

/** Two splits, one relabelled image, one excluded, one broken, one without a label, two of the same name, names like formulas. */
async function study(): Promise<Labelled> {
  const source = temporaryFolder();
  const root = plant(source, {
    'train/happy/a.jpg': await picture(1),
    'train/sad/a.jpg': await picture(2),
    'train/sad/=1+1.jpg': await picture(3),
    'train/fear/out.jpg': await picture(4),
    'train/whatever/unknown.jpg': await picture(5),
    'val/happy/v.jpg': await picture(6),
    'val/happy/broken.jpg': 'no image',
  });
  const study = await labelled({ source: root, format: 'folders', name: '@Study' });
  const { labels, id } = study;
  labels.apply({ on: { images: [id('train/happy/a.jpg')] }, change: { kind: 'hard', label: 'sad' } });
  labels.apply({ on: { images: [id('train/fear/out.jpg')] }, change: { kind: 'exclude', excluded: true } });
  labels.apply({ on: { images: [id('train/sad/a.jpg')] }, change: { kind: 'note', note: FORMULA } });
  return study;
}

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

describe('CSV', () => {
  it('has a row for each image, says who set the label, and nothing that a spreadsheet would run', async () => {
    const { write, out } = await study();
    const file = out('labels.csv');
    expect(await write({ out: file })).toEqual({ images: 7, leftOut: 0 });
    const rows = await readCsv(file);
    const row = (path: string) => rows.find((one) => one['path'] === path);
    expect(row('train/happy/a.jpg')).toMatchObject({
      label: 'sad',
      dataset_label: 'happy',
      split: 'train',
      annotator: 'ada',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      reviewed: '1',
      dataset: '@Study',
    });
    expect(row('train/sad/a.jpg')).toMatchObject({ label: 'sad', annotator: '', at: '', note: FORMULA });
    expect(row('train/fear/out.jpg')).toMatchObject({ status: 'excluded' });
    expect(row('val/happy/broken.jpg')).toMatchObject({ status: 'broken' });
    const cells = readFileSync(file, 'utf8').split(/[,\n]/);
    expect(cells.filter((cell) => /^"?[=+\-@]/.test(cell))).toEqual([]);
  });

  it('tells the label again that stood before an undone act, as nobody’s', async () => {
    const { write, out, labels, id } = await study();
    labels.apply({ on: { images: [id('val/happy/v.jpg')] }, change: { kind: 'hard', label: 'fear' } });
    labels.undo();
    const file = out('labels.csv');
    await write({ out: file });
    const row = (await readCsv(file)).find(({ path }) => path === 'val/happy/v.jpg');
    expect(row).toMatchObject({ label: 'happy', annotator: '', reviewed: '0' });
  });

  it('takes only what a query finds', async () => {
    const { write, out } = await study();
    const file = out('sad.csv');
    expect(await write({ out: file, q: 'label:sad split:train' })).toEqual({ images: 3, leftOut: 0 });
    await expect(write({ out: file, q: 'label:' })).rejects.toThrow(FailureError);
  });

  it('holds all datasets of a project', async () => {
    const { project, write, out } = await study();
    const more = plant(project.source(), { 'happy/b.jpg': await picture(9) });
    await project.import({ source: more, format: 'folders', name: 'More' });
    const file = out('all.csv');
    expect(await write({ out: file, dataset: null })).toEqual({ images: 8, leftOut: 0 });
    expect(new Set((await readCsv(file)).map(({ dataset }) => dataset))).toEqual(new Set(['@Study', 'More']));
    await expect(write({ out: file, dataset: null, format: 'coco' })).rejects.toThrow(/one dataset/);
  });
});

describe('workbench folder', () => {
  it('has a manifest and a line for each image with all that was said of it', async () => {
    const { write, out, store, dataset } = await study();
    const folder = out('study');
    expect(await write({ format: 'portable', out: folder })).toEqual({ images: 7, leftOut: 0 });
    const manifest = PortableManifest.parse(json(join(folder, 'manifest.json')));
    expect(manifest).toMatchObject({ schema: 1, name: '@Study', images: 7, origin: { format: 'folders' } });
    expect(manifest.root).toBe(store.datasets.get(dataset)?.root);
    const images = readFileSync(join(folder, 'images.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => PortableImage.parse(JSON.parse(line)));
    expect(images.find(({ path }) => path === 'train/happy/a.jpg')).toMatchObject({
      label: 'sad',
      datasetLabel: 'happy',
      reviewed: true,
      annotations: [{ kind: 'hard', annotator: 'ada', labelBefore: 'happy', labelAfter: 'sad', action: 'apply' }],
    });
    expect(images.find(({ path }) => path === 'train/fear/out.jpg')).toMatchObject({ status: 'excluded' });
    expect(images.find(({ path }) => path === 'val/happy/broken.jpg')).toMatchObject({ status: 'broken' });
  });

  it('takes the image files along under their own names, linked or copied', async () => {
    const { write, out, store, dataset } = await study();
    const root = store.datasets.get(dataset)?.root ?? '';
    for (const files of ['link', 'copy'] as const) {
      const folder = out(files);
      await write({ format: 'portable', out: folder, files });
      expect(PortableManifest.parse(json(join(folder, 'manifest.json'))).root).toBeNull();
      const path = 'train/happy/a.jpg';
      expect(readFileSync(join(folder, path)).equals(readFileSync(join(root, path)))).toBe(true);
      expect(statSync(join(folder, path)).ino === statSync(join(root, path)).ino).toBe(files === 'link');
      expect(existsSync(join(folder, 'val/happy/broken.jpg'))).toBe(true);
    }
  });
});

describe('manifest of the official code', () => {
  it('has path, label, fold and eight votes; a corrected label has all ten', async () => {
    const { write, out } = await study();
    const file = out('manifest.csv');
    expect(await write({ format: 'manifest', out: file })).toEqual({ images: 4, leftOut: 3 });
    const text = readFileSync(file, 'utf8').split('\n');
    expect(text[0]).toBe('path,label,fold,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt');
    expect(text).toContain('train/happy/a.jpg,sadness,train,0,0,0,10,0,0,0,0');
    expect(text).toContain('val/happy/v.jpg,happiness,val,0,10,0,0,0,0,0,0');
  });

  it('keeps the votes while the label is the dataset’s', async () => {
    const { project } = await study();
    const root = plant(project.source(), {
      'x.jpg': await picture(1),
      'y.jpg': await picture(2),
      '=z.jpg': await picture(3),
    });
    writeFileSync(
      join(root, 'table.csv'),
      'image,label,neutral,happiness,sadness\nx.jpg,happy,2,7,1\ny.jpg,happy,0,8,2\n=z.jpg,sad,0,3,7\n',
    );
    const { write, out, labels, id } = await labelled({
      source: join(root, 'table.csv'),
      format: 'csv',
      mapping: { path: 'image', label: 'label' },
      name: 'Votes',
    });
    labels.apply({ on: { images: [id('y.jpg')] }, change: { kind: 'hard', label: 'neutral' } });
    const file = out('manifest.csv');
    await write({ format: 'manifest', out: file });
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(lines).toContain('x.jpg,happiness,all,2,7,0,1,0,0,0,0');
    expect(lines).toContain('y.jpg,neutral,all,10,0,0,0,0,0,0,0');
    // The same file for whoever reads it, and no formula for a spreadsheet.
    expect(lines).toContain('./=z.jpg,sadness,all,0,3,0,7,0,0,0,0');
  });
});

describe('class folders', () => {
  it('lie by split and present class, two of one name beside each other', async () => {
    const { write, out } = await study();
    const folder = out('classes');
    expect(await write({ format: 'folders', out: folder, files: 'link' })).toEqual({ images: 4, leftOut: 3 });
    expect(filesIn(folder)).toEqual(['train/sad/_=1+1.jpg', 'train/sad/a-2.jpg', 'train/sad/a.jpg', 'val/happy/v.jpg']);
  });

  it('come back through an import as they are', async () => {
    const { write, out, project } = await study();
    const folder = out('classes');
    await write({ format: 'folders', out: folder, files: 'copy' });
    const { report } = await project.import({ source: folder, format: 'folders', name: 'Again' });
    expect(report).toMatchObject({ images: 4, broken: 0, classes: { sad: 3, happy: 1 }, splits: { train: 3, val: 1 } });
  });
});

describe('Hugging Face imagefolder', () => {
  it('has a folder a split with its images and metadata.csv', async () => {
    const { write, out } = await study();
    const folder = out('hf');
    expect(await write({ format: 'imagefolder', out: folder, files: 'copy' })).toEqual({ images: 4, leftOut: 3 });
    const train = await readCsv(join(folder, 'train/metadata.csv'));
    expect(new Set(train.map(({ file_name, label }) => `${file_name} ${label}`))).toEqual(
      new Set(['_=1+1.jpg sad', 'a.jpg sad', 'a-2.jpg sad']),
    );
    for (const { file_name } of train) expect(existsSync(join(folder, 'train', file_name ?? ''))).toBe(true);
    expect(existsSync(join(folder, 'validation/metadata.csv'))).toBe(true);
  });
});

describe('COCO', () => {
  it('has images, categories and a box for each label', async () => {
    const { write, out, labels, id } = await study();
    labels.apply({
      on: { images: [id('val/happy/v.jpg')] },
      change: { kind: 'box', box: { x: 2, y: 3, width: 10, height: 12 } },
    });
    const file = out('coco.json');
    expect(await write({ format: 'coco', out: file })).toEqual({ images: 5, leftOut: 2 });
    const coco = json(file) as {
      images: { id: number; file_name: string; width: number }[];
      categories: { id: number; name: string }[];
      annotations: { image_id: number; category_id: number; bbox: number[]; area: number; iscrowd: number }[];
    };
    expect(coco.images).toHaveLength(5);
    expect(coco.images).toContainEqual(
      expect.objectContaining({ file_name: 'train/happy/a.jpg', width: 24, height: 24 }),
    );
    expect(coco.categories.map(({ name }) => name)).toEqual([
      'neutral',
      'happy',
      'sad',
      'surprise',
      'fear',
      'disgust',
      'anger',
    ]);
    const of = (path: string) => coco.annotations.find(({ image_id }) => image_id === id(path));
    expect(of('train/happy/a.jpg')).toMatchObject({ category_id: 3, bbox: [0, 0, 24, 24], area: 576, iscrowd: 0 });
    expect(of('val/happy/v.jpg')).toMatchObject({ category_id: 2, bbox: [2, 3, 10, 12], area: 120 });
    expect(of('train/whatever/unknown.jpg')).toBeUndefined();
  });
});

describe('FiftyOne', () => {
  it('has class indices by image name, with data.json or the images themselves', async () => {
    const { write, out, id, store, dataset } = await study();
    const folder = out('fiftyone');
    expect(await write({ format: 'fiftyone', out: folder })).toEqual({ images: 5, leftOut: 2 });
    const { classes, labels } = json(join(folder, 'labels.json')) as {
      classes: string[];
      labels: Record<string, { label: number; attributes: object } | null>;
    };
    const name = (path: string) => String(id(path)).padStart(8, '0');
    const relabelled = labels[name('train/happy/a.jpg')];
    expect(classes[relabelled?.label ?? -1]).toBe('sad');
    expect(relabelled?.attributes).toMatchObject({ split: 'train', dataset_label: 'happy', reviewed: true });
    expect(labels[name('train/whatever/unknown.jpg')]).toBeNull();
    const places = json(join(folder, 'data.json')) as Record<string, string>;
    expect(places[name('val/happy/v.jpg')]).toBe(join(store.datasets.get(dataset)?.root ?? '', 'val/happy/v.jpg'));
    expect(Object.keys(places).sort()).toEqual(Object.keys(labels).sort());
    const withImages = out('with-images');
    await write({ format: 'fiftyone', out: withImages, files: 'link' });
    expect(existsSync(join(withImages, 'data', `${name('val/happy/v.jpg')}.jpg`))).toBe(true);
    expect(existsSync(join(withImages, 'data.json'))).toBe(false);
  });
});

describe('Label Studio', () => {
  it('has a task for each image, its label as an annotation of the configuration', async () => {
    const { write, out } = await study();
    const folder = out('label-studio');
    expect(await write({ format: 'label-studio', out: folder })).toEqual({ images: 5, leftOut: 2 });
    const tasks = json(join(folder, 'tasks.json')) as {
      data: Record<string, string>;
      annotations: { result: object[] }[];
    }[];
    const of = (path: string) => tasks.find(({ data }) => data['path'] === path);
    expect(of('train/sad/=1+1.jpg')?.data['image']).toBe('/data/local-files/?d=train/sad/%3D1%2B1.jpg');
    expect(of('train/sad/a.jpg')?.annotations[0]?.result).toMatchObject([
      { type: 'choices', from_name: 'expression', to_name: 'image', value: { choices: ['sad'] } },
      { type: 'textarea', from_name: 'note', to_name: 'image', value: { text: [FORMULA] } },
    ]);
    expect(of('train/whatever/unknown.jpg')?.annotations).toEqual([]);
    const config = readFileSync(join(folder, 'label-config.xml'), 'utf8');
    expect(config).toContain('<Choices name="expression" toName="image"');
    expect(config).toContain('<Choice value="sad" hotkey="3"/>');
  });
});

describe('an export that does not end well', () => {
  it('replaces nothing that a person has there', async () => {
    const { write, out } = await study();
    const folder = out('mine');
    mkdirSync(folder);
    writeFileSync(join(folder, 'thesis.tex'), 'x');
    await expect(write({ format: 'portable', out: folder })).rejects.toMatchObject({ failure: { kind: 'conflict' } });
    expect(readdirSync(folder)).toEqual(['thesis.tex']);
    expect(readdirSync(dirname(folder))).toEqual(['mine']);
  });

  it('leaves nothing when an image has gone, and says which', async () => {
    const { write, out, store, dataset } = await study();
    const gone = join(store.datasets.get(dataset)?.root ?? '', 'val/happy/v.jpg');
    const folder = out('classes');
    rmSync(gone);
    await expect(write({ format: 'folders', files: 'copy', out: folder })).rejects.toThrow(gone);
    expect(readdirSync(dirname(folder))).toEqual([]);
  });

  it('leaves the old file when it is cancelled or cannot be read', async () => {
    const { exports, project, store, out, dataset } = await study();
    const file = out('labels.csv');
    writeFileSync(file, 'old');
    const order = { what: 'labels', format: 'csv', dataset, version: null, q: '', run: null, files: 'refer' } as const;
    const { job, result } = await exports.start({ ...order, out: file });
    project.workspace.require().jobs.cancel(job);
    expect((await project.workspace.require().jobs.finished(job)).status).toBe('cancelled');
    void result;
    store.history.images = () => {
      throw new Error('read error');
    };
    await expect((await exports.start({ ...order, out: file })).result).rejects.toThrow('read error');
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(dirname(file))).toEqual(['labels.csv']);
  });

  it('refuses what makes no sense before it starts', async () => {
    const { write, out } = await study();
    await expect(write({ out: 'relative.csv' })).rejects.toThrow(/full path/);
    await expect(write({ out: out('x'), version: 99 })).rejects.toThrow(/no version 99/);
    await expect(write({ out: out('x'), dataset: 99 })).rejects.toThrow(/no dataset 99/);
    await expect(write({ out: out('x'), format: 'folders', files: 'refer' })).rejects.toThrow(/cannot refer/);
  });
});
