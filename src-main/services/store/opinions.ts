import { EXPRESSION_FACES, EXPRESSIONS } from '../../../src-shared/domain/expression.ts';
import { Opinion, type AnnotatorOpinion } from '../../../src-shared/domain/label.ts';
import type { SoftLabel } from '../../../src-shared/domain/votes.ts';
import type { Database, Statement } from './database.ts';
import { parseColumn } from './json.ts';

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
  readonly #clear: Statement<[number]>;
  readonly #set: Statement<[number]>;

  constructor(database: Database) {
    this.#clear = database.prepare(`
      DELETE FROM opinions WHERE (dataset, image, annotator) IN (
        SELECT dataset, image, voter FROM annotations WHERE batch = ? AND voter IS NOT NULL AND opinion_after IS NULL)`);
    this.#set = database.prepare(`
      INSERT OR REPLACE INTO opinions (dataset, image, annotator, opinion, label, at)
      SELECT a.dataset, a.image, a.voter, a.opinion_after, json_extract(a.opinion_after, '$.label'), b.at
      FROM annotations AS a JOIN batches AS b ON b.id = a.batch
      WHERE a.batch = ? AND a.voter IS NOT NULL AND a.opinion_after IS NOT NULL`);
  }

  follow(batch: number): void {
    this.#clear.run(batch);
    this.#set.run(batch);
  }
}
