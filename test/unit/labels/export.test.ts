import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SEVEN } from '../../../src-shared/domain/expression.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { crossEntropy, entropy, margin, softmax } from '../../../src-shared/metrics/vich.ts';
import { openTable, tableRows } from '../../../src-main/services/datasets/table/table.ts';
import { Gallery } from '../../../src-main/services/images/gallery.ts';
import { csvCell, csvLine, float32Text, unguard } from '../../../src-main/services/labels/csv.ts';
import { exportLabels, exportPredictions } from '../../../src-main/services/labels/export.ts';
import { importLabels } from '../../../src-main/services/labels/import-labels.ts';
import { Labels } from '../../../src-main/services/labels/labels.ts';
import { picture, plant } from '../datasets/images.ts';
import { openProject } from '../datasets/project.ts';
import type { TestProject } from '../datasets/project.ts';

const FORMULA = `=cmd|'/c calc'!A1`;

/** A project with two datasets of the same four paths; the second also has a contempt image. */
async function labelledProject() {
  const project = await openProject();
  const files = {
    'happy/a.jpg': await picture(1),
    'happy/b,"c".jpg': await picture(2),
    'sad/line\nbreak.jpg': await picture(3),
    '=other/x.jpg': await picture(4),
  };
  const first = plant(project.source(), files);
  const second = plant(project.source(), { ...files, 'contempt/e.jpg': await picture(5) });
  const split = { shares: { train: 0.5, val: 0.5 }, seed: 1 };
  const one = await project.import({ source: first, format: 'folders', name: 'One', split });
  const two = await project.import({ source: second, format: 'folders', name: '@Two', split });
  const { store } = project.workspace.require();
  const labels = new Labels(project.workspace, new Gallery(project.workspace), () => undefined, '@ada');
  return { project, store, labels, one: one.report.dataset, two: two.report.dataset };
}

const idsOf = (project: TestProject, dataset: number): Map<string, number> => {
  const { images } = project.workspace.require().store;
  const ids = images.ids({ dataset, run: null, q: '', sort: 'id', descending: false });
  return new Map(images.rows([...ids], null).map((row) => [row.path, row.id]));
};

async function readCsv(file: string): Promise<{ columns: readonly string[]; rows: Record<string, string>[] }> {
  const table = await openTable(file);
  const rows: Record<string, string>[] = [];
  for await (const row of tableRows(table)) {
    if (!('cells' in row)) throw new Error(row.problem);
    rows.push(Object.fromEntries(table.columns.map((name, index) => [name, unguard(row.cells[index] ?? '')])));
  }
  return { columns: table.columns, rows };
}

describe('csvCell', () => {
  it.each([FORMULA, '+1+cmd', '-2+3', '@SUM(A1)', '\tx', '\rx', '\0x', '=', '-', '-1 apples', '--1'])(
    'makes text of %j and gives it back',
    (value) => {
      const read = csvCell(value).replace(/^"([\s\S]*)"$/, '$1');
      expect(read).toBe(`'${value}`);
      expect(unguard(read)).toBe(value);
    },
  );

  it.each(['-1', '+2.5', '-1.5e-3', '-.5', '7', 'x=1', "'quoted", 'a-b', ''])('leaves %j as it is', (value) => {
    expect(csvCell(value)).toBe(value);
    expect(unguard(value)).toBe(value);
  });

  it('quotes what would break a line', () => {
    expect(csvLine(['a,b', 'c"d', 'e\nf', ' g', -3, null])).toBe('"a,b","c""d","e\nf"," g",-3,\n');
    expect(csvCell('=a,b')).toBe(`"'=a,b"`);
  });
});

describe('float32Text', () => {
  it('reads back as the same float32, in few digits', () => {
    const values = new Float32Array([0.1, -1.5, 1e-30, 3.4028234e38, Math.PI, 16777217, 1 / 3, -0.30000001]);
    for (const value of values) expect(Math.fround(Number(float32Text(value)))).toBe(value);
    expect(float32Text(Math.fround(0.1))).toBe('0.1');
    expect(float32Text(Math.fround(1 / 3)).length).toBeLessThanOrEqual(11);
  });
});

describe('exportLabels', () => {
  it('writes every image with its labels, who set them, and nothing that a spreadsheet would run', async () => {
    const { project, store, labels, one } = await labelledProject();
    await using _closing = project;
    const ids = idsOf(project, one);
    const sad = ids.get('sad/line\nbreak.jpg') ?? 0;
    labels.apply({ on: { images: [sad] }, change: { kind: 'hard', label: 'fear' } });
    labels.apply({ on: { images: [sad] }, change: { kind: 'note', note: FORMULA } });
    labels.apply({ on: { images: [ids.get('happy/a.jpg') ?? 0] }, change: { kind: 'hard', label: 'anger' } });
    labels.undo();
    const out = join(store.folder, 'labels.csv');
    expect(await exportLabels(store, one, out)).toEqual({ images: 4 });
    const { columns, rows } = await readCsv(out);
    expect(columns).toEqual([
      'path',
      'label',
      'dataset_label',
      'split',
      'status',
      'annotator',
      'at',
      'note',
      'dataset',
    ]);
    expect(rows.find(({ path }) => path === 'sad/line\nbreak.jpg')).toMatchObject({
      label: 'fear',
      dataset_label: 'sad',
      status: 'ok',
      annotator: '@ada',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      note: FORMULA,
      dataset: 'One',
    });
    expect(rows.find(({ path }) => path === 'happy/a.jpg')).toMatchObject({ label: 'happy', annotator: '', at: '' });
    expect(rows.find(({ path }) => path === '=other/x.jpg')).toMatchObject({ label: '', dataset_label: '' });
    expect(new Set(rows.map(({ split }) => split))).toEqual(new Set(['train', 'val']));
    const cells = readFileSync(out, 'utf8').split(/[,\n]/);
    expect(cells.filter((cell) => /^"?[=+\-@]/.test(cell))).toEqual([]);
    expect((await exportLabels(store, null, out)).images).toBe(9);
    await expect(exportLabels(store, 99, out)).rejects.toMatchObject({ failure: { kind: 'not-found' } });
  });

  it('leaves the old file and no other when it cannot write', async () => {
    const { project, store } = await labelledProject();
    await using _closing = project;
    const folder = join(store.folder, 'out');
    mkdirSync(folder);
    await expect(exportLabels(store, null, join(folder, 'deep/labels.csv'))).rejects.toMatchObject({
      failure: { kind: 'unavailable' },
    });
    const out = join(folder, 'labels.csv');
    writeFileSync(out, 'old');
    store.images.detail = () => {
      throw new Error('read error');
    };
    await expect(exportLabels(store, null, out)).rejects.toThrow('read error');
    expect(readFileSync(out, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['labels.csv']);
  });
});

describe('exportPredictions', () => {
  it('writes mu and logvar exactly, and what follows from them', async () => {
    const { project, store, one, two } = await labelledProject();
    await using _closing = project;
    const classes: Expression[] = [...SEVEN];
    const run = store.runs.insert({
      name: 'r',
      kind: 'imported',
      status: 'done',
      dataset: one,
      size: 'tiny',
      classes,
      vich: true,
      layerEmbedding: true,
      trainSplit: null,
      valSplit: null,
      settings: null,
      device: 'cpu',
      epochs: 1,
    });
    const ids = idsOf(project, one);
    const outputs = [...ids.values()].map((image, row) => ({
      image,
      mu: Float32Array.from(classes, (_, at) => Math.sin(row * 7 + at) * 3),
      logvar: Float32Array.from(classes, (_, at) => Math.cos(row + at) / 3),
    }));
    store.runs.putPredictions(run, outputs);
    const out = join(store.folder, 'predictions.csv');
    expect(await exportPredictions(store, run, out)).toEqual({ images: 4 });
    const { columns, rows } = await readCsv(out);
    expect(columns).toEqual([
      'path',
      'label',
      'prediction',
      ...classes.flatMap((name) => [`mu_${name}`, `logvar_${name}`]),
      'sigma',
      'loss',
      'entropy',
      'margin',
      'split',
      'dataset',
    ]);
    for (const row of rows) {
      const output = outputs.find(({ image }) => image === ids.get(row['path'] ?? ''));
      if (output === undefined) throw new Error(`no output for ${row['path']}`);
      const { mu, logvar } = output;
      for (const [at, name] of classes.entries()) {
        expect(Math.fround(Number(row[`mu_${name}`]))).toBe(mu[at]);
        expect(Math.fround(Number(row[`logvar_${name}`]))).toBe(logvar[at]);
      }
      const top = mu.indexOf(Math.max(...mu));
      expect(row['prediction']).toBe(classes[top]);
      expect(Number(row['sigma'])).toBeCloseTo(Math.exp((logvar[top] ?? 0) / 2), 12);
      expect(Number(row['entropy'])).toBeCloseTo(entropy(softmax(mu)), 12);
      expect(Number(row['margin'])).toBeCloseTo(margin(softmax(mu)), 12);
      const label = classes.findIndex((name) => name === row['label']);
      if (label < 0) expect(row['loss']).toBe('');
      else expect(Number(row['loss'])).toBeCloseTo(crossEntropy(mu, label), 12);
    }
    const train = rows.filter(({ split }) => split === 'train').length;
    expect(await exportPredictions(store, run, out, { dataset: one, split: 'train' })).toEqual({ images: train });
    expect(await exportPredictions(store, run, out, { dataset: two })).toEqual({ images: 0 });
    await expect(exportPredictions(store, 99, out)).rejects.toMatchObject({ failure: { kind: 'not-found' } });
  });
});

describe('importLabels', () => {
  it('takes back what exportLabels wrote, one step to undo for each class', async () => {
    const { project, store, labels, one, two } = await labelledProject();
    await using _closing = project;
    const file = join(store.folder, 'labels.csv');
    await exportLabels(store, two, file);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(',happy,', ',fear,'));
    expect(await importLabels(store, labels, file)).toEqual({
      labelled: 4,
      unknownPaths: [],
      unknownPathCount: 0,
      unknownLabels: [],
      badRows: 1,
    });
    const labelsIn = (dataset: number): (Expression | null | undefined)[] => {
      const ids = idsOf(project, dataset);
      const rows = store.images.rows([...ids.values()], null);
      return ['happy/a.jpg', 'happy/b,"c".jpg', 'sad/line\nbreak.jpg'].map(
        (path) => rows.find((row) => row.path === path)?.label,
      );
    };
    expect(labelsIn(two)).toEqual(['fear', 'fear', 'sad']);
    // The dataset column keeps the other dataset as it was.
    expect(labelsIn(one)).toEqual(['happy', 'happy', 'sad']);
    labels.undo();
    labels.undo();
    expect(labelsIn(two)).toEqual(['happy', 'happy', 'sad']);
  });

  it('says which paths and labels it does not know; without a dataset a path means every image of it', async () => {
    const { project, store, labels, one, two } = await labelledProject();
    await using _closing = project;
    const file = join(store.folder, 'mine.tsv');
    writeFileSync(
      file,
      [
        'Label\tPath',
        'Joy\tsad/line.jpg',
        'angry\thappy/a.jpg',
        'Surprised\thappy/a.jpg',
        'Scorn\t=other/x.jpg',
        'bored\thappy/a.jpg',
        '\thappy/a.jpg',
      ].join('\n'),
    );
    expect(await importLabels(store, labels, file)).toEqual({
      labelled: 3,
      unknownPaths: ['sad/line.jpg'],
      unknownPathCount: 1,
      // Dataset One has seven classes.
      unknownLabels: ['bored', 'Scorn'],
      badRows: 1,
    });
    for (const dataset of [one, two]) {
      const id = idsOf(project, dataset).get('happy/a.jpg') ?? 0;
      expect(store.images.rows([id], null)[0]).toMatchObject({ label: 'surprise', reviewed: true });
    }
  });

  it('refuses a table without the columns', async () => {
    const { project, store, labels } = await labelledProject();
    await using _closing = project;
    const file = join(store.folder, 'x.csv');
    writeFileSync(file, 'file,emotion\nx.jpg,happy\n');
    await expect(importLabels(store, labels, file)).rejects.toMatchObject({ failure: { kind: 'invalid' } });
  });
});
