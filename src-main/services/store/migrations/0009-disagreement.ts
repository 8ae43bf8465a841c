import type { Migration } from '../migrate.ts';

/**
 * Entropy of what people said of an image, in nats, over the expressions: a dataset's votes and the opinions of annotators, a soft
 * opinion by its shares; unsure, skipped and "no face" say nothing of the expression. Null with fewer than two votes.
 * H = ln N - sum(n ln n) / N.
 */
const disagreementOf = (dataset: string, image: string): string => `(
  SELECT iif(sum(n) > 1, max(0, ln(sum(n)) - sum(n * ln(n)) / sum(n)), NULL) FROM (
    SELECT sum(n) AS n FROM (
      SELECT v.key AS choice, v.value AS n FROM images AS i, json_each(i.votes) AS v
        WHERE i.id = ${image} AND v.key NOT IN ('unknown', 'no-face')
      UNION ALL
      SELECT s.key, s.value FROM opinions AS o, json_each(o.opinion, '$.soft') AS s
        WHERE o.dataset = ${dataset} AND o.image = ${image}
      UNION ALL
      SELECT o.label, 1 FROM opinions AS o
        WHERE o.dataset = ${dataset} AND o.image = ${image} AND o.opinion ->> '$.kind' = 'hard'
    ) WHERE n > 0 GROUP BY choice))`;

const follow = (name: string, event: string, row: 'NEW' | 'OLD'): string => `
CREATE TRIGGER ${name} AFTER ${event} ON opinions
BEGIN
  UPDATE states SET disagreement = ${disagreementOf(`${row}.dataset`, `${row}.image`)}
  WHERE dataset = ${row}.dataset AND image = ${row}.image;
END;`;

/** Kept by the database itself: whatever writes an opinion, the number follows in the same transaction. */
const sql = `
ALTER TABLE states ADD COLUMN disagreement REAL;
UPDATE states SET disagreement = ${disagreementOf('states.dataset', 'states.image')};
CREATE INDEX states_disagreement ON states (dataset, disagreement) WHERE disagreement IS NOT NULL;
CREATE TRIGGER states_disagree AFTER INSERT ON states
WHEN (SELECT votes FROM images WHERE id = NEW.image) IS NOT NULL
BEGIN
  UPDATE states SET disagreement = ${disagreementOf('NEW.dataset', 'NEW.image')}
  WHERE dataset = NEW.dataset AND image = NEW.image;
END;
${follow('opinions_come', 'INSERT', 'NEW')}
${follow('opinions_change', 'UPDATE', 'NEW')}
${follow('opinions_go', 'DELETE', 'OLD')}
`;

export const disagreement: Migration = { name: 'disagreement', sql };
