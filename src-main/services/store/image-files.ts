import type { Database } from './database.ts';
import type { BrokenFile, FileFacts, Fingerprint } from './interface.ts';
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

/** Paths of images, spread evenly over a dataset. */
export function samplePaths(
  database: Database,
  dataset: number,
  count: number,
): { path: string; contentHash: string }[] {
  return database
    .prepare<[{ dataset: number; count: number }], { path: string; contentHash: string }>(
      `WITH numbered AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM images WHERE dataset = :dataset),
         size AS (SELECT max(1, count(*) / :count) AS step FROM numbered)
       SELECT i.path, i.content_hash AS contentHash FROM numbered AS n JOIN size JOIN images AS i ON i.id = n.id
       WHERE n.place % size.step = 0 ORDER BY n.id LIMIT :count`,
    )
    .all({ dataset, count });
}

/** Broken images after one id. */
export function brokenFiles(database: Database, dataset: number, after: number, limit: number): BrokenFile[] {
  return database
    .prepare<[number, number, number], { image: number; path: string; box: string | null }>(
      `SELECT i.id AS image, i.path, s.box FROM states AS s CROSS JOIN images AS i ON i.id = s.image
       WHERE s.dataset = ? AND s.image > ? AND s.status = 'broken' ORDER BY s.image LIMIT ?`,
    )
    .all(dataset, after, limit)
    .map(({ box, ...file }): BrokenFile => ({ ...file, box: parseOptional(Box, box) }));
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
        `UPDATE images SET status = ?, reason = ?, width = ?, height = ?, bytes = ?, content_hash = ?, perceptual_hash = ?
         WHERE id = ?`,
      )
      .run(status, reason, width, height, bytes, contentHash, perceptualHash, image);
    database
      .prepare<[string, string | null, number, number]>(
        `UPDATE states SET status = ?, box = coalesce(?, box)
         WHERE dataset = (SELECT dataset FROM images WHERE id = ?) AND image = ?`,
      )
      .run(status, jsonOrNull(box), image, image);
  });
}
