import type { Migration } from '../migrate.ts';

/** What training saw of each image in each epoch, nine bytes an image and epoch, and what its steps waited for. */
export const trainingDynamics: Migration = {
  name: 'training-dynamics',
  sql: `
-- The training list of a run: int32 ids, and one byte of label each, in its order.
CREATE TABLE run_images (
  run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  images BLOB NOT NULL,
  labels BLOB NOT NULL
) STRICT;

-- One value an image of the list: float32, float32, byte.
CREATE TABLE run_dynamics (
  run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  loss BLOB NOT NULL,
  margin BLOB NOT NULL,
  predicted BLOB NOT NULL,
  PRIMARY KEY (run, epoch)
) STRICT;

ALTER TABLE run_epochs ADD COLUMN wait_seconds REAL;
`,
};
