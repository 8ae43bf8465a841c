import type { Migration } from '../migrate.ts';

/** Named points in the log, and which of them a run was trained on. */
const sql = `
CREATE TABLE versions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  name TEXT NOT NULL COLLATE NOCASE,
  note TEXT NOT NULL,
  annotator INTEGER NOT NULL REFERENCES annotators (id),
  at TEXT NOT NULL,
  -- The last line of the log that belongs to it; 0 before the first.
  point INTEGER NOT NULL,
  content_hash TEXT NOT NULL,
  images INTEGER NOT NULL,
  labelled INTEGER NOT NULL,
  excluded INTEGER NOT NULL,
  UNIQUE (dataset, name)
) STRICT;

-- An act that went back to a version says so in its description, also when the version has gone.
ALTER TABLE batches ADD COLUMN back_to TEXT;

ALTER TABLE runs ADD COLUMN version INTEGER REFERENCES versions (id) ON DELETE SET NULL;
ALTER TABLE runs ADD COLUMN version_name TEXT;
ALTER TABLE runs ADD COLUMN version_hash TEXT;
`;

export const versions: Migration = { name: 'versions', sql };
