import { EXPRESSION_FACES, EXPRESSIONS } from '../../../src-shared/domain/expression.ts';
import { Opinion, type AnnotatorOpinion } from '../../../src-shared/domain/label.ts';
import type { SoftLabel } from '../../../src-shared/domain/votes.ts';
import type { Database, Statement } from './database.ts';
import { parseColumn } from './json.ts';
import type { OpinionTable, StandingOpinion } from './opinion-table.ts';

/** Shares in percent, the largest first: "Fear 60, Surprise 40". */
export function softInWords(soft: SoftLabel): string {
  return EXPRESSIONS.map((expression) => ({ expression, share: soft[expression] ?? 0 }))
    .filter(({ share }) => share > 0)
    .toSorted((a, b) => b.share - a.share)
    .map(({ expression, share }) => `${EXPRESSION_FACES[expression].title} ${Math.round(share * 100)}`)
    .join(', ');
}

export function opinionInWords(opinion: Opinion): string {
  switch (opinion.kind) {
    case 'hard':
      return EXPRESSION_FACES[opinion.label].title;
    case 'soft':
      return softInWords(opinion.soft);
    case 'unsure':
      return 'unsure';
    case 'skip':
      return 'skipped';
  }
}

/** What each annotator says of an image now, by name. */
export function opinionsOn(database: Database, image: number): AnnotatorOpinion[] {
  return database
    .prepare<[number], { annotator: string; opinion: string; at: string }>(
      `SELECT n.name AS annotator, o.opinion, o.at
       FROM images AS i JOIN opinions AS o ON o.dataset = i.dataset AND o.image = i.id
       JOIN annotators AS n ON n.id = o.annotator WHERE i.id = ? ORDER BY n.name`,
    )
    .all(image)
    .map((row) => ({ ...row, opinion: parseColumn(Opinion, row.opinion) }));
}

/** Brings the opinions that stand after a batch of the log. */
export class OpinionState {
  readonly #clear: Statement<[number, number]>;
  readonly #set: Statement<[number, number]>;

  constructor(database: Database) {
    this.#clear = database.prepare(`
      DELETE FROM opinions WHERE (dataset, image, annotator) IN (
        SELECT dataset, image, voter FROM annotations WHERE batch = ? AND id > ? AND voter IS NOT NULL AND opinion_after IS NULL)`);
    this.#set = database.prepare(`
      INSERT OR REPLACE INTO opinions (dataset, image, annotator, opinion, label, at)
      SELECT a.dataset, a.image, a.voter, a.opinion_after, json_extract(a.opinion_after, '$.label'), b.at
      FROM annotations AS a JOIN batches AS b ON b.id = a.batch
      WHERE a.batch = ? AND a.id > ? AND a.voter IS NOT NULL AND a.opinion_after IS NOT NULL`);
  }

  /** `after`: the line that the ones in question follow; of these, each image has one of a voter. */
  follow(batch: number, after: number): void {
    this.#clear.run(batch, after);
    this.#set.run(batch, after);
  }
}

/** The opinions that stand, as the services read them. */
export class Opinions implements OpinionTable {
  readonly #database: Database;
  readonly #of: Statement<[number], { image: number; annotator: string; opinion: string }>;
  readonly #by: Statement<[number, string], { image: number; opinion: string }>;
  readonly #imagesOf: Statement<[number, string], number>;
  readonly #annotators: Statement<[], { name: string; opinions: number }>;
  readonly #decisions: Statement<[{ dataset: number; queue: string }], { decisions: number; changed: number }>;

  readonly #decidedIn: Statement<[{ dataset: number; queue: string }], number>;

  constructor(database: Database) {
    this.#database = database;
    this.#of = database.prepare(`
      SELECT o.image, n.name AS annotator, o.opinion FROM opinions AS o JOIN annotators AS n ON n.id = o.annotator
      WHERE o.dataset = ? ORDER BY o.image, n.name`);
    this.#by = database.prepare(`
      SELECT o.image, o.opinion FROM images AS i JOIN opinions AS o ON o.dataset = i.dataset AND o.image = i.id
      JOIN annotators AS n ON n.id = o.annotator WHERE i.id = ? AND n.name = ?`);
    this.#imagesOf = database
      .prepare<[number, string], number>(
        `SELECT o.image FROM opinions AS o JOIN annotators AS n ON n.id = o.annotator
         WHERE o.dataset = ? AND n.name = ? ORDER BY o.image`,
      )
      .pluck();
    this.#annotators = database.prepare(`
      SELECT n.name, count(o.image) AS opinions FROM annotators AS n LEFT JOIN opinions AS o ON o.annotator = n.id
      GROUP BY n.id ORDER BY n.name`);
    // An act that was taken back and not done again does not count.
    const standing = `FROM batches AS b JOIN annotations AS a ON a.batch = b.id
      WHERE b.action = 'apply' AND b.context IS NOT NULL AND json_extract(b.context, '$.queue') = :queue
        AND a.dataset = :dataset
        AND coalesce((SELECT r.action FROM batches AS r WHERE r.target = b.id ORDER BY r.id DESC LIMIT 1), 'redo') <> 'undo'`;
    this.#decisions = database.prepare(
      `SELECT count(*) AS decisions, coalesce(sum(a.label_before IS NOT a.label_after), 0) AS changed ${standing}`,
    );
    this.#decidedIn = database
      .prepare<[{ dataset: number; queue: string }], number>(
        `SELECT DISTINCT a.image ${standing} AND a.kind IN ('hard', 'soft')`,
      )
      .pluck();
  }

  of(dataset: number): StandingOpinion[] {
    return this.#database
      .read(() => this.#of.all(dataset))
      .map((row) => ({ ...row, opinion: parseColumn(Opinion, row.opinion) }));
  }

  by(annotator: string, images: readonly number[]): Map<number, Opinion> {
    const rows = this.#database.read(() => images.map((image) => this.#by.get(image, annotator)));
    return new Map(rows.flatMap((row) => (row === undefined ? [] : [[row.image, parseColumn(Opinion, row.opinion)]])));
  }

  imagesOf(dataset: number, annotator: string): Int32Array {
    return Int32Array.from(this.#database.read(() => this.#imagesOf.all(dataset, annotator)));
  }

  annotators(): { name: string; opinions: number }[] {
    return this.#database.read(() => this.#annotators.all());
  }

  decidedIn(dataset: number, queue: string): Int32Array {
    return Int32Array.from(this.#database.read(() => this.#decidedIn.all({ dataset, queue })));
  }

  decisions(dataset: number, queue: string): { decisions: number; changed: number } {
    return this.#database.read(() => this.#decisions.get({ dataset, queue })) ?? { decisions: 0, changed: 0 };
  }
}
