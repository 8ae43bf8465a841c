import type { Migration } from '../migrate.ts';

/**
 * Marks of what is kept in memory: they rise with every change to a dataset's images or a run's predictions that no line of the log
 * tells of. Kept by the database itself, so that nothing that writes can forget it.
 */
const rise = (name: string, event: string, table: 'datasets' | 'runs', id: string): string => `
CREATE TRIGGER ${name} AFTER ${event}
BEGIN UPDATE ${table} SET revision = revision + 1 WHERE id = ${id}; END;`;

const sql = `
ALTER TABLE datasets ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
${rise('images_come', 'INSERT ON images', 'datasets', 'NEW.dataset')}
${rise('images_change', 'UPDATE ON images', 'datasets', 'NEW.dataset')}
${rise('splits_change', 'UPDATE OF split ON states', 'datasets', 'NEW.dataset')}
${rise('predictions_come', 'INSERT ON predictions', 'runs', 'NEW.run')}
${rise('predictions_go', 'DELETE ON predictions', 'runs', 'OLD.run')}
`;

export const revisions: Migration = { name: 'revisions', sql };
