/** Statements of the log. Each writes lines; the current state then follows from them. */
import { asOf } from './as-of.ts';

/** The column of the current state that a kind of line is about; a decision on the label or exclusion makes an image reviewed. */
const CURRENT_VALUE = `CASE :kind WHEN 'exclude' THEN s.status WHEN 'flag' THEN CAST(s.flagged AS TEXT)
  WHEN 'note' THEN s.note WHEN 'box' THEN s.box END`;

const COLUMNS = `batch, dataset, image, kind, label_before, label_after, soft_before, soft_after, value_before, value_after,
  voter, opinion_before, opinion_after, reviewed_before, reviewed_after`;

export const APPEND = `
  INSERT INTO annotations (${COLUMNS})
  SELECT :batch, i.dataset, i.id, :kind, s.label, iif(:sets, :label, s.label), s.soft, iif(:sets, :soft, s.soft),
    ${CURRENT_VALUE}, :value, iif(:votes, :voter, NULL), iif(:votes, o.opinion, NULL), iif(:votes, :opinion, NULL),
    s.reviewed, CASE WHEN :kind IN ('hard', 'soft', 'unsure', 'clear', 'exclude') THEN 1 ELSE s.reviewed END
  FROM (SELECT DISTINCT value FROM json_each(:images)) AS wanted
  CROSS JOIN images AS i ON i.id = wanted.value
  JOIN states AS s ON s.dataset = i.dataset AND s.image = i.id
  LEFT JOIN opinions AS o ON o.dataset = i.dataset AND o.image = i.id AND o.annotator = :voter
  WHERE :kind <> 'exclude' OR s.status <> 'broken'`;

/** Lines of the log that an act takes back or repeats, each with its turn: in one turn an image has one line. */
export const CHOSEN = `CREATE TEMP TABLE IF NOT EXISTS chosen (line INTEGER PRIMARY KEY, turn INTEGER NOT NULL)`;

/** All lines of an act that has no more than one an image. */
export const CHOOSE_ACT = `INSERT INTO temp.chosen SELECT id, 1 FROM annotations WHERE batch = :batch`;

/** The lines that a condition names; of each image's lines the newest (undo) or the oldest (redo) has the first turn. */
export function choose(where: string, order: 'ASC' | 'DESC'): string {
  return `INSERT INTO temp.chosen
    SELECT id, row_number() OVER (PARTITION BY image ORDER BY id ${order}) FROM annotations WHERE ${where}`;
}

/** Whose label, opinion or other part of the state is still (or again) as a line left (or found) it. */
const judging = `a.kind IN ('hard', 'soft', 'unsure', 'skip', 'clear')`;

/**
 * Lines that bring images from one side of chosen lines to the other: back for an undo, forth for a redo. What somebody has
 * changed since stays as it is: the label, the opinion and the other parts each for itself.
 */
export function replay(from: 'before' | 'after', to: 'before' | 'after'): string {
  return `
  INSERT INTO annotations (${COLUMNS}, reverts)
  SELECT :batch, dataset, image, kind, label, iif(labelStands, label_${to}, label), soft, iif(labelStands, soft_${to}, soft),
    value_${from}, value_${to}, iif(opinionStands, voter, NULL), iif(opinionStands, opinion_${from}, NULL),
    iif(opinionStands, opinion_${to}, NULL), reviewed, iif(judged AND NOT others, reviewed_${to}, reviewed), ${to === 'before' ? 'id' : 'NULL'}
  FROM (
    SELECT a.*, s.label, s.soft, s.reviewed, ${judging} OR a.kind = 'exclude' AS judged,
      ${judging} AND (s.label, s.soft) IS (a.label_${from}, a.soft_${from})
        AND (a.voter IS NULL OR (a.label_before, a.soft_before) IS NOT (a.label_after, a.soft_after)) AS labelStands,
      a.voter IS NOT NULL AND o.opinion IS a.opinion_${from} AS opinionStands,
      ${to === 'before' ? 'EXISTS (SELECT 1 FROM opinions AS p WHERE p.dataset = a.dataset AND p.image = a.image AND p.annotator IS NOT a.voter)' : '0'} AS others,
      CASE a.kind WHEN 'exclude' THEN s.status IS a.value_${from} WHEN 'flag' THEN CAST(s.flagged AS TEXT) IS a.value_${from}
        WHEN 'note' THEN s.note IS a.value_${from} WHEN 'box' THEN s.box IS a.value_${from} ELSE 0 END AS valueStands
    FROM temp.chosen AS c JOIN annotations AS a ON a.id = c.line
    JOIN states AS s ON s.dataset = a.dataset AND s.image = a.image
    LEFT JOIN opinions AS o ON o.dataset = a.dataset AND o.image = a.image AND o.annotator = a.voter
    WHERE c.turn = :turn)
  WHERE labelStands OR opinionStands OR valueStands`;
}

/** Parts of the state that an act can bring back, each by lines of its own; the first tells about label and soft target. */
export const PARTS = ['label', 'exclude', 'flag', 'note', 'box'] as const;

/** Lines for what differs in one part from the state at :point, of images that somebody touched since. */
export const BRING_BACK = `
  INSERT INTO annotations (${COLUMNS})
  SELECT :batch, s.dataset, s.image,
    CASE WHEN :part <> 'label' THEN :part WHEN was.label IS NULL THEN 'clear' WHEN was.soft IS NULL THEN 'hard' ELSE 'soft' END,
    s.label, iif(:part = 'label', was.label, s.label), s.soft, iif(:part = 'label', was.soft, s.soft),
    CASE :part WHEN 'exclude' THEN s.status WHEN 'flag' THEN CAST(s.flagged AS TEXT) WHEN 'note' THEN s.note
      WHEN 'box' THEN s.box END,
    CASE :part WHEN 'exclude' THEN was.status WHEN 'flag' THEN CAST(was.flagged AS TEXT) WHEN 'note' THEN was.note
      WHEN 'box' THEN was.box END,
    NULL, NULL, NULL, s.reviewed, iif(:part = 'label', was.reviewed, s.reviewed)
  FROM (SELECT DISTINCT image FROM annotations WHERE dataset = :dataset AND id > :point AND batch <> :batch) AS touched
  JOIN (SELECT ${asOf(':point').columns} FROM images AS i ${asOf(':point').joins}) AS was ON was.id = touched.image
  JOIN states AS s ON s.dataset = :dataset AND s.image = touched.image
  WHERE CASE :part WHEN 'label' THEN (was.label, was.soft) IS NOT (s.label, s.soft) WHEN 'exclude' THEN was.status <> s.status
    WHEN 'flag' THEN was.flagged <> s.flagged WHEN 'note' THEN was.note <> s.note WHEN 'box' THEN was.box IS NOT s.box END`;

export const MATERIALISE = `
  UPDATE states SET
    label = a.label_after,
    soft = a.soft_after,
    reviewed = a.reviewed_after,
    status = CASE a.kind WHEN 'exclude' THEN a.value_after ELSE states.status END,
    flagged = CASE a.kind WHEN 'flag' THEN CAST(a.value_after AS INTEGER) ELSE states.flagged END,
    note = CASE a.kind WHEN 'note' THEN a.value_after ELSE states.note END,
    box = CASE a.kind WHEN 'box' THEN a.value_after ELSE states.box END
  FROM annotations AS a
  WHERE a.batch = :batch AND a.id > :after AND states.dataset = a.dataset AND states.image = a.image`;
