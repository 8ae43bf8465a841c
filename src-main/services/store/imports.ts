import { z } from 'zod';
import { ImportOrder, ImportProblem, type ImportReport } from '../../../src-shared/domain/dataset.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import type { ImageStatus } from '../../../src-shared/domain/image.ts';
import type { LogLine } from '../../../src-shared/domain/label.ts';
import type { Database, Statement } from './database.ts';
import type { Datasets } from './datasets.ts';
import type { ImportProgress, ImportStep, ImportTable, UndealtImage, UnfinishedImport } from './interface.ts';
import { jsonOrNull, parseColumn } from './json.ts';

/** Problems that a report lists; the table has them all. */
const LISTED = 200;

const Progress = z.object({
  order: ImportOrder,
  entries: z.number().int(),
  digest: z.string(),
  total: z.number().int(),
  folder: z.string().nullable(),
  rowProblems: z.number().int().nullable(),
});

/** Imports under way, and what was wrong with their rows. A step is stored with how far it brought the import, or not at all. */
export class Imports implements ImportTable {
  readonly #database: Database;
  readonly #datasets: Datasets;
  readonly #setProgress: Statement<[progress: string, dataset: number]>;
  readonly #addProblem: Statement<[dataset: number, path: string, kind: string, reason: string]>;
  readonly #insertLine: Statement<[Record<string, string | number | null>]>;
  readonly #setOpinion: Statement<[{ dataset: number; image: number; voter: number; opinion: string; at: string }]>;
  readonly #clearOpinion: Statement<[dataset: number, image: number, voter: number]>;

  constructor(database: Database, datasets: Datasets) {
    this.#database = database;
    this.#datasets = datasets;
    this.#setProgress = database.prepare('UPDATE datasets SET progress = ? WHERE id = ?');
    this.#addProblem = database.prepare(
      'INSERT INTO import_problems (dataset, path, kind, reason) VALUES (?, ?, ?, ?)',
    );
    this.#insertLine = database.prepare(`
      INSERT INTO annotations (batch, dataset, image, kind, label_before, label_after, soft_before, soft_after,
        value_before, value_after, voter, opinion_before, opinion_after, reviewed_before, reviewed_after)
      VALUES (:batch, :dataset, :image, :kind, :labelBefore, :labelAfter, :softBefore, :softAfter, :valueBefore,
        :valueAfter, :voter, :opinionBefore, :opinionAfter, :reviewedBefore, :reviewedAfter)`);
    this.#setOpinion = database.prepare(`
      INSERT OR REPLACE INTO opinions (dataset, image, annotator, opinion, label, at)
      VALUES (:dataset, :image, :voter, :opinion, json_extract(:opinion, '$.label'), :at)`);
    this.#clearOpinion = database.prepare('DELETE FROM opinions WHERE dataset = ? AND image = ? AND annotator = ?');
  }

  unfinished(): UnfinishedImport[] {
    const rows = this.#database.read(() =>
      this.#database
        .prepare<[], { id: number; name: string; progress: string }>(
          `SELECT id, name, progress FROM datasets WHERE state = 'importing' AND progress IS NOT NULL ORDER BY id`,
        )
        .all(),
    );
    return rows.map(({ id, name, progress }) => ({ dataset: id, name, progress: parseColumn(Progress, progress) }));
  }

  begin(dataset: number, progress: ImportProgress): void {
    this.#database.write(() => this.#setProgress.run(JSON.stringify(progress), dataset));
  }

  append(dataset: number, { rows, problems, progress }: ImportStep): void {
    this.#database.write(() => {
      const ids = this.#datasets.insertImages(dataset, rows);
      for (const [index, row] of rows.entries()) {
        const image = ids[index];
        if (image !== undefined && row.history !== undefined) this.#restore(dataset, image, row.history);
      }
      for (const { path, kind, reason } of problems) this.#addProblem.run(dataset, path, kind, reason);
      this.#setProgress.run(JSON.stringify(progress), dataset);
    });
  }

  addProblems(dataset: number, problems: readonly ImportProblem[]): void {
    this.#database.write(() => {
      for (const { path, kind, reason } of problems) this.#addProblem.run(dataset, path, kind, reason);
    });
  }

  classNames(dataset: number): { raw: string; path: string; label: Expression | null; count: number }[] {
    return this.#database.read(() =>
      this.#database
        .prepare<[number], { raw: string; path: string; label: Expression | null; count: number }>(
          `SELECT raw_label AS raw, path, label, count(*) AS count, min(id) FROM images
           WHERE dataset = ? AND status <> 'excluded' GROUP BY raw_label, label ORDER BY count(*) DESC, min(id)`,
        )
        .all(dataset),
    );
  }

  undealt(dataset: number, after: number, limit: number): UndealtImage[] {
    return this.#database.read(() =>
      this.#database
        .prepare<[number, number, number], UndealtImage>(
          `SELECT i.id AS image, i.label, i.status, CASE WHEN i.content_hash = '' THEN i.id ELSE (
             SELECT min(f.id) FROM images AS f
             WHERE f.dataset = i.dataset AND f.content_hash = i.content_hash AND f.content_hash <> '' AND f.box IS i.box
           ) END AS twin
           FROM states AS s CROSS JOIN images AS i ON i.id = s.image
           WHERE s.dataset = ? AND s.image > ? AND s.split = '' ORDER BY s.image LIMIT ?`,
        )
        .all(dataset, after, limit),
    );
  }

  deal(dealt: readonly { readonly image: number; readonly split: string }[]): void {
    const image = this.#database.prepare<[string, number]>('UPDATE images SET split = ? WHERE id = ?');
    this.#database.write(() => {
      for (const { image: id, split } of dealt) image.run(split, id);
    });
  }

  settleSplits(dataset: number): void {
    this.#database.write(() =>
      this.#database
        .prepare<[number]>(
          `UPDATE states SET split = (SELECT i.split FROM images AS i WHERE i.id = states.image)
           WHERE dataset = ? AND split = ''`,
        )
        .run(dataset),
    );
  }

  clearProblems(dataset: number, after: number): void {
    this.#database.write(() =>
      this.#database
        .prepare<[number, number]>('DELETE FROM import_problems WHERE dataset = ? AND id > ?')
        .run(dataset, after),
    );
  }

  lastProblem(dataset: number): number {
    return this.#database.read(
      () =>
        this.#database
          .prepare<[number], number | null>('SELECT max(id) FROM import_problems WHERE dataset = ?')
          .pluck()
          .get(dataset) ?? 0,
    );
  }

  listDuplicates(dataset: number, after: number, limit: number): number | null {
    return this.#database.write(() => {
      const last = this.#database
        .prepare<[number, number, number], number | null>(
          `SELECT max(id) FROM (SELECT id FROM images WHERE dataset = ? AND id > ? ORDER BY id LIMIT ?)`,
        )
        .pluck()
        .get(dataset, after, limit);
      if (last === null || last === undefined) return null;
      this.#database
        .prepare<[number, number, number]>(
          `INSERT INTO import_problems (dataset, path, kind, reason)
           SELECT dataset, path, 'duplicate', 'Has the same content as ' || first || '.' FROM (
             SELECT i.id, i.dataset, i.path, (
               SELECT f.path FROM images AS f
               WHERE f.dataset = i.dataset AND f.content_hash = i.content_hash AND f.content_hash <> ''
                 AND f.box IS i.box AND f.id < i.id ORDER BY f.id LIMIT 1) AS first
             FROM images AS i WHERE i.dataset = ? AND i.id > ? AND i.id <= ? AND i.content_hash <> '')
           WHERE first IS NOT NULL ORDER BY id`,
        )
        .run(dataset, after, last);
      return last;
    });
  }

  tally(dataset: number): Omit<ImportReport, 'dataset' | 'name' | 'seconds' | 'format' | 'reason' | 'choices'> {
    return this.#database.read(() => {
      const groups = this.#database
        .prepare<[number], { split: string; status: ImageStatus; label: Expression | null; images: number }>(
          'SELECT split, status, label, count(*) AS images FROM images WHERE dataset = ? GROUP BY split, status, label ORDER BY min(id)',
        )
        .all(dataset);
      const sum = (which: (group: (typeof groups)[number]) => boolean): number =>
        groups.reduce((total, group) => total + (which(group) ? group.images : 0), 0);
      const classes: Record<string, number> = {};
      const splits: Record<string, number> = {};
      for (const { label, split, status, images } of groups) {
        splits[split] = (splits[split] ?? 0) + images;
        if (label !== null && status !== 'excluded') classes[label] = (classes[label] ?? 0) + images;
      }
      const kinds = this.#database
        .prepare<[number], { kind: string; count: number }>(
          'SELECT kind, count(*) AS count FROM import_problems WHERE dataset = ? GROUP BY kind',
        )
        .all(dataset);
      return {
        images: sum(() => true),
        broken: sum(({ status }) => status === 'broken'),
        excluded: sum(({ status }) => status === 'excluded'),
        unlabelled: sum(({ label, status }) => label === null && status !== 'excluded'),
        duplicates: kinds.find(({ kind }) => kind === 'duplicate')?.count ?? 0,
        classes,
        splits,
        problems: this.problems(dataset, 0, LISTED).map(({ id: _id, ...problem }) => problem),
        problemCount: kinds.reduce((total, { count }) => total + count, 0),
      };
    });
  }

  problems(dataset: number, after: number, limit: number): (ImportProblem & { id: number })[] {
    const rows = this.#database.read(() =>
      this.#database
        .prepare<[number, number, number], { id: number; path: string; kind: string; reason: string }>(
          'SELECT id, path, kind, reason FROM import_problems WHERE dataset = ? AND id > ? ORDER BY id LIMIT ?',
        )
        .all(dataset, after, limit),
    );
    return rows.map(({ id, ...problem }) => ({ id, ...ImportProblem.parse(problem) }));
  }

  /** Lines of a history from elsewhere; each act of it gets one act here, however many images it was about. */
  #restore(dataset: number, image: number, history: readonly LogLine[]): void {
    for (const line of history) {
      const batch = this.#restoredBatch(dataset, line);
      const voter = line.voter === null ? null : this.#annotator(line.voter);
      const opinion = jsonOrNull(line.opinionAfter);
      this.#insertLine.run({
        batch,
        dataset,
        image,
        voter,
        kind: line.kind,
        labelBefore: line.labelBefore,
        labelAfter: line.labelAfter,
        softBefore: jsonOrNull(line.softBefore),
        softAfter: jsonOrNull(line.softAfter),
        valueBefore: line.valueBefore,
        valueAfter: line.valueAfter,
        opinionBefore: jsonOrNull(line.opinionBefore),
        opinionAfter: opinion,
        reviewedBefore: line.reviewedBefore ? 1 : 0,
        reviewedAfter: line.reviewedAfter ? 1 : 0,
      });
      if (voter === null) continue;
      if (opinion === null) this.#clearOpinion.run(dataset, image, voter);
      else this.#setOpinion.run({ dataset, image, voter, opinion, at: line.at });
    }
  }

  #annotator(name: string): number {
    this.#database.prepare<[string]>('INSERT OR IGNORE INTO annotators (name) VALUES (?)').run(name);
    const id = this.#database.prepare<[string], number>('SELECT id FROM annotators WHERE name = ?').pluck().get(name);
    if (id === undefined) throw new Error(`Annotator ${name} was not stored.`);
    return id;
  }

  #restoredBatch(dataset: number, line: LogLine): number {
    const known = this.#batchOf(dataset, line.batch);
    if (known !== null) return known;
    const target = line.target === null ? null : this.#batchOf(dataset, line.target);
    const annotator = this.#annotator(line.annotator);
    // A run's number means nothing in another project.
    const context = line.context && { ...line.context, run: null };
    const { lastInsertRowid } = this.#database
      .prepare<[string, number | null, number, string, string | null, number, number]>(
        `INSERT INTO batches (action, target, annotator, at, context, restored_for, restored_from)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      // An undo whose act is not part of this dataset's history stands for itself.
      .run(
        target === null ? 'apply' : line.action,
        target,
        annotator,
        line.at,
        jsonOrNull(context),
        dataset,
        line.batch,
      );
    return Number(lastInsertRowid);
  }

  #batchOf(dataset: number, source: number): number | null {
    const id = this.#database
      .prepare<[number, number], number>('SELECT id FROM batches WHERE restored_for = ? AND restored_from = ?')
      .pluck()
      .get(dataset, source);
    return id ?? null;
  }
}
