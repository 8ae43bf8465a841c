import type { Migration } from '../migrate.ts';

/**
 * A history that came with our own export: acts of another project, under their number there. They are told like all
 * others, but are nothing that could be undone here.
 */
const sql = `
ALTER TABLE batches ADD COLUMN restored_for INTEGER;
ALTER TABLE batches ADD COLUMN restored_from INTEGER;
CREATE UNIQUE INDEX batches_restored ON batches (restored_for, restored_from) WHERE restored_for IS NOT NULL;
`;

export const restoredHistory: Migration = { name: 'restored-history', sql };
