import { join } from 'node:path';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { VOTE_CHOICES, type VoteChoice } from '../../../src-shared/domain/votes.ts';
import type {
  AttributeSample,
  ImageDetail,
  ImageQuery,
  ImageRow,
  ImageStatus,
} from '../../../src-shared/domain/image.ts';
import type { Database, Statement } from './database.ts';
import { history } from './history.ts';
import { opinionsOn } from './opinions.ts';
import { fingerprints, knownFiles, mend, sampleFiles, tooSmallFor, usableOf } from './image-files.ts';
import type { FileFacts, Fingerprint, ImageFile, ImageTable, KnownFile } from './interface.ts';
import { Attributes, Box, Classes, SoftLabel, Votes, idList, parseColumn, parseOptional } from './json.ts';
import { Columns } from './columns/columns.ts';
import { toFloats } from './packed.ts';
import type { Places } from './places.ts';
import type { Predictions } from './predictions.ts';
import { selectIds } from './select-ids.ts';

interface RowRecord {
  id: number;
  path: string;
  split: string;
  status: ImageStatus;
  reason: string | null;
  box: string | null;
  label: Expression | null;
  reviewed: number;
  flagged: number;
  noted: number;
  stale: number;
  prediction: Expression | null;
  correct: number | null;
  loss: number | null;
  sigma: number | null;
  flip: number | null;
  confidence: number | null;
  margin: number | null;
  entropy: number | null;
  disagreement: number | null;
}

interface DetailRecord {
  dataset: number;
  width: number;
  height: number;
  bytes: number;
  contentHash: string;
  label: Expression | null;
  votes: string | null;
  soft: string | null;
  target: string | null;
  box: string | null;
  attributes: string | null;
  note: string;
}

interface OutputRecord {
  classes: string;
  mu: Uint8Array;
  logvar: Uint8Array | null;
}

interface FileOfSplit {
  id: number;
  path: string;
  root: string;
  split: string;
  label: Expression | null;
  box: string | null;
  soft: string | null;
}

interface FileRecord {
  path: string;
  root: string;
  contentHash: string;
  status: ImageStatus;
  box: string | null;
}

function toRow(record: RowRecord): ImageRow {
  return {
    ...record,
    box: parseOptional(Box, record.box),
    reviewed: record.reviewed === 1,
    flagged: record.flagged === 1,
    noted: record.noted === 1,
    stale: record.stale === 1,
    correct: record.correct === null ? null : record.correct === 1,
  };
}

/** Tiles by id, in the order of the ids. */
export const ROWS = `
  SELECT i.id, i.path, s.split, s.status, i.reason, s.box, s.label, s.reviewed, s.flagged, s.note <> '' AS noted,
    p.predicted AS prediction, p.correct, p.loss, p.sigma, p.flip, p.confidence, p.margin, p.entropy, s.disagreement,
    coalesce(p.stale, 0) AS stale
  FROM json_each(:ids) AS wanted
  CROSS JOIN images AS i ON i.id = wanted.value
  JOIN states AS s ON s.dataset = i.dataset AND s.image = i.id
  LEFT JOIN predictions AS p ON p.run = :run AND p.dataset = i.dataset AND p.image = i.id
  ORDER BY wanted.key`;

const SELECT_ALL = 'SELECT image FROM states WHERE dataset = ? ORDER BY image';

/** Images as the gallery, the inspector, training and serving see them. */
export class Images implements ImageTable {
  readonly #database: Database;
  readonly #places: Places;
  readonly #columns: Columns;
  readonly #predictions: Pick<Predictions, 'refile'>;
  readonly #rows: Statement<[{ run: number | null; ids: string }], RowRecord>;
  readonly #detail: Statement<[number], DetailRecord>;
  readonly #output: Statement<[run: number, dataset: number, image: number], OutputRecord>;
  readonly #duplicates: Statement<[number], number>;
  readonly #file: Statement<[number], FileRecord>;
  readonly #datasets: Statement<[string], number>;
  readonly #all: Statement<[number], number>;
  readonly #range: Statement<[{ dataset: number }], { first: number | null; last: number | null }>;
  readonly #nextUsable: Statement<[dataset: number, image: number], number>;

  constructor(database: Database, places: Places, predictions: Pick<Predictions, 'refile'>) {
    this.#database = database;
    this.#predictions = predictions;
    this.#places = places;
    this.#columns = new Columns(database);
    this.#rows = database.prepare(ROWS);
    this.#detail = database.prepare(`
      SELECT i.dataset, i.width, i.height, i.bytes, i.content_hash AS contentHash, i.label, i.votes, i.soft, i.box, i.attributes,
        s.soft AS target, s.note
      FROM images AS i JOIN states AS s ON s.dataset = i.dataset AND s.image = i.id
      WHERE i.id = ?`);
    this.#output = database.prepare(`
      SELECT r.classes, o.mu, o.logvar FROM outputs AS o JOIN runs AS r ON r.id = o.run
      WHERE o.run = ? AND o.dataset = ? AND o.image = ?`);
    this.#duplicates = database
      .prepare<[number], number>(
        `
      SELECT twin.id FROM images AS i
      JOIN images AS twin ON twin.dataset = i.dataset AND twin.content_hash = i.content_hash AND twin.id <> i.id
        AND twin.box IS i.box
      WHERE i.id = ? AND i.content_hash <> '' AND twin.content_hash <> ''
      ORDER BY twin.id LIMIT 100`,
      )
      .pluck();
    this.#file = database.prepare(`
      SELECT i.path, d.root, i.content_hash AS contentHash, s.status, s.box
      FROM images AS i JOIN datasets AS d ON d.id = i.dataset
      JOIN states AS s ON s.dataset = i.dataset AND s.image = i.id
      WHERE i.id = ?`);
    this.#datasets = database
      .prepare<[string], number>(
        'SELECT DISTINCT i.dataset FROM json_each(?) AS wanted CROSS JOIN images AS i ON i.id = wanted.value',
      )
      .pluck();
    this.#all = database.prepare<[number], number>(SELECT_ALL).pluck();
    this.#range = database.prepare(
      `SELECT (SELECT min(image) FROM states WHERE dataset = :dataset) AS first,
         (SELECT max(image) FROM states WHERE dataset = :dataset) AS last`,
    );
    this.#nextUsable = database
      .prepare<[number, number], number>(
        `SELECT image FROM states WHERE dataset = ? AND image >= ? AND status = 'ok' ORDER BY image LIMIT 1`,
      )
      .pluck();
  }

  ids(query: ImageQuery): Int32Array {
    return this.#database.read(() =>
      query.q.trim() === '' && query.sort === 'id' && !query.descending
        ? Int32Array.from(this.#all.all(query.dataset))
        : selectIds(this.#columns, query),
    );
  }

  rows(ids: readonly number[], run: number | null): ImageRow[] {
    return this.#database.read(() => this.#rows.all({ run, ids: idList(ids) }).map(toRow));
  }

  detail(image: number, run: number | null): ImageDetail | null {
    return this.#database.read(() => {
      const [row] = this.rows([image], run);
      const detail = this.#detail.get(image);
      if (row === undefined || detail === undefined) return null;
      const output = run === null ? undefined : this.#output.get(run, detail.dataset, image);
      return {
        row,
        dataset: detail.dataset,
        width: detail.width,
        height: detail.height,
        bytes: detail.bytes,
        contentHash: detail.contentHash,
        datasetLabel: detail.label,
        votes: fullVotes(detail.votes),
        soft: parseOptional(SoftLabel, detail.soft),
        target: parseOptional(SoftLabel, detail.target),
        opinions: opinionsOn(this.#database, image),
        datasetBox: parseOptional(Box, detail.box),
        attributes: parseOptional(Attributes, detail.attributes),
        note: detail.note,
        prediction:
          run === null || output === undefined
            ? null
            : {
                run,
                classes: parseColumn(Classes, output.classes),
                mu: toFloats(output.mu),
                logvar: output.logvar === null ? null : toFloats(output.logvar),
              },
        history: history(this.#database, image),
        duplicates: this.#duplicates.all(image),
      };
    });
  }

  files(dataset: number, split: string | null): ImageFile[] {
    const rows = this.#database.read(() =>
      this.#database
        .prepare<[{ dataset: number; split: string | null }], FileOfSplit>(
          `SELECT i.id, i.path, d.root, s.split, s.label, s.box, s.soft
           FROM states AS s CROSS JOIN images AS i ON i.id = s.image JOIN datasets AS d ON d.id = s.dataset
           WHERE s.dataset = :dataset AND s.status = 'ok' AND (:split IS NULL OR s.split = :split) ORDER BY s.image`,
        )
        .all({ dataset, split }),
    );
    return rows.map(({ id, path, root, split: own, label, box, soft }) => ({
      id,
      file: join(this.#places.resolve(root), path),
      path,
      split: own,
      label,
      soft: parseOptional(SoftLabel, soft),
      box: parseOptional(Box, box),
    }));
  }

  file(
    image: number,
  ): { file: string; root: string; contentHash: string; status: ImageStatus; box: Box | null } | null {
    const record = this.#database.read(() => this.#file.get(image));
    if (record === undefined) return null;
    const root = this.#places.resolve(record.root);
    return {
      file: join(root, record.path),
      root,
      contentHash: record.contentHash,
      status: record.status,
      box: parseOptional(Box, record.box),
    };
  }

  unusable(dataset: number): number[] {
    return this.#database.read(() =>
      this.#database
        .prepare<[number], number>(`SELECT image FROM states WHERE dataset = ? AND status <> 'ok'`)
        .pluck()
        .all(dataset),
    );
  }

  attributesOf(dataset: number): Map<string, Map<number, string | number>> {
    const found = new Map<string, Map<number, string | number>>();
    const rows = this.#database.prepare<[number], { id: number; attributes: string }>(
      'SELECT id, attributes FROM images WHERE dataset = ? AND attributes IS NOT NULL',
    );
    this.#database.read(() => {
      for (const { id, attributes } of rows.iterate(dataset))
        for (const [name, value] of Object.entries(parseColumn(Attributes, attributes))) {
          const values = found.get(name) ?? new Map<number, string | number>();
          found.set(name, values.set(id, value));
        }
    });
    return found;
  }

  sampleAttributes(dataset: number): AttributeSample[] {
    const rows = this.#database.read(() =>
      this.#database
        .prepare<[number], string>(
          'SELECT attributes FROM images WHERE dataset = ? AND attributes IS NOT NULL LIMIT 300',
        )
        .pluck()
        .all(dataset),
    );
    const found = new Map<string, Set<string | number>>();
    for (const text of rows)
      for (const [name, value] of Object.entries(parseColumn(Attributes, text)))
        found.set(name, (found.get(name) ?? new Set()).add(value));
    return [...found].map(([name, values]) => ({
      name,
      values: [...values]
        .sort((a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b))))
        .slice(0, 24),
    }));
  }

  balance(dataset: number, split: string | null): ReturnType<ImageTable['balance']> {
    return this.#database.read(() =>
      this.#database
        .prepare<[{ dataset: number; split: string | null }], ReturnType<ImageTable['balance']>[number]>(
          `SELECT s.label, i.label AS imported, count(*) AS images
           FROM states AS s CROSS JOIN images AS i ON i.id = s.image
           WHERE s.dataset = :dataset AND s.status = 'ok' AND (:split IS NULL OR s.split = :split)
           GROUP BY s.label, i.label`,
        )
        .all({ dataset, split }),
    );
  }

  disagreements(dataset: number): Map<number, number> {
    const rows = this.#database.read(() =>
      this.#database
        .prepare<[number], { image: number; disagreement: number }>(
          'SELECT image, disagreement FROM states WHERE dataset = ? AND disagreement IS NOT NULL',
        )
        .all(dataset),
    );
    return new Map(rows.map(({ image, disagreement }) => [image, disagreement]));
  }

  sample(dataset: number, count: number): number[] {
    return this.#database.read(() => {
      const { first, last } = this.#range.get({ dataset }) ?? { first: null, last: null };
      if (first === null || last === null) return [];
      const step = (last - first + 1) / count;
      const from = Array.from({ length: count }, (_, index) => first + Math.floor(index * step));
      const found = from.map((image) => this.#nextUsable.get(dataset, image));
      return [...new Set(found.filter((image) => image !== undefined))];
    });
  }

  fingerprints(dataset: number, after: number, limit: number): Fingerprint[] {
    return this.#database.read(() => fingerprints(this.#database, dataset, after, limit));
  }

  sampleFiles(dataset: number, count: number): KnownFile[] {
    return this.#database.read(() => sampleFiles(this.#database, dataset, count));
  }

  knownFiles(dataset: number, which: 'all' | 'broken', after: number, limit: number): KnownFile[] {
    return this.#database.read(() => knownFiles(this.#database, dataset, which, after, limit));
  }

  mend(image: number, facts: FileFacts): void {
    this.#database.write(() => {
      const before = this.#file.get(image)?.contentHash ?? '';
      mend(this.#database, image, facts);
      const [dataset] = this.datasetsOf([image]);
      if (before !== '' && before !== facts.contentHash && dataset !== undefined)
        this.#predictions.refile(dataset, image);
    });
  }

  tooSmallFor(images: ArrayLike<number>, box: Box): { width: number; height: number }[] {
    return this.#database.read(() => tooSmallFor(this.#database, images, box));
  }

  usableOf(images: ArrayLike<number>): Set<number> {
    return this.#database.read(() => usableOf(this.#database, images));
  }

  datasetsOf(images: ArrayLike<number>): number[] {
    return this.#database.read(() => this.#datasets.all(idList(images)));
  }
}

/** Votes with a zero for every class that got none; null where the dataset brought none. */
function fullVotes(text: string | null): Record<VoteChoice, number> | null {
  const votes = parseOptional(Votes, text);
  if (votes === null) return null;
  const none = Object.fromEntries(VOTE_CHOICES.map((choice) => [choice, 0])) as Record<VoteChoice, number>;
  return { ...none, ...votes };
}
