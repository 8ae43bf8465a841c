import type { Migration } from '../migrate.ts';

/**
 * Which part of the picture an output was computed on: where the face was marked anew since, the output is of other pixels. What is
 * there was computed on the boxes as they stand.
 */
const sql = `
ALTER TABLE outputs ADD COLUMN box TEXT;
UPDATE outputs SET box = (SELECT s.box FROM states AS s WHERE s.dataset = outputs.dataset AND s.image = outputs.image)
WHERE EXISTS (SELECT 1 FROM states AS s WHERE s.dataset = outputs.dataset AND s.image = outputs.image AND s.box IS NOT NULL);
`;

export const boxOfOutputs: Migration = { name: 'box-of-outputs', sql };
