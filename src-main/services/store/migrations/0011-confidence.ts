import { flipProbability, softmax } from '../../../../src-shared/metrics/vich.ts';
import type { Migration } from '../migrate.ts';
import { toFloats } from '../packed.ts';

/** Largest probability of softmax(mu), and the flip probability (null without VICH): numbers that a query can compare and order by. */
const sql = `
ALTER TABLE predictions ADD COLUMN confidence REAL NOT NULL DEFAULT 0;
ALTER TABLE predictions ADD COLUMN flip REAL;
UPDATE predictions SET confidence = top_probability(o.mu), flip = flip_probability(o.mu, o.logvar)
FROM outputs AS o WHERE o.run = predictions.run AND o.dataset = predictions.dataset AND o.image = predictions.image;
CREATE INDEX predictions_confidence ON predictions (run, dataset, confidence);
CREATE INDEX predictions_flip ON predictions (run, dataset, flip);
`;

export const confidence: Migration = {
  name: 'confidence',
  sql,
  functions: {
    top_probability: (mu) => Math.max(...softmax(toFloats(mu as Uint8Array))),
    flip_probability: (mu, logvar) =>
      logvar === null ? null : flipProbability(toFloats(mu as Uint8Array), toFloats(logvar as Uint8Array)),
  },
};
