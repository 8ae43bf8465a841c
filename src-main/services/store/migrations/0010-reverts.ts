import type { Migration } from '../migrate.ts';

/** Which line of the log a line takes back: an undo's, or a revert's that somebody chose in the history. */
const sql = `
ALTER TABLE annotations ADD COLUMN reverts INTEGER;
CREATE INDEX annotations_reverts ON annotations (reverts) WHERE reverts IS NOT NULL;
`;

export const reverts: Migration = { name: 'reverts', sql };
