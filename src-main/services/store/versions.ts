import type { Expression } from '../../../src-shared/domain/expression.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { ImageStatus } from '../../../src-shared/domain/image.ts';
import type { Version, VersionDifference } from '../../../src-shared/domain/version.ts';
import { asOf, NOW } from './as-of.ts';
import type { Database, Statement } from './database.ts';
import type { VersionTable } from './interface.ts';

/** Images of a difference that are named. */
const NAMED = 500;

/** Points of the log, by the parameters of the statements below. */
interface Span {
  dataset: number;
  before: number;
  after: number;
}

/** Images that somebody touched between two points and that differ, with both states. */
const CHANGED = `
  SELECT o.id, o.label AS was, n.label AS is_now, o.status AS statusWas, n.status AS statusIs, o.box IS NOT n.box AS box,
    o.soft IS NOT n.soft AS soft, o.note IS NOT n.note AS note, o.flagged IS NOT n.flagged AS flag
  FROM (SELECT DISTINCT image FROM annotations
    WHERE dataset = :dataset AND id > min(:before, :after) AND id <= max(:before, :after)) AS touched
  JOIN (SELECT ${asOf(':before').columns} FROM images AS i ${asOf(':before').joins}) AS o ON o.id = touched.image
  JOIN (SELECT ${asOf(':after').columns} FROM images AS i ${asOf(':after').joins}) AS n ON n.id = touched.image
  WHERE (o.label, o.status, o.box, o.soft, o.note, o.flagged) IS NOT (n.label, n.status, n.box, n.soft, n.note, n.flagged)`;

interface Group {
  was: Expression | null;
  is_now: Expression | null;
  statusWas: ImageStatus;
  statusIs: ImageStatus;
  box: number;
  soft: number;
  note: number;
  flag: number;
  images: number;
}

type VersionRecord = Omit<Version, 'changedSince'> & { point: number };

export class Versions implements VersionTable {
  readonly #database: Database;
  readonly #list: Statement<[number], VersionRecord>;
  readonly #get: Statement<[number], VersionRecord>;
  readonly #groups: Statement<[Span], Group>;
  readonly #count: Statement<[Span], number>;
  readonly #some: Statement<[Span], number>;
  readonly #annotators: Statement<[Span], { annotator: string; images: number }>;

  constructor(database: Database) {
    this.#database = database;
    const select = `
      SELECT v.id, v.dataset, v.name, v.note, n.name AS annotator, v.at, v.content_hash AS contentHash, v.images, v.labelled,
        v.excluded, v.point
      FROM versions AS v JOIN annotators AS n ON n.id = v.annotator`;
    this.#list = database.prepare(`${select} WHERE v.dataset = ? ORDER BY v.id DESC`);
    this.#get = database.prepare(`${select} WHERE v.id = ?`);
    this.#groups = database.prepare(`
      SELECT was, is_now, statusWas, statusIs, box, soft, note, flag, count(*) AS images FROM (${CHANGED})
      GROUP BY was, is_now, statusWas, statusIs, box, soft, note, flag`);
    this.#count = database.prepare<[Span], number>(`SELECT count(*) FROM (${CHANGED})`).pluck();
    this.#some = database.prepare<[Span], number>(`SELECT id FROM (${CHANGED}) ORDER BY id LIMIT ${NAMED}`).pluck();
    this.#annotators = database.prepare(`
      SELECT n.name AS annotator, count(DISTINCT a.image) AS images
      FROM (${CHANGED}) AS changed
      CROSS JOIN annotations AS a ON a.image = changed.id AND a.id > min(:before, :after) AND a.id <= max(:before, :after)
      JOIN batches AS b ON b.id = a.batch JOIN annotators AS n ON n.id = b.annotator
      GROUP BY n.name ORDER BY images DESC, n.name`);
  }

  list(dataset: number): Version[] {
    return this.#database.read(() => this.#list.all(dataset).map((record) => this.#toVersion(record)));
  }

  get(version: number): Version | null {
    return this.#database.read(() => {
      const record = this.#get.get(version);
      return record === undefined ? null : this.#toVersion(record);
    });
  }

  point(version: number): number {
    const record = this.#database.read(() => this.#get.get(version));
    if (record === undefined) throw new RangeError(`There is no version ${version}.`);
    return record.point;
  }

  lastLine(dataset: number): number {
    return this.#database.read(
      () =>
        this.#database
          .prepare<[number], number | null>('SELECT max(id) FROM annotations WHERE dataset = ?')
          .pluck()
          .get(dataset) ?? 0,
    );
  }

  insert(version: Omit<Version, 'id' | 'changedSince'> & { readonly point: number }): number {
    return this.#database.write(() => {
      const taken = this.#database
        .prepare<[number, string]>('SELECT 1 FROM versions WHERE dataset = ? AND name = ?')
        .get(version.dataset, version.name);
      if (taken !== undefined)
        throw new FailureError({
          kind: 'conflict',
          message: `A version of this dataset is already called “${version.name}”.`,
          remedy: 'Choose another name.',
        });
      this.#database.prepare<[string]>('INSERT OR IGNORE INTO annotators (name) VALUES (?)').run(version.annotator);
      const { lastInsertRowid } = this.#database
        .prepare<[typeof version]>(
          `INSERT INTO versions (dataset, name, note, annotator, at, point, content_hash, images, labelled, excluded)
           VALUES (:dataset, :name, :note, (SELECT id FROM annotators WHERE name = :annotator), :at, :point, :contentHash,
             :images, :labelled, :excluded)`,
        )
        .run(version);
      return Number(lastInsertRowid);
    });
  }

  remove(version: number): void {
    this.#database.write(() => this.#database.prepare<[number]>('DELETE FROM versions WHERE id = ?').run(version));
  }

  difference(dataset: number, before: number | null, after: number | null): VersionDifference {
    const span = { dataset, before: before ?? NOW, after: after ?? NOW };
    return this.#database.read(() => {
      const groups = this.#groups.all(span);
      const count = (which: (group: Group) => boolean): number =>
        groups.reduce((sum, group) => sum + (which(group) ? group.images : 0), 0);
      const labels = new Map<string, VersionDifference['labels'][number]>();
      for (const { was, is_now, images } of groups) {
        if (was === is_now) continue;
        const key = `${was ?? ''}>${is_now ?? ''}`;
        labels.set(key, { from: was, to: is_now, images: images + (labels.get(key)?.images ?? 0) });
      }
      return {
        images: count(() => true),
        some: this.#some.all(span),
        labels: [...labels.values()].sort((a, b) => b.images - a.images),
        excluded: count(({ statusWas, statusIs }) => statusWas !== 'excluded' && statusIs === 'excluded'),
        included: count(({ statusWas, statusIs }) => statusWas === 'excluded' && statusIs !== 'excluded'),
        boxes: count(({ box }) => box === 1),
        soft: count(({ soft }) => soft === 1),
        notes: count(({ note }) => note === 1),
        flags: count(({ flag }) => flag === 1),
        annotators: this.#annotators.all(span),
      };
    });
  }

  #toVersion({ point, ...version }: VersionRecord): Version {
    const changedSince = this.#count.get({ dataset: version.dataset, before: point, after: NOW }) ?? 0;
    return { ...version, changedSince };
  }
}
