import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LabelExport, PredictionExport } from '../../../src-shared/domain/export.ts';
import type { ImportOrder } from '../../../src-shared/domain/dataset.ts';
import { openTable, tableRows } from '../../../src-main/services/datasets/table/table.ts';
import { Exports, type ExportResult } from '../../../src-main/services/exports/exports.ts';
import { Gallery } from '../../../src-main/services/images/gallery.ts';
import { Queries } from '../../../src-main/services/queries/queries.ts';
import { unguard } from '../../../src-main/services/labels/csv.ts';
import { Labels } from '../../../src-main/services/labels/labels.ts';
import { Versions } from '../../../src-main/services/versions/versions.ts';
import type { Store } from '../../../src-main/services/store/interface.ts';
import { openProject } from '../datasets/project.ts';
import { queriesHere } from '../queries/here.ts';
import type { TestProject } from '../datasets/project.ts';

/** A project with one imported dataset, and what acts on it. */
export interface Labelled {
  readonly project: TestProject;
  readonly store: Store;
  readonly labels: Labels;
  readonly versions: Versions;
  readonly exports: Exports;
  readonly dataset: number;
  /** Image by path. */
  readonly id: (path: string) => number;
  /** A new place to write to. */
  readonly out: (name: string) => string;
  readonly write: (order: Partial<LabelExport>) => Promise<ExportResult>;
  readonly writePredictions: (order: Partial<PredictionExport> & { run: number; out: string }) => Promise<ExportResult>;
}

export async function labelled(order: ImportOrder, annotator = 'ada'): Promise<Labelled> {
  const project = await openProject();
  onTestFinished(() => project[Symbol.asyncDispose]());
  const { report } = await project.import(order);
  const { store } = project.workspace.require();
  const { dataset } = report;
  const exports = new Exports(project.workspace, queriesHere);
  const none = () => undefined;
  const run = async (request: LabelExport | PredictionExport) => (await exports.start(request)).result;
  return {
    project,
    store,
    labels: new Labels(project.workspace, new Gallery(project.workspace, new Queries()), none, annotator),
    versions: new Versions(project.workspace, none, annotator, queriesHere),
    exports,
    dataset,
    id: (path) => idByPath(store, dataset, path),
    out: (name) => join(mkdtempSync(join(store.folder, 'out-')), name),
    write: (given) =>
      run({
        what: 'labels',
        format: 'csv',
        dataset,
        version: null,
        q: '',
        run: null,
        files: 'refer',
        out: '',
        ...given,
      }),
    writePredictions: (given) =>
      run({ what: 'predictions', format: 'csv', dataset: null, split: null, q: '', ...given }),
  };
}

function idByPath(store: Store, dataset: number, path: string): number {
  const ids = store.images.ids({ dataset, run: null, q: '', sort: 'id', descending: false });
  const found = store.images.rows([...ids], null).find((row) => row.path === path);
  if (found === undefined) throw new Error(`There is no image ${path}.`);
  return found.id;
}

/** A CSV as objects by column, with the guard against formulas taken off. */
export async function readCsv(file: string): Promise<Record<string, string>[]> {
  const table = await openTable(file);
  const rows: Record<string, string>[] = [];
  for await (const row of tableRows(table)) {
    if (!('cells' in row)) throw new Error(row.problem);
    rows.push(Object.fromEntries(table.columns.map((name, index) => [name, unguard(row.cells[index] ?? '')])));
  }
  return rows;
}
