/** Two runs side by side: their outputs for the same images, and the outcomes that a query can ask for. */
import type { Expression } from '../../../src-shared/domain/expression.ts';
import type { Database } from './database.ts';
import type { RunTable } from './interface.ts';
import { toFloats } from './packed.ts';

/**
 * True for an image whose label changed after one training of two had begun and before the other: what the one learned as right
 * the other may have learned as wrong. An imported model has no such place in the log.
 */
export const RELABELLED = (image: string, baseline: string, run: string): string => `EXISTS (
  SELECT 1 FROM annotations AS changed
  WHERE changed.image = ${image} AND changed.label_before IS NOT changed.label_after
    AND changed.id > (SELECT min(label_position) FROM runs WHERE id IN (${baseline}, ${run}))
    AND changed.id <= (SELECT max(label_position) FROM runs WHERE id IN (${baseline}, ${run})))`;

/**
 * True for an image whose very bytes one of two runs was trained on as an image of another dataset: it has seen the answer. `dataset` is
 * the one that the image is measured in.
 */
export const LEARNED_ELSEWHERE = (image: string, dataset: string, baseline: string, run: string): string => `EXISTS (
  SELECT 1 FROM images AS measured
  JOIN runs AS learner ON learner.id IN (${baseline}, ${run}) AND learner.dataset <> ${dataset}
  JOIN images AS learned ON learned.dataset = learner.dataset AND learned.content_hash = measured.content_hash
    AND learned.content_hash <> ''
  WHERE measured.id = ${image} AND learned.split = learner.train_split)`;

const PAIRED = `
  SELECT a.image, s.split, s.label, a.mu AS baselineMu, b.mu AS runMu,
    ${RELABELLED('a.image', ':baseline', ':run')} AS relabelled,
    ${LEARNED_ELSEWHERE('a.image', 'a.dataset', ':baseline', ':run')} AS learned
  FROM outputs AS a
  JOIN outputs AS b ON b.run = :run AND b.dataset = a.dataset AND b.image = a.image
  JOIN predictions AS pa ON pa.run = a.run AND pa.dataset = a.dataset AND pa.image = a.image
  JOIN predictions AS pb ON pb.run = b.run AND pb.dataset = b.dataset AND pb.image = b.image
  JOIN states AS s ON s.dataset = a.dataset AND s.image = a.image
  WHERE pa.stale = 0 AND pb.stale = 0 AND a.run = :baseline AND a.dataset = :dataset AND s.status = 'ok' AND s.label IS NOT NULL
    AND (:split IS NULL OR s.split = :split)
  ORDER BY a.image`;

const UNPAIRED = `
  SELECT count(*) FROM states AS s
  WHERE s.dataset = :dataset AND s.status = 'ok' AND s.label IS NOT NULL AND (:split IS NULL OR s.split = :split)
    AND EXISTS (SELECT 1 FROM outputs WHERE run = :baseline AND dataset = s.dataset AND image = s.image)
      <> EXISTS (SELECT 1 FROM outputs WHERE run = :run AND dataset = s.dataset AND image = s.image)`;

/** Predicted by both, and one of the predictions at least is stale. */
const STALE_PAIRS = `
  SELECT count(*) FROM predictions AS a
  JOIN predictions AS b ON b.run = :run AND b.dataset = a.dataset AND b.image = a.image
  JOIN states AS s ON s.dataset = a.dataset AND s.image = a.image
  WHERE a.run = :baseline AND a.dataset = :dataset AND s.status = 'ok' AND s.label IS NOT NULL
    AND (:split IS NULL OR s.split = :split) AND (a.stale = 1 OR b.stale = 1)`;

interface Which {
  baseline: number;
  run: number;
  dataset: number;
  split: string | null;
}

interface PairedRecord {
  image: number;
  split: string;
  label: Expression;
  baselineMu: Uint8Array;
  runMu: Uint8Array;
  relabelled: number;
  learned: number;
}

export function pairedPredictions(database: Database, which: Which): ReturnType<RunTable['paired']> {
  const rows = database.prepare<[Which], PairedRecord>(PAIRED).all(which);
  const unpaired = database.prepare<[Which], number>(UNPAIRED).pluck().get(which) ?? 0;
  const predictions = rows.map(({ baselineMu, runMu, relabelled, learned, ...row }) => ({
    ...row,
    relabelled: relabelled === 1,
    learned: learned === 1,
    baselineMu: toFloats(baselineMu),
    runMu: toFloats(runMu),
  }));
  return { predictions, unpaired, stale: database.prepare<[Which], number>(STALE_PAIRS).pluck().get(which) ?? 0 };
}
