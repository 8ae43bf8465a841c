import type { Migration } from '../migrate.ts';

/** Where in the log of annotations a training began: two runs are compared on images that had the same label for both. */
export const runsInTheLog: Migration = {
  name: 'runs in the log',
  sql: `ALTER TABLE runs ADD COLUMN label_position INTEGER;`,
};
