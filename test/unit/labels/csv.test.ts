import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { Gallery } from '../../../src-main/services/images/gallery.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import { Exports } from '../../../src-main/services/exports/exports.ts';
import { csvCell, csvLine, float32Text, unguard } from '../../../src-main/services/labels/csv.ts';
import { importLabels } from '../../../src-main/services/labels/import-labels.ts';
import { Labels } from '../../../src-main/services/labels/labels.ts';
import { picture, plant } from '../datasets/images.ts';
import { openProject } from '../datasets/project.ts';
import type { TestProject } from '../datasets/project.ts';
import { queriesHere } from '../queries/here.ts';

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
  const labels = new Labels(project.workspace, new Gallery(project.workspace, new Queries()), () => undefined, '@ada');
  return { project, store, labels, one: one.report.dataset, two: two.report.dataset };
}

const idsOf = (project: TestProject, dataset: number): Map<string, number> => {
  const { images } = project.workspace.require().store;
  const ids = images.ids({ dataset, run: null, q: '', sort: 'id', descending: false });
  return new Map(images.rows([...ids], null).map((row) => [row.path, row.id]));
};

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

describe('importLabels', () => {
  it('takes back what an export wrote, one step to undo for each class', async () => {
    const { project, store, labels, one, two } = await labelledProject();
    await using _closing = project;
    const file = join(store.folder, 'labels.csv');
    const exported = await new Exports(project.workspace, queriesHere).start({
      what: 'labels',
      format: 'csv',
      dataset: two,
      version: null,
      q: '',
      run: null,
      files: 'refer',
      out: file,
    });
    await exported.result;
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
