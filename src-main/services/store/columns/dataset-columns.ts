import { EXPRESSIONS, type Expression } from '../../../../src-shared/domain/expression.ts';
import type { PredictionField } from '../../../../src-shared/domain/query/ast.ts';
import type { Database } from '../database.ts';
import { idList } from '../json.ts';
import { CodeColumn } from './code-column.ts';
import { extentOf, type Extent } from './extent.ts';
import { NumberColumn } from './number-column.ts';
import { JUDGED_OF, SELECT, STATES_OF, type Selection } from './selections.ts';

/** Lists of ids kept for terms that look into texts: up to 4 MB each at a million images. */
const MOST_LISTS = 12;

/** Values that are read when they are asked for; beyond `most` the one used longest ago is dropped. */
class Kept<T> {
  readonly #values = new Map<string, T>();
  readonly #most: number;

  constructor(most = Infinity) {
    this.#most = most;
  }

  get(key: string, read: () => T): T {
    const value = this.#values.get(key) ?? read();
    this.#values.delete(key);
    this.#values.set(key, value);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#most) break;
      this.#values.delete(oldest);
    }
    return value;
  }

  peek(key: string): T | undefined {
    return this.#values.get(key);
  }

  clear(): void {
    this.#values.clear();
  }
}

/** What one run says of a dataset's images. */
export class RunColumns {
  readonly revision: number;
  readonly run: number;
  readonly #of: DatasetColumns;
  readonly #codes = new Kept<CodeColumn>();
  readonly #numbers = new Kept<NumberColumn>();

  constructor(of: DatasetColumns, run: number, revision: number) {
    this.#of = of;
    this.run = run;
    this.revision = revision;
  }

  get predicted(): CodeColumn {
    return this.#codes.get('predicted', () =>
      this.#of.codesOf(EXPRESSIONS, (name) => SELECT.predicted(this.#of.dataset, this.run, name)),
    );
  }

  /** right, wrong, or neither: without a label or a prediction. */
  get outcome(): CodeColumn {
    return this.#codes.get('outcome', () =>
      this.#of.codesOf(['right', 'wrong'], (name) =>
        SELECT.correct(this.#of.dataset, this.run, name === 'right' ? 1 : 0),
      ),
    );
  }

  /** Predictions of other pixels than those that are looked at now. */
  get stale(): CodeColumn {
    return this.#codes.get('stale', () => this.#of.codesOf(['stale'], () => SELECT.stale(this.#of.dataset, this.run)));
  }

  number(field: PredictionField): NumberColumn {
    return this.#numbers.get(field, () => this.#of.numbersOf(SELECT.number(this.#of.dataset, this.run, field)));
  }

  /** Follows the labels and boxes of these images. */
  follow(ids: readonly number[]): void {
    const [outcome, loss] = [this.#codes.peek('outcome'), this.#numbers.peek('loss')];
    const stale = this.#codes.peek('stale');
    if (outcome === undefined && loss === undefined && stale === undefined) return;
    const losses = new Map<number, number | null>();
    for (const row of this.#of.judgedOf(this.run, ids)) {
      const place = row.image - this.#of.extent.first;
      losses.set(place, row.loss);
      outcome?.put(place, row.correct === null ? null : row.correct === 1 ? 'right' : 'wrong');
      stale?.put(place, row.stale === 1 ? 'stale' : null);
    }
    loss?.change(losses);
  }
}

interface JudgedRecord {
  image: number;
  loss: number | null;
  correct: number | null;
  stale: number;
}

interface StateRecord {
  image: number;
  label: Expression | null;
  status: string;
  reviewed: number;
  flagged: number;
  disagreement: number | null;
}

/** A dataset's images by column, read when a query first needs them. Places count from the first id. */
export class DatasetColumns {
  /** Runs whose columns are kept: the one looked at, its baseline, and one before. */
  static readonly runsKept = 3;
  readonly dataset: number;
  readonly revision: number;
  readonly extent: Extent;
  readonly #database: Database;
  readonly #codes = new Kept<CodeColumn>();
  readonly #numbers = new Kept<NumberColumn>();
  /** What never changes after an import: the order by path, images whose path or further facts match. */
  readonly #fixed = new Kept<Int32Array>(MOST_LISTS);
  /** What a label may change. */
  readonly #passing = new Kept<Int32Array>(MOST_LISTS);
  readonly #runs = new Map<number, RunColumns>();

  constructor(database: Database, dataset: number, revision: number) {
    this.#database = database;
    this.dataset = dataset;
    this.revision = revision;
    this.extent = extentOf(this.pluck<number>(SELECT.all(dataset)));
  }

  get label(): CodeColumn {
    return this.#codes.get('label', () => this.codesOf(EXPRESSIONS, (name) => SELECT.label(this.dataset, name)));
  }

  get split(): CodeColumn {
    return this.#codes.get('split', () =>
      this.codesOf(this.pluck<string>(SELECT.splits(this.dataset)), (name) => SELECT.split(this.dataset, name)),
    );
  }

  /** broken, excluded; the others have none. */
  get status(): CodeColumn {
    return this.#codes.get('status', () =>
      this.codesOf(['broken', 'excluded'], (name) => SELECT.status(this.dataset, name)),
    );
  }

  get reviewed(): CodeColumn {
    return this.#codes.get('reviewed', () => this.codesOf(['reviewed'], () => SELECT.reviewed(this.dataset)));
  }

  get flagged(): CodeColumn {
    return this.#codes.get('flagged', () => this.codesOf(['flagged'], () => SELECT.flagged(this.dataset)));
  }

  get disagreement(): NumberColumn {
    return this.#numbers.get('disagreement', () => this.numbersOf(SELECT.disagreement(this.dataset)));
  }

  get annotators(): readonly string[] {
    return this.pluck<string>(SELECT.annotators(this.dataset));
  }

  /** Ids in the order of their paths. */
  get byPath(): Int32Array {
    return this.fixed('by path', SELECT.path(this.dataset));
  }

  /** Ids that a selection gives, kept for as long as the dataset is the same. */
  fixed(key: string, selection: Selection): Int32Array {
    return this.#fixed.get(key, () => Int32Array.from(this.pluck<number>(selection)));
  }

  /** Ids that a selection gives, kept until somebody labels. */
  passing(key: string, selection: Selection): Int32Array {
    return this.#passing.get(key, () => Int32Array.from(this.pluck<number>(selection)));
  }

  /** @param revision of the run: what was kept of an older one is dropped. */
  run(run: number, revision: number): RunColumns {
    const known = this.#runs.get(run);
    const columns = known?.revision === revision ? known : new RunColumns(this, run, revision);
    this.#runs.delete(run);
    this.#runs.set(run, columns);
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= DatasetColumns.runsKept) break;
      this.#runs.delete(oldest);
    }
    return columns;
  }

  /** Follows what was said of these images; null: of more than are worth following one by one. */
  follow(ids: readonly number[] | null): void {
    this.#passing.clear();
    if (ids === null) {
      this.#codes.clear();
      this.#numbers.clear();
      this.#runs.clear();
      return;
    }
    const disagreements = new Map<number, number | null>();
    for (const row of this.#statesOf(ids)) {
      const place = row.image - this.extent.first;
      this.#codes.peek('label')?.put(place, row.label);
      this.#codes.peek('status')?.put(place, row.status === 'ok' ? null : row.status);
      this.#codes.peek('reviewed')?.put(place, row.reviewed === 1 ? 'reviewed' : null);
      this.#codes.peek('flagged')?.put(place, row.flagged === 1 ? 'flagged' : null);
      disagreements.set(place, row.disagreement);
    }
    this.#numbers.peek('disagreement')?.change(disagreements);
    for (const run of this.#runs.values()) run.follow(ids);
  }

  pluck<T>({ sql, params }: Selection): T[] {
    return this.#database
      .prepare<Selection['params'], T>(sql)
      .pluck()
      .all(...params);
  }

  codesOf(names: readonly string[], selection: (name: string) => Selection): CodeColumn {
    const column = new CodeColumn(this.extent.size, names);
    for (const name of names) {
      const code = column.code(name);
      for (const id of this.pluck<number>(selection(name))) column.codes[id - this.extent.first] = code;
    }
    return column;
  }

  numbersOf({ sql, params }: Selection): NumberColumn {
    const rows = this.#database
      .prepare<Selection['params'], [number, number]>(sql)
      .raw()
      .all(...params);
    const { first, size } = this.extent;
    for (const row of rows) row[0] -= first;
    return new NumberColumn(size, rows);
  }

  judgedOf(run: number, ids: readonly number[]): JudgedRecord[] {
    return this.#database
      .prepare<[{ ids: string; dataset: number; run: number }], JudgedRecord>(JUDGED_OF)
      .all({ ids: idList(ids), dataset: this.dataset, run });
  }

  #statesOf(ids: readonly number[]): StateRecord[] {
    return this.#database
      .prepare<[{ ids: string; dataset: number }], StateRecord>(STATES_OF)
      .all({ ids: idList(ids), dataset: this.dataset });
  }
}
