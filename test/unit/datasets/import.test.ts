import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { picture, plant } from './images.ts';
import { openProject } from './project.ts';
import type { TestProject } from './project.ts';

/** Tiles of a dataset in the order of import. */
function rowsOf({ workspace }: TestProject, dataset: number) {
  const { images } = workspace.require().store;
  const ids = images.ids({ dataset, run: null, q: '', sort: 'id', descending: false });
  return images.rows([...ids], null);
}

async function faces(classes: readonly string[], each: number): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  let seed = 0;
  for (const name of classes)
    for (let i = 0; i < each; i++) files[`${name}/${String(i).padStart(3, '0')}.jpg`] = await picture(seed++);
  return files;
}

describe('import of class folders', () => {
  it('reads splits and classes from the folders, and maps names as a person corrected them', async () => {
    await using project = await openProject();
    const files = await faces(['train/Happy', 'train/Grumpy', 'Validation/SADNESS', 'test/7'], 2);
    const root = plant(project.source(), { ...files, 'train/readme.txt': 'x', 'train/Happy/._0.jpg': 'x' });
    const { report, job } = await project.import({
      source: root,
      format: 'auto',
      name: ' faces ',
      labels: { Grumpy: 'anger' },
      split: { shares: { a: 0.5, b: 0.5 }, seed: 1 },
    });
    expect(job).toMatchObject({ status: 'done', done: 8, total: 8, unit: 'images', error: null });
    expect(report).toMatchObject({
      name: 'faces',
      images: 8,
      broken: 0,
      duplicates: 0,
      unlabelled: 2,
      classes: { happy: 2, anger: 2, sad: 2 },
      splits: { train: 4, val: 2, test: 2 },
      problemCount: 1,
      problems: [
        {
          path: 'test/7/000.jpg',
          kind: 'unknown-label',
          reason: 'The class “7” is not known: 2 images stay unlabelled.',
        },
      ],
    });
    expect(project.datasets.list()).toMatchObject([{ name: 'faces', images: 8, format: 'folders', root }]);
    expect(project.events).toContain('datasets.changed');
    const row = rowsOf(project, report.dataset).find(({ path }) => path === 'train/Grumpy/000.jpg');
    expect(row).toMatchObject({ label: 'anger', split: 'train', status: 'ok' });
    const detail = project.workspace.require().store.images.detail(row?.id ?? 0, null);
    expect(detail).toMatchObject({ width: 24, height: 24, datasetLabel: 'anger' });
    expect(detail?.contentHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('looks through a wrapping folder and leaves unlabelled what a person wants so', async () => {
    await using project = await openProject();
    const root = plant(project.source(), await faces(['faces-v2/happy', 'faces-v2/other'], 1));
    const { report } = await project.import({ source: root, format: 'folders', name: 'x', labels: { other: null } });
    expect(report).toMatchObject({ images: 2, unlabelled: 1, problemCount: 0, splits: { all: 2 } });
    expect(project.datasets.list()[0]?.root).toBe(join(root, 'faces-v2'));
  });

  it('keeps equal images in one split and says which repeat which', async () => {
    await using project = await openProject();
    const files = await faces(['happy', 'sad'], 10);
    for (let i = 0; i < 5; i++) files[`sad/copy-${i}.jpg`] = files[`happy/00${i}.jpg`] ?? Buffer.alloc(0);
    const root = plant(project.source(), files);
    const { report } = await project.import({
      source: root,
      format: 'folders',
      name: 'x',
      split: { shares: { train: 0.6, val: 0.4 }, seed: 5 },
    });
    expect(report).toMatchObject({ images: 25, duplicates: 5, problemCount: 5, splits: { train: 15, val: 10 } });
    expect(report.problems).toContainEqual({
      path: 'sad/copy-3.jpg',
      kind: 'duplicate',
      reason: 'Has the same content as happy/003.jpg.',
    });
    const splitOf = new Map(rowsOf(project, report.dataset).map((row) => [row.path, row.split]));
    for (let i = 0; i < 5; i++) expect(splitOf.get(`sad/copy-${i}.jpg`)).toBe(splitOf.get(`happy/00${i}.jpg`));
  });
});

describe('import of a table', () => {
  it('finds the images beside it, counts votes, and turns what is wrong into rows and problems', async () => {
    await using project = await openProject();
    const root = plant(project.source(), {
      'images/a.jpg': await picture(1),
      'images/b.png': await picture(2, 'png'),
      'images/sub/c.jpg': await picture(3),
      'images/half.jpg': (await picture(4, 'jpeg', 64)).subarray(0, 700),
      'labels.csv': [
        'path,label,split,neutral,happy,sad,surprise,fear,disgust,anger,contempt',
        'a.jpg,joy,Training,1,9,0,0,0,0,0,0',
        'b.png,,Usage7,0,0,0,0,0,0,0,0',
        'sub\\c.jpg,fear,PublicTest,0,0,0,0,10,0,0,0',
        'gone.jpg,sad,train,0,0,5,0,0,0,0,0',
        'half.jpg,sad,train,0,0,5,0,0,0,0,0',
        '../../outside.jpg,sad,train,0,0,5,0,0,0,0,0',
        '"open,sad,train',
        'a.jpg,happy,train,0,1,0,0,0,0,0,0',
        ',happy,train,0,1,0,0,0,0,0,0',
        '',
      ].join('\r\n'),
    });
    const { report, job } = await project.import({ source: root, format: 'auto', name: 'table' });
    expect(job).toMatchObject({ done: 7, total: 7 });
    expect(report).toMatchObject({
      images: 6,
      broken: 2,
      duplicates: 1,
      unlabelled: 1,
      classes: { happy: 2, fear: 1, sad: 2 },
      splits: { train: 4, Usage7: 1, val: 1 },
    });
    expect(report.problems.map(({ path, kind }) => [path, kind]).sort()).toEqual([
      ['../../outside.jpg', 'outside'],
      ['images/a.jpg', 'duplicate'],
      ['images/b.png', 'no-label'],
      ['images/gone.jpg', 'missing'],
      ['images/half.jpg', 'unreadable'],
      ['labels.csv, line 10', 'bad-row'],
      ['labels.csv, line 8', 'bad-row'],
    ]);
    const rows = rowsOf(project, report.dataset);
    expect(rows.map((row) => [row.path, row.status])).toEqual([
      ['images/a.jpg', 'ok'],
      ['images/b.png', 'ok'],
      ['images/sub/c.jpg', 'ok'],
      ['images/gone.jpg', 'broken'],
      ['images/half.jpg', 'broken'],
      ['images/a.jpg', 'ok'],
    ]);
    expect(rows[3]?.reason).toBe('File not found.');
    expect(rows[4]?.reason).toMatch(/^The file ends early/);
    const { images } = project.workspace.require().store;
    expect(images.detail(rows[0]?.id ?? 0, null)?.votes).toMatchObject({ neutral: 1, happy: 9 });
    expect(images.detail(rows[1]?.id ?? 0, null)?.votes).toBeNull();
  });

  it('takes the columns that a person names, and says which there are', async () => {
    await using project = await openProject();
    const root = plant(project.source(), {
      'x.jpg': await picture(1),
      'list.tsv': 'one\ttwo\tthree\nx.jpg\thappy\tsad\n',
    });
    const source = join(root, 'list.tsv');
    const { report } = await project.import({
      source,
      format: 'csv',
      name: 'x',
      mapping: { path: 'one', label: 'three' },
    });
    expect(report.classes).toEqual({ sad: 1 });
    await expect(
      project.datasets.preview({ source, format: 'csv', mapping: { path: 'one', label: 'four' } }),
    ).rejects.toMatchObject({
      failure: { kind: 'invalid', remedy: 'Map one of its columns: one, two, three.' },
    });
  });
});

describe('an import that does not end well', () => {
  it('leaves nothing when it is cancelled while files are read', async () => {
    await using project = await openProject();
    const root = plant(project.source(), await faces(['happy', 'sad'], 60));
    const { jobs } = project.workspace.require();
    const { job } = project.datasets.startImport({ source: root, format: 'folders', name: 'x' });
    while ((jobs.get(job)?.done ?? 0) < 5) await new Promise((resolve) => setTimeout(resolve, 2));
    jobs.cancel(job);
    expect(await jobs.finished(job)).toMatchObject({ status: 'cancelled', dataset: null });
    expect(project.datasets.list()).toEqual([]);
    expect(project.datasets.interrupted()).toEqual([]);
    // The name is free again.
    expect((await project.import({ source: root, format: 'folders', name: 'x' })).report.images).toBe(120);
  });

  it('leaves nothing when storing fails half way', async () => {
    await using project = await openProject();
    const root = plant(project.source(), await faces(['happy', 'sad'], 170));
    const { store, jobs } = project.workspace.require();
    const append = store.imports.append.bind(store.imports);
    let batches = 0;
    store.imports.append = (dataset, step) => {
      if (++batches === 2) throw new Error('the disk is gone');
      append(dataset, step);
    };
    const failed = await jobs.finished(
      project.datasets.startImport({ source: root, format: 'folders', name: 'x' }).job,
    );
    expect(failed.status).toBe('failed');
    expect(batches).toBe(2);
    store.imports.append = append;
    const { report } = await project.import({ source: root, format: 'folders', name: 'x' });
    expect(report.images).toBe(340);
    expect(project.datasets.list()).toHaveLength(1);
  });

  it('refuses a taken name at once, and a source that is none when it runs', async () => {
    await using project = await openProject();
    const root = plant(project.source(), await faces(['happy'], 1));
    await project.import({ source: root, format: 'folders', name: 'Faces' });
    expect(() => project.datasets.startImport({ source: root, format: 'folders', name: 'faces' })).toThrow(
      'already called',
    );
    const { jobs } = project.workspace.require();
    const nowhere = project.datasets.startImport({ source: join(root, 'nowhere'), format: 'auto', name: 'y' });
    expect(await jobs.finished(nowhere.job)).toMatchObject({ status: 'failed', error: { kind: 'not-found' } });
    const empty = project.datasets.startImport({ source: project.source(), format: 'auto', name: 'y' });
    expect(await jobs.finished(empty.job)).toMatchObject({ status: 'failed', error: { kind: 'invalid' } });
  });

  it('removes rows, never files that lie outside the project', async () => {
    await using project = await openProject();
    const root = plant(project.source(), await faces(['happy'], 1));
    const { report } = await project.import({ source: root, format: 'folders', name: 'x' });
    await project.datasets.remove(report.dataset);
    expect(project.datasets.list()).toEqual([]);
    expect(existsSync(join(root, 'happy/000.jpg'))).toBe(true);
    await expect(project.datasets.remove(report.dataset)).rejects.toThrow('no dataset');
  });
});
