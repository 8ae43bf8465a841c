import { join } from 'node:path';
import { z } from 'zod';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import type { ImageStatus } from '../../../src-shared/domain/image.ts';
import { LogLine } from '../../../src-shared/domain/label.ts';
import type { Database, Statement } from './database.ts';
import type { ImageAsOf, ImageFile, LabelHistory } from './interface.ts';
import { Attributes, Box, SoftLabel, Votes, idList, parseOptional } from './json.ts';
import type { Places } from './places.ts';

/** Later than every line of the log: the labels as they are now. */
export const NOW = Number.MAX_SAFE_INTEGER;

/** The last line up to a point that is about an image, of some kinds only. */
function lastLine(point: string, kinds: readonly string[] = []): string {
  const only = kinds.length === 0 ? '' : ` AND kind IN (${kinds.map((kind) => `'${kind}'`).join(', ')})`;
  return `(SELECT max(id) FROM annotations WHERE image = i.id AND id <= ${point}${only})`;
}

/**
 * What the log makes of images `i` up to a line: the same that `states` holds for the last one. `a` is the last line of all, which
 * tells label, soft target and reviewed; the others tell what they are about.
 * @param point the parameter's name, e.g. ":point".
 */
export function asOf(point: string): { readonly columns: string; readonly joins: string } {
  return {
    columns: `i.id, i.path, i.split, coalesce(x.value_after, i.status) AS status,
      iif(a.id IS NULL, i.label, a.label_after) AS label, iif(b.id IS NULL, i.box, b.value_after) AS box,
      iif(a.id IS NULL, i.soft, a.soft_after) AS soft, coalesce(a.reviewed_after, 0) AS reviewed,
      coalesce(f.value_after, '0') = '1' AS flagged, coalesce(n.value_after, '') AS note`,
    joins: `LEFT JOIN annotations AS a ON a.id = ${lastLine(point)}
      LEFT JOIN annotations AS x ON x.id = ${lastLine(point, ['exclude'])}
      LEFT JOIN annotations AS b ON b.id = ${lastLine(point, ['box'])}
      LEFT JOIN annotations AS f ON f.id = ${lastLine(point, ['flag'])}
      LEFT JOIN annotations AS n ON n.id = ${lastLine(point, ['note'])}`,
  };
}

interface AsOfRecord {
  id: number;
  path: string;
  split: string;
  status: ImageStatus;
  reason: string | null;
  label: Expression | null;
  datasetLabel: Expression | null;
  rawLabel: string;
  soft: string | null;
  datasetSoft: string | null;
  votes: string | null;
  box: string | null;
  datasetBox: string | null;
  attributes: string | null;
  reviewed: number;
  flagged: number;
  note: string;
  width: number;
  height: number;
  bytes: number;
  contentHash: string;
  perceptualHash: string;
  annotator: string | null;
  at: string | null;
}

const Lines = z.array(LogLine);

/** Images as they stood at a line of the log, with everything that was known of them then. */
export class AsOf implements LabelHistory {
  readonly #database: Database;
  readonly #places: Places;
  readonly #images: Statement<[{ ids: string; point: number }], AsOfRecord>;
  readonly #lines: Statement<[{ ids: string; point: number }], { image: number; lines: string }>;

  constructor(database: Database, places: Places) {
    this.#database = database;
    this.#places = places;
    const { columns, joins } = asOf(':point');
    this.#images = database.prepare(`
      SELECT ${columns}, i.reason, i.label AS datasetLabel, i.raw_label AS rawLabel, i.votes, i.box AS datasetBox,
        i.soft AS datasetSoft,
        i.attributes, i.width, i.height, i.bytes, i.content_hash AS contentHash, i.perceptual_hash AS perceptualHash,
        iif(a.reviewed_after, who.name, NULL) AS annotator, iif(a.reviewed_after, act.at, NULL) AS at
      FROM json_each(:ids) AS wanted CROSS JOIN images AS i ON i.id = wanted.value
      ${joins}
      LEFT JOIN annotations AS l ON l.id = (
        SELECT max(id) FROM annotations WHERE image = i.id AND id <= :point AND kind IN ('hard', 'soft', 'clear')
          AND (voter IS NULL OR label_before IS NOT label_after OR opinion_after ->> 'label' IS label_after))
      LEFT JOIN batches AS act ON act.id = l.batch
      LEFT JOIN annotators AS who ON who.id = act.annotator
      ORDER BY wanted.key`);
    this.#lines = database.prepare(`
      SELECT a.image, json_group_array(json_object('batch', a.batch, 'action', b.action, 'target', b.target,
        'annotator', n.name, 'at', b.at, 'kind', a.kind, 'labelBefore', a.label_before, 'labelAfter', a.label_after,
        'softBefore', json(a.soft_before), 'softAfter', json(a.soft_after), 'voter', v.name,
        'opinionBefore', json(a.opinion_before), 'opinionAfter', json(a.opinion_after),
        'valueBefore', a.value_before, 'valueAfter', a.value_after,
        'reviewedBefore', json(iif(a.reviewed_before, 'true', 'false')),
        'reviewedAfter', json(iif(a.reviewed_after, 'true', 'false')), 'context', json(b.context)) ORDER BY a.id) AS lines
      FROM json_each(:ids) AS wanted CROSS JOIN annotations AS a ON a.image = wanted.value AND a.id <= :point
      JOIN batches AS b ON b.id = a.batch JOIN annotators AS n ON n.id = b.annotator
      LEFT JOIN annotators AS v ON v.id = a.voter
      GROUP BY a.image`);
  }

  images(ids: readonly number[], point: number | null): ImageAsOf[] {
    const records = this.#database.read(() => this.#images.all({ ids: idList(ids), point: point ?? NOW }));
    return records.map((record) => ({
      ...record,
      soft: parseOptional(SoftLabel, record.soft),
      datasetSoft: parseOptional(SoftLabel, record.datasetSoft),
      votes: parseOptional(Votes, record.votes),
      box: parseOptional(Box, record.box),
      datasetBox: parseOptional(Box, record.datasetBox),
      attributes: parseOptional(Attributes, record.attributes),
      reviewed: record.reviewed === 1,
      flagged: record.flagged === 1,
    }));
  }

  lines(ids: readonly number[], point: number | null): Map<number, LogLine[]> {
    const found = this.#database.read(() => this.#lines.all({ ids: idList(ids), point: point ?? NOW }));
    return new Map(found.map(({ image, lines }) => [image, Lines.parse(JSON.parse(lines))]));
  }
  files(dataset: number, split: string, point: number): ImageFile[] {
    const { columns, joins } = asOf(':point');
    const records = this.#database.read(() =>
      this.#database
        .prepare<[{ dataset: number; split: string; point: number }], AsOfRecord & { root: string }>(
          `SELECT * FROM (SELECT ${columns}, d.root FROM images AS i JOIN datasets AS d ON d.id = i.dataset ${joins}
             WHERE i.dataset = :dataset AND i.split = :split)
           WHERE status = 'ok' ORDER BY id`,
        )
        .all({ dataset, split, point }),
    );
    return records.map(({ id, path, root, split: own, label, soft, box }) => ({
      id,
      file: join(this.#places.resolve(root), path),
      path,
      split: own,
      label,
      soft: parseOptional(SoftLabel, soft),
      box: parseOptional(Box, box),
    }));
  }
}
