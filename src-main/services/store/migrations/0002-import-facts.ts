import type { Migration } from '../migrate.ts';

/** What the formats of the literature bring beyond a label: targets, faces in larger pictures, further facts. */
const columns = `
-- Choices of the import (ImportChoices), and how far an import under way has come.
ALTER TABLE datasets ADD COLUMN choices TEXT NOT NULL DEFAULT '{}';
ALTER TABLE datasets ADD COLUMN progress TEXT;

ALTER TABLE images ADD COLUMN soft TEXT;
ALTER TABLE images ADD COLUMN box TEXT;
ALTER TABLE images ADD COLUMN attributes TEXT;
ALTER TABLE states ADD COLUMN box TEXT;

-- Every row of a source that did not become a normal image, in order: the report names a few of them.
CREATE TABLE import_problems (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  kind TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX import_problems_dataset ON import_problems (dataset);
`;

/** A box that a person drew is a line of the log. SQLite cannot widen a CHECK, so the log is copied into a new table. */
const boxes = `
DROP TRIGGER annotations_never_change;
DROP TRIGGER annotations_never_go;
DROP TRIGGER batches_never_go;
CREATE TABLE annotations_new (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch INTEGER NOT NULL REFERENCES batches (id),
  dataset INTEGER NOT NULL,
  image INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('hard', 'clear', 'exclude', 'flag', 'note', 'box')),
  label_before TEXT,
  label_after TEXT,
  value_before TEXT,
  value_after TEXT,
  reviewed_before INTEGER NOT NULL,
  reviewed_after INTEGER NOT NULL
) STRICT;
INSERT INTO annotations_new SELECT * FROM annotations;
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

export const importFacts: Migration = { name: 'import-facts', sql: columns + boxes };
