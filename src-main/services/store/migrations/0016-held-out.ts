import type { Migration } from '../migrate.ts';

/**
 * What heads that had not seen an image's label say of it: probabilities in the run's order of classes, little-endian float32. They do
 * not depend on that label, so they stand when it is changed.
 */
const sql = `
CREATE TABLE held_out (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  dataset INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  image INTEGER NOT NULL,
  p BLOB NOT NULL,
  PRIMARY KEY (run, dataset, image)
) STRICT, WITHOUT ROWID;
`;

export const heldOut: Migration = { name: 'held-out', sql };
