import type { Migration } from '../migrate.ts';

/**
 * Predictions of other pixels than those that are looked at now: the face was marked anew, or the file is another one. They have
 * neither loss nor correctness, so that no figure counts them.
 */
const sql = `
ALTER TABLE outputs ADD COLUMN file_changed INTEGER NOT NULL DEFAULT 0 CHECK (file_changed IN (0, 1));
ALTER TABLE predictions ADD COLUMN stale INTEGER NOT NULL DEFAULT 0 CHECK (stale IN (0, 1));
UPDATE predictions SET stale = 1, loss = NULL, correct = NULL WHERE EXISTS (
  SELECT 1 FROM outputs AS o JOIN states AS s ON s.dataset = o.dataset AND s.image = o.image
  WHERE o.run = predictions.run AND o.dataset = predictions.dataset AND o.image = predictions.image AND o.box IS NOT s.box);
CREATE INDEX predictions_stale ON predictions (run, dataset) WHERE stale = 1;
`;

export const stalePredictions: Migration = { name: 'stale-predictions', sql };
