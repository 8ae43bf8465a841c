import { basename } from 'node:path';
import { EXPRESSIONS } from '../../../src-shared/domain/expression.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { expressionOf } from '../../../src-shared/domain/synonyms.ts';
import { openTable, tableRows } from '../datasets/table/table.ts';
import type { Table } from '../datasets/table/table.ts';
import type { Store } from '../store/interface.ts';
import { unguard } from './csv.ts';
import type { Labels } from './labels.ts';

/** What became of a table of labels. Lists hold the first 200. */
export interface ImportedLabels {
  /** Images that got a label. */
  readonly labelled: number;
  /** Paths that no image of the project has. */
  readonly unknownPaths: readonly string[];
  readonly unknownPathCount: number;
  /** Label names that mean no class of the image's dataset. */
  readonly unknownLabels: readonly string[];
  /** Rows passed over because they could not be read or name no label. */
  readonly badRows: number;
}

const LISTED = 200;
/** Tiles read at a time. */
const PAGE = 500;

/** A row of the table: the label of a path, in one dataset or in all that have the path. */
interface Wanted {
  readonly dataset: string | null;
  readonly label: Expression;
  readonly raw: string;
  found: boolean;
}

/**
 * Labels images from a CSV or TSV with the columns `path`, `label` and, if several datasets share paths, `dataset` (a
 * name): what `exportLabels` writes, or what other programs make. Each class is one act of the annotator, so one step
 * to undo. The last row of a path counts. Without a `dataset` column a path means that image in every dataset that has
 * it.
 * @throws FailureError 'unreadable' or 'invalid' for the table, and those of `Labels.apply`.
 */
export async function importLabels(store: Store, labels: Pick<Labels, 'apply'>, file: string): Promise<ImportedLabels> {
  const { wanted, unknownLabels, badRows } = await readWanted(await openTable(file));
  const byLabel = new Map<Expression, number[]>();
  for (const dataset of store.datasets.list()) {
    const ids = store.images.ids({ dataset: dataset.id, run: null, q: '', sort: 'id', descending: false });
    for (let from = 0; from < ids.length; from += PAGE) {
      for (const { id, path } of store.images.rows([...ids.subarray(from, from + PAGE)], null)) {
        const row = wanted.get(path)?.findLast((one) => one.dataset === null || one.dataset === dataset.name);
        if (row === undefined) continue;
        row.found = true;
        if (!dataset.classes.includes(row.label)) unknownLabels.add(row.raw);
        else labelTo(byLabel, row.label).push(id);
      }
      await new Promise(setImmediate);
    }
  }
  let labelled = 0;
  for (const label of EXPRESSIONS) {
    const images = byLabel.get(label);
    if (images !== undefined) labelled += labels.apply({ on: { images }, change: { kind: 'hard', label } }).changed;
  }
  const unknownPaths = [...wanted].filter(([, rows]) => !rows.some(({ found }) => found)).map(([path]) => path);
  return {
    labelled,
    unknownPaths: unknownPaths.slice(0, LISTED),
    unknownPathCount: unknownPaths.length,
    unknownLabels: [...unknownLabels].slice(0, LISTED),
    badRows,
  };
}

function labelTo(byLabel: Map<Expression, number[]>, label: Expression): number[] {
  const images = byLabel.get(label) ?? [];
  byLabel.set(label, images);
  return images;
}

async function readWanted(
  table: Table,
): Promise<{ wanted: Map<string, Wanted[]>; unknownLabels: Set<string>; badRows: number }> {
  const columns = { path: requireColumn(table, 'path'), label: requireColumn(table, 'label') };
  const datasetColumn = findColumn(table, 'dataset');
  const wanted = new Map<string, Wanted[]>();
  const unknownLabels = new Set<string>();
  let badRows = 0;
  for await (const row of tableRows(table)) {
    const cell = (column: number): string => ('cells' in row ? unguard(row.cells[column] ?? '') : '');
    const [path, raw, dataset] = [cell(columns.path), cell(columns.label), cell(datasetColumn)];
    const label = expressionOf(raw);
    if (path === '' || raw.trim() === '') badRows++;
    else if (label === null) unknownLabels.add(raw);
    else {
      const rows = wanted.get(path) ?? [];
      wanted.set(path, rows);
      rows.push({ dataset: dataset === '' ? null : dataset, label, raw, found: false });
    }
  }
  return { wanted, unknownLabels, badRows };
}

function findColumn(table: Table, name: string): number {
  return table.columns.findIndex((column) => column.toLowerCase() === name);
}

function requireColumn(table: Table, name: string): number {
  const index = findColumn(table, name);
  if (index >= 0) return index;
  throw new FailureError({
    kind: 'invalid',
    message: `The table ${basename(table.path)} has no column “${name}”.`,
    remedy: 'Name its columns path and label, as an export of labels does.',
  });
}
