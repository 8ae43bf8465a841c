import { SEVEN, EXPRESSIONS, type Expression } from '../../../src-shared/domain/expression.ts';
import { ImportChoices, ImportReport, type Dataset, type ImportFormat } from '../../../src-shared/domain/dataset.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Database, Statement } from './database.ts';
import type { DatasetTable, NewImage } from './interface.ts';
import { Classes, Counts, jsonOrNull, parseColumn, parseOptional } from './json.ts';
import type { Places } from './places.ts';

interface DatasetRecord {
  id: number;
  name: string;
  root: string;
  format: ImportFormat;
  choices: string;
  classes: string;
  images: number;
  broken: number;
  splits: string;
  created_at: string;
  unlabelled: number;
  reviewed: number;
}

const SELECT = `
  SELECT d.id, d.name, d.root, d.format, d.choices, d.classes, d.images, d.broken, d.splits, d.created_at,
    (SELECT count(*) FROM states s WHERE s.dataset = d.id AND s.label IS NULL AND s.status <> 'excluded') AS unlabelled,
    (SELECT count(*) FROM states s WHERE s.dataset = d.id AND s.reviewed = 1) AS reviewed
  FROM datasets d`;

type ImageColumns = [
  dataset: number,
  path: string,
  split: string,
  status: string,
  reason: string | null,
  label: string | null,
  rawLabel: string,
  width: number,
  height: number,
  bytes: number,
  contentHash: string,
  perceptualHash: string,
  votes: string | null,
  soft: string | null,
  box: string | null,
  attributes: string | null,
];

/** Datasets and the images that came with them. Counts that an import settles are stored; what labels change is counted. */
export class Datasets implements DatasetTable {
  readonly #database: Database;
  readonly #places: Places;
  readonly #list: Statement<[], DatasetRecord>;
  readonly #get: Statement<[number], DatasetRecord>;
  readonly #byName: Statement<[string], DatasetRecord>;
  readonly #insertImage: Statement<ImageColumns>;
  readonly #insertState: Statement<
    [
      dataset: number,
      image: number,
      split: string,
      status: string,
      label: string | null,
      soft: string | null,
      box: string | null,
      reviewed: number,
      flagged: number,
      note: string,
    ]
  >;
  readonly #onRemoved: () => void;

  /** `onRemoved` is told after a dataset and its part of the label log have gone. */
  constructor(database: Database, places: Places, onRemoved: () => void) {
    this.#database = database;
    this.#places = places;
    this.#onRemoved = onRemoved;
    this.#list = database.prepare(`${SELECT} WHERE d.state = 'ready' ORDER BY d.id`);
    this.#get = database.prepare(`${SELECT} WHERE d.id = ?`);
    this.#byName = database.prepare(`${SELECT} WHERE d.name = ? AND d.state = 'ready'`);
    this.#insertImage = database.prepare(`
      INSERT INTO images (dataset, path, split, status, reason, label, raw_label, width, height, bytes, content_hash,
        perceptual_hash, votes, soft, box, attributes)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#insertState = database.prepare(
      `INSERT INTO states (dataset, image, split, status, label, soft, box, reviewed, flagged, note)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  list(): Dataset[] {
    return this.#database.read(() => this.#list.all().map((record) => this.#toDataset(record)));
  }

  get(dataset: number): Dataset | null {
    const record = this.#database.read(() => this.#get.get(dataset));
    return record ? this.#toDataset(record) : null;
  }

  has(dataset: number): boolean {
    return this.#database.read(
      () => this.#database.prepare<[number]>('SELECT 1 FROM datasets WHERE id = ?').get(dataset) !== undefined,
    );
  }

  byName(name: string): Dataset | null {
    const record = this.#database.read(() => this.#byName.get(name));
    return record ? this.#toDataset(record) : null;
  }

  insert(dataset: { name: string; root: string; format: ImportFormat; choices?: ImportChoices }): number {
    return this.#database.write(() => {
      const taken = this.#database.prepare<[string]>('SELECT 1 FROM datasets WHERE name = ?').get(dataset.name);
      if (taken !== undefined)
        throw new FailureError({
          kind: 'conflict',
          message: `A dataset of this project is already called “${dataset.name}”.`,
          remedy: 'Choose another name, or remove that dataset first.',
        });
      const { lastInsertRowid } = this.#database
        .prepare<[string, string, string, string, string, string]>(
          `INSERT INTO datasets (name, root, format, choices, state, classes, created_at)
           VALUES (?, ?, ?, ?, 'importing', ?, ?)`,
        )
        .run(
          dataset.name,
          this.#places.store(dataset.root),
          dataset.format,
          JSON.stringify(dataset.choices ?? {}),
          JSON.stringify(SEVEN),
          new Date().toISOString(),
        );
      return Number(lastInsertRowid);
    });
  }

  insertImages(dataset: number, rows: readonly NewImage[]): number[] {
    return this.#database.write(() =>
      rows.map((row) => {
        const [soft, box] = [jsonOrNull(row.soft), jsonOrNull(row.box)];
        const { lastInsertRowid } = this.#insertImage.run(
          dataset,
          row.path,
          row.split,
          row.status,
          row.reason,
          row.label,
          row.rawLabel,
          row.width,
          row.height,
          row.bytes,
          row.contentHash,
          row.perceptualHash,
          jsonOrNull(row.votes),
          soft,
          box,
          jsonOrNull(row.attributes),
        );
        const id = Number(lastInsertRowid);
        const { state } = row;
        this.#insertState.run(
          dataset,
          id,
          row.split,
          state?.status ?? row.status,
          state === undefined ? row.label : state.label,
          state === undefined ? soft : jsonOrNull(state.soft),
          state === undefined ? box : jsonOrNull(state.box),
          state?.reviewed === true ? 1 : 0,
          state?.flagged === true ? 1 : 0,
          state?.note ?? '',
        );
        return id;
      }),
    );
  }

  finish(dataset: number, report: ImportReport): void {
    this.#database.write(() => {
      const counts = this.#countImages(dataset);
      this.#database
        .prepare<[string, number, number, string, string, number]>(
          `UPDATE datasets SET state = 'ready', progress = NULL, classes = ?, images = ?, broken = ?, splits = ?, report = ? WHERE id = ?`,
        )
        .run(
          JSON.stringify(this.#classes(dataset)),
          counts.images,
          counts.broken,
          JSON.stringify(counts.splits),
          JSON.stringify(report),
          dataset,
        );
    });
  }

  report(dataset: number): ImportReport | null {
    const text = this.#database.read(() =>
      this.#database.prepare<[number], string | null>('SELECT report FROM datasets WHERE id = ?').pluck().get(dataset),
    );
    return parseOptional(ImportReport, text ?? null);
  }

  setRoot(dataset: number, root: string): void {
    this.#database.write(() =>
      this.#database
        .prepare<[string, number]>('UPDATE datasets SET root = ? WHERE id = ?')
        .run(this.#places.store(root), dataset),
    );
  }

  recount(dataset: number): void {
    this.#database.write(() =>
      this.#database
        .prepare<[{ dataset: number }]>(
          `UPDATE datasets SET broken = (SELECT count(*) FROM states WHERE dataset = :dataset AND status = 'broken')
           WHERE id = :dataset`,
        )
        .run({ dataset }),
    );
  }

  remove(dataset: number): void {
    this.#database.write(() => {
      this.#database.prepare<[number]>('DELETE FROM datasets WHERE id = ?').run(dataset);
      // Acts on this dataset's images only have lost all their lines.
      this.#database
        .prepare(`DELETE FROM batches WHERE NOT EXISTS (SELECT 1 FROM annotations a WHERE a.batch = batches.id)`)
        .run();
      this.#database
        .prepare(`UPDATE runs SET predictions = (SELECT count(*) FROM predictions p WHERE p.run = runs.id)`)
        .run();
    });
    this.#onRemoved();
  }

  removeUnfinished(): void {
    const unfinished = this.#database.read(() =>
      this.#database
        .prepare<[], number>(`SELECT id FROM datasets WHERE state = 'importing' AND progress IS NULL`)
        .pluck()
        .all(),
    );
    for (const dataset of unfinished) this.remove(dataset);
  }

  #countImages(dataset: number): { images: number; broken: number; splits: Record<string, number> } {
    const rows = this.#database
      .prepare<[number], { split: string; images: number; broken: number }>(
        `SELECT split, count(*) AS images, sum(status = 'broken') AS broken FROM images WHERE dataset = ? GROUP BY split`,
      )
      .all(dataset);
    return {
      images: rows.reduce((sum, row) => sum + row.images, 0),
      broken: rows.reduce((sum, row) => sum + row.broken, 0),
      splits: Object.fromEntries(rows.map((row) => [row.split, row.images])),
    };
  }

  /** Seven classes, or eight where contempt occurs: a model of the dataset has its outputs in this order. */
  #classes(dataset: number): readonly Expression[] {
    const contempt = this.#database
      .prepare<[number]>(
        `SELECT 1 FROM states WHERE dataset = ? AND label = 'contempt' AND status <> 'excluded' LIMIT 1`,
      )
      .get(dataset);
    return contempt === undefined ? SEVEN : EXPRESSIONS;
  }

  #toDataset(record: DatasetRecord): Dataset {
    return {
      id: record.id,
      name: record.name,
      root: this.#places.resolve(record.root),
      format: record.format,
      choices: parseColumn(ImportChoices, record.choices),
      classes: parseColumn(Classes, record.classes),
      images: record.images,
      broken: record.broken,
      unlabelled: record.unlabelled,
      reviewed: record.reviewed,
      splits: parseColumn(Counts, record.splits),
      createdAt: record.created_at,
    };
  }
}
