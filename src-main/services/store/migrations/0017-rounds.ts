import type { Migration } from '../migrate.ts';

/** Rounds of second opinions: a slice of a dataset, dealt to annotators as lists that each works down. Names, as in the log. */
const sql = `
CREATE TABLE rounds (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  -- Share of the slice that everybody judges.
  overlap REAL NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE round_images (
  round INTEGER NOT NULL REFERENCES rounds (id) ON DELETE CASCADE,
  annotator TEXT NOT NULL,
  place INTEGER NOT NULL,
  image INTEGER NOT NULL,
  PRIMARY KEY (round, annotator, place)
) STRICT, WITHOUT ROWID;
`;

export const rounds: Migration = { name: 'rounds', sql };
