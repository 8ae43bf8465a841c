import type { Migration } from '../migrate.ts';

/** Each epoch's mean recall and mean F1 of the classes: the best epoch may be chosen by them. */
const sql = `
ALTER TABLE run_epochs ADD COLUMN val_balanced_accuracy REAL;
ALTER TABLE run_epochs ADD COLUMN val_macro_f1 REAL;
`;

export const bestBy: Migration = { name: 'best-by', sql };
