import type { Migration } from '../migrate.ts';

/** A column's CHECK goes with it: the words that a status may be stand in the domain's schema, which every row is read through. */
const freeStatus = (table: string): string => `
ALTER TABLE ${table} ADD COLUMN free_status TEXT NOT NULL DEFAULT 'queued';
UPDATE ${table} SET free_status = status;
ALTER TABLE ${table} DROP COLUMN status;
ALTER TABLE ${table} RENAME COLUMN free_status TO status;
`;

/** Runs and their jobs can be paused, and runs keep what happened to them on the way. */
export const resumedRuns: Migration = {
  name: 'resumed-runs',
  sql: `${freeStatus('runs')}${freeStatus('jobs')}ALTER TABLE runs ADD COLUMN notes TEXT NOT NULL DEFAULT '[]';`,
};
