import type { Database } from './database.ts';
import type { FileFacts, Fingerprint, KnownFile } from './interface.ts';
import { Box, idList, jsonOrNull, parseOptional } from './json.ts';

/** Usable images after one id, with what tells whether two are the same; see `Fingerprint`. */
export function fingerprints(database: Database, dataset: number, after: number, limit: number): Fingerprint[] {
  return database
    .prepare<[number, number, number], Fingerprint>(
      `SELECT i.id AS image, s.split, i.content_hash || coalesce(s.box, '') AS content,
         iif(s.box IS i.box, i.perceptual_hash, '') AS hash
       FROM states AS s CROSS JOIN images AS i ON i.id = s.image
       WHERE s.dataset = ? AND s.image > ? AND s.status = 'ok' AND i.content_hash <> '' ORDER BY s.image LIMIT ?`,
    )
    .all(dataset, after, limit);
}

/** Those of these images that are neither broken nor left out. */
export function usableOf(database: Database, images: ArrayLike<number>): Set<number> {
  return new Set(
    database
      .prepare<[string], number>(
        `SELECT i.id FROM json_each(?) AS wanted CROSS JOIN images AS i ON i.id = wanted.value
         JOIN states AS s ON s.dataset = i.dataset AND s.image = i.id WHERE s.status = 'ok'`,
      )
      .pluck()
      .all(idList(images)),
  );
}

const KNOWN = `i.id AS image, i.path, s.status, i.bytes, i.content_hash AS contentHash, s.box
  FROM states AS s CROSS JOIN images AS i ON i.id = s.image`;

type KnownRow = Omit<KnownFile, 'box'> & { readonly box: string | null };

const known = ({ box, ...file }: KnownRow): KnownFile => ({ ...file, box: parseOptional(Box, box) });

/** Files spread evenly over a dataset. */
export function sampleFiles(database: Database, dataset: number, count: number): KnownFile[] {
  return database
    .prepare<[{ dataset: number; count: number }], KnownRow>(
      `WITH numbered AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM images WHERE dataset = :dataset),
         size AS (SELECT max(1, count(*) / :count) AS step FROM numbered),
         chosen AS (SELECT n.id FROM numbered AS n JOIN size WHERE n.place % size.step = 0 ORDER BY n.id LIMIT :count)
       SELECT ${KNOWN} WHERE s.dataset = :dataset AND s.image IN (SELECT id FROM chosen) ORDER BY i.id`,
    )
    .all({ dataset, count })
    .map(known);
}

/** Files of images after one id. */
export function knownFiles(
  database: Database,
  dataset: number,
  which: 'all' | 'broken',
  after: number,
  limit: number,
): KnownFile[] {
  const only = which === 'broken' ? "AND s.status = 'broken'" : '';
  return database
    .prepare<[number, number, number], KnownRow>(
      `SELECT ${KNOWN} WHERE s.dataset = ? AND s.image > ? ${only} ORDER BY s.image LIMIT ?`,
    )
    .all(dataset, after, limit)
    .map(known);
}

/** Sizes of those pictures that do not hold a box; at most ten. */
export function tooSmallFor(
  database: Database,
  images: ArrayLike<number>,
  { x, y, width, height }: Box,
): { width: number; height: number }[] {
  return database
    .prepare<[string, number, number], { width: number; height: number }>(
      `SELECT i.width, i.height FROM json_each(?) AS wanted CROSS JOIN images AS i ON i.id = wanted.value
       WHERE i.width < ? OR i.height < ? LIMIT 10`,
    )
    .all(idList(images), x + width, y + height);
}

/** What a second look at a broken image found: it is sound now, or broken for this reason. */
export function mend(database: Database, image: number, facts: FileFacts): void {
  database.write(() => {
    const { reason, width, height, bytes, contentHash, perceptualHash, box } = facts;
    const status = reason === null ? 'ok' : 'broken';
    database
      .prepare<[string, string | null, number, number, number, string, string, number]>(
        `UPDATE images SET (status, reason) = (SELECT iif(status = 'excluded', status, ?), iif(status = 'excluded', reason, ?)),
           width = ?, height = ?, bytes = ?, content_hash = ?, perceptual_hash = ?
         WHERE id = ?`,
      )
      .run(status, reason, width, height, bytes, contentHash, perceptualHash, image);
    database
      .prepare<[string, string | null, number, number]>(
        `UPDATE states SET status = iif(status = 'excluded', status, ?), box = coalesce(?, box)
         WHERE dataset = (SELECT dataset FROM images WHERE id = ?) AND image = ?`,
      )
      .run(status, jsonOrNull(box), image, image);
  });
}
