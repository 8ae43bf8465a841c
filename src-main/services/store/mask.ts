import type { Database } from './database.ts';
import { allOf, not, type Clauses, type Param } from './where.ts';

/**
 * How a query of the gallery is answered. Each part reads one table in the order of one index: the order of the sort key
 * from its index, each table's terms from the table. The parts meet in a mask of one byte an image, so that a million
 * images never need a join or a sort.
 */
export interface Selection {
  readonly sql: string;
  readonly params: readonly Param[];
}

/** The ids that a selection gives, in its order. */
export function pluck(database: Database, { sql, params }: Selection): number[] {
  return database
    .prepare<Param[], number>(sql)
    .pluck()
    .all(...params);
}

/** Which images of a dataset are in, by id. */
export class Mask {
  readonly first: number;
  bits: Uint8Array;

  /** Covers the ids first ... last, all out. */
  constructor(first: number, last: number) {
    this.first = first;
    this.bits = new Uint8Array(Math.max(0, last - first + 1));
  }

  set(ids: readonly number[], value: 0 | 1): void {
    for (const id of ids) this.bits[id - this.first] = value;
  }

  has(id: number): boolean {
    return this.bits[id - this.first] === 1;
  }

  /** Keeps only what is in `ids` too. */
  keep(ids: readonly number[]): void {
    const next = new Uint8Array(this.bits.length);
    for (const id of ids) next[id - this.first] = this.bits[id - this.first] ?? 0;
    this.bits = next;
  }

  /** How many are in. */
  count(): number {
    let count = 0;
    for (const bit of this.bits) count += bit;
    return count;
  }

  /** The ids that are in, ascending. */
  ids(): Int32Array {
    const count = this.count();
    const out = new Int32Array(count);
    for (let offset = 0, at = 0; at < count; offset++) if (this.bits[offset] === 1) out[at++] = this.first + offset;
    return out;
  }
}

/** What the terms of a query let through: sets to keep, and images to drop. */
export function filters(
  clauses: Clauses,
  dataset: number,
  run: number | null,
): { keep: Selection[]; drop: Selection[] } {
  const keep: Selection[] = [];
  const drop: Selection[] = [];
  if (clauses.states.length > 0) {
    const { sql, params } = allOf(clauses.states);
    keep.push({ sql: `SELECT image FROM states WHERE dataset = ? AND ${sql}`, params: [dataset, ...params] });
  }
  if (clauses.images.length > 0) {
    const { sql, params } = allOf(clauses.images);
    keep.push({ sql: `SELECT id FROM images WHERE dataset = ? AND ${sql}`, params: [dataset, ...params] });
  }
  if (clauses.predictions.length > 0) {
    const passing = allOf(clauses.predictions);
    // Without a run there are no rows: nothing passes, or, where an absent prediction passes, everything does.
    const at = [run ?? -1, dataset];
    const { sql, params } = clauses.absent ? not(passing) : passing;
    (clauses.absent ? drop : keep).push({
      sql: `SELECT image FROM predictions WHERE run = ? AND dataset = ? AND ${sql}`,
      params: [...at, ...params],
    });
  }
  return { keep, drop };
}

/** First and last id of a dataset's images, by two steps through the index. */
export const RANGE = `
  SELECT (SELECT min(image) FROM states WHERE dataset = :dataset) AS first,
    (SELECT max(image) FROM states WHERE dataset = :dataset) AS last`;

const ALL = 'SELECT image FROM states WHERE dataset = ? ORDER BY image';

/** The images of a dataset that match a query. */
export function maskOf(database: Database, dataset: number, run: number | null, clauses: Clauses): Mask {
  const range = database
    .prepare<[{ dataset: number }], { first: number | null; last: number | null }>(RANGE)
    .get({ dataset });
  const mask = new Mask(range?.first ?? 0, range?.last ?? -1);
  const { keep, drop } = filters(clauses, dataset, run);
  const [start = { sql: ALL, params: [dataset] }, ...rest] = keep;
  mask.set(pluck(database, start), 1);
  for (const selection of rest) mask.keep(pluck(database, selection));
  for (const selection of drop) mask.set(pluck(database, selection), 0);
  return mask;
}
