import type { Migration } from '../migrate.ts';

/** Queries with a name. */
const sql = `
CREATE TABLE saved_slices (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  dataset INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  name TEXT NOT NULL COLLATE NOCASE,
  q TEXT NOT NULL,
  sort TEXT NOT NULL,
  descending INTEGER NOT NULL,
  UNIQUE (dataset, name)
) STRICT;
`;

export const savedSlices: Migration = { name: 'saved-slices', sql };
