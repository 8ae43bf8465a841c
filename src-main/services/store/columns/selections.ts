/**
 * What is read to fill a column: each statement is one range of one index, in its order. Answering a query needs no statement at
 * all once its columns are there.
 */
import type { PredictionField } from '../../../../src-shared/domain/query/ast.ts';
import type { Param } from '../where.ts';

export interface Selection {
  readonly sql: string;
  readonly params: readonly Param[];
}

export const SELECT = {
  all: (dataset: number): Selection => ({
    sql: 'SELECT image FROM states WHERE dataset = ? ORDER BY image',
    params: [dataset],
  }),
  /** Splits of a dataset, by hops through the index. */
  splits: (dataset: number): Selection => ({
    sql: `WITH RECURSIVE hop (split) AS (
       SELECT min(split) FROM states WHERE dataset = ?
       UNION ALL
       SELECT (SELECT min(s.split) FROM states AS s WHERE s.dataset = ? AND s.split > hop.split) FROM hop
       WHERE hop.split IS NOT NULL)
     SELECT split FROM hop WHERE split IS NOT NULL`,
    params: [dataset, dataset],
  }),
  split: (dataset: number, split: string): Selection => ({
    sql: 'SELECT image FROM states WHERE dataset = ? AND split = ?',
    params: [dataset, split],
  }),
  label: (dataset: number, label: string): Selection => ({
    sql: 'SELECT image FROM states WHERE dataset = ? AND label = ?',
    params: [dataset, label],
  }),
  /** Broken and excluded ones: the others are usable. */
  status: (dataset: number, status: string): Selection => ({
    sql: `SELECT image FROM states WHERE dataset = ? AND status <> 'ok' AND status = ?`,
    params: [dataset, status],
  }),
  reviewed: (dataset: number): Selection => ({
    sql: 'SELECT image FROM states WHERE dataset = ? AND reviewed = 1',
    params: [dataset],
  }),
  flagged: (dataset: number): Selection => ({
    sql: 'SELECT image FROM states WHERE dataset = ? AND flagged = 1',
    params: [dataset],
  }),
  disagreement: (dataset: number): Selection => ({
    sql: `SELECT image, disagreement FROM states WHERE dataset = ? AND disagreement IS NOT NULL
      ORDER BY disagreement, image`,
    params: [dataset],
  }),
  path: (dataset: number): Selection => ({
    sql: 'SELECT id FROM images WHERE dataset = ? ORDER BY path, id',
    params: [dataset],
  }),
  predicted: (dataset: number, run: number, predicted: string): Selection => ({
    sql: 'SELECT image FROM predictions WHERE run = ? AND dataset = ? AND predicted = ?',
    params: [run, dataset, predicted],
  }),
  correct: (dataset: number, run: number, correct: 0 | 1): Selection => ({
    sql: 'SELECT image FROM predictions WHERE run = ? AND dataset = ? AND correct = ?',
    params: [run, dataset, correct],
  }),
  stale: (dataset: number, run: number): Selection => ({
    sql: 'SELECT image FROM predictions WHERE run = ? AND dataset = ? AND stale = 1',
    params: [run, dataset],
  }),
  number: (dataset: number, run: number, field: PredictionField): Selection => ({
    sql: `SELECT image, ${field} FROM predictions WHERE run = ? AND dataset = ? AND ${field} IS NOT NULL
      ORDER BY ${field}, image`,
    params: [run, dataset],
  }),
  /** Who has an opinion on an image of the dataset, by hops through the index. */
  annotators: (dataset: number): Selection => ({
    sql: `SELECT n.name FROM annotators AS n
      WHERE EXISTS (SELECT 1 FROM opinions AS o WHERE o.dataset = ? AND o.annotator = n.id) ORDER BY n.name`,
    params: [dataset],
  }),
  annotator: (dataset: number, name: string): Selection => ({
    sql: 'SELECT image FROM opinions WHERE dataset = ? AND annotator = (SELECT id FROM annotators WHERE name = ?)',
    params: [dataset, name],
  }),
} as const;

/** Images of the lines of the log after one, several times where they have several lines. */
export const CHANGED = `SELECT image FROM annotations WHERE id > :after AND dataset = :dataset ORDER BY id LIMIT :most`;

export const STATES_OF = `
  SELECT s.image, s.label, s.status, s.reviewed, s.flagged, s.disagreement
  FROM json_each(:ids) AS wanted CROSS JOIN states AS s ON s.dataset = :dataset AND s.image = wanted.value`;

/** Of a prediction, only what is held against the label follows the label and the box. */
export const JUDGED_OF = `
  SELECT p.image, p.loss, p.correct, p.stale
  FROM json_each(:ids) AS wanted
  CROSS JOIN predictions AS p ON p.run = :run AND p.dataset = :dataset AND p.image = wanted.value`;
