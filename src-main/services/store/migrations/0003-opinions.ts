import type { Migration } from '../migrate.ts';

/**
 * What each person says of an image, apart from the label that stands: a second opinion changes no label. A label may be soft. Lines
 * of earlier versions told no opinions; taking them back tells none either.
 */
const columns = `
-- The soft target that stands; null: the label alone.
ALTER TABLE states ADD COLUMN soft TEXT;
UPDATE states SET soft = (SELECT i.soft FROM images AS i WHERE i.id = states.image AND i.label IS states.label);

-- The queue in which a decision was made, with the score that it was made on (DecisionContext).
ALTER TABLE batches ADD COLUMN context TEXT;

-- Each annotator's opinion as it stands, kept in step in the transaction that appends.
CREATE TABLE opinions (
  dataset INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  image INTEGER NOT NULL,
  annotator INTEGER NOT NULL REFERENCES annotators (id),
  opinion TEXT NOT NULL,
  label TEXT,
  at TEXT NOT NULL,
  PRIMARY KEY (dataset, image, annotator)
) STRICT, WITHOUT ROWID;
CREATE INDEX opinions_annotator ON opinions (dataset, annotator);
`;

/** SQLite cannot widen a CHECK, so the log is copied into a new table. */
const log = `
DROP TRIGGER annotations_never_change;
DROP TRIGGER annotations_never_go;
DROP TRIGGER batches_never_go;
CREATE TABLE annotations_new (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch INTEGER NOT NULL REFERENCES batches (id),
  dataset INTEGER NOT NULL,
  image INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('hard', 'soft', 'unsure', 'skip', 'clear', 'exclude', 'flag', 'note', 'box')),
  label_before TEXT,
  label_after TEXT,
  soft_before TEXT,
  soft_after TEXT,
  value_before TEXT,
  value_after TEXT,
  -- Whose opinion the line is about; null where it is about none.
  voter INTEGER REFERENCES annotators (id),
  opinion_before TEXT,
  opinion_after TEXT,
  reviewed_before INTEGER NOT NULL,
  reviewed_after INTEGER NOT NULL
) STRICT;
INSERT INTO annotations_new (id, batch, dataset, image, kind, label_before, label_after, value_before, value_after,
  reviewed_before, reviewed_after)
SELECT id, batch, dataset, image, kind, label_before, label_after, value_before, value_after, reviewed_before, reviewed_after
FROM annotations;
DROP TABLE annotations;
ALTER TABLE annotations_new RENAME TO annotations;
CREATE INDEX annotations_batch ON annotations (batch);
CREATE INDEX annotations_image ON annotations (image);
CREATE TRIGGER annotations_never_change BEFORE UPDATE ON annotations
BEGIN SELECT RAISE(ABORT, 'annotations are append-only'); END;
CREATE TRIGGER annotations_never_go BEFORE DELETE ON annotations
WHEN EXISTS (SELECT 1 FROM images WHERE id = OLD.image)
BEGIN SELECT RAISE(ABORT, 'annotations are append-only'); END;
CREATE TRIGGER batches_never_go BEFORE DELETE ON batches
WHEN EXISTS (SELECT 1 FROM annotations WHERE batch = OLD.id)
BEGIN SELECT RAISE(ABORT, 'batches are append-only'); END;
`;

export const opinions: Migration = { name: 'opinions', sql: columns + log };
