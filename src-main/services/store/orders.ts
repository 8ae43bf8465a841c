import { EXPRESSIONS } from '../../../src-shared/domain/expression.ts';
import type { ImageQuery, SortKey } from '../../../src-shared/domain/image.ts';
import type { Database, Statement } from './database.ts';
import { pluck, type Selection } from './mask.ts';

/** The selections whose results, one after the other, are the dataset's images in order; those without a value are missing. */
export function ordering(sort: SortKey, descending: boolean, dataset: number, run: number | null): Selection[] {
  const direction = descending ? 'DESC' : 'ASC';
  switch (sort) {
    case 'id':
      return [{ sql: `SELECT image FROM states WHERE dataset = ? ORDER BY image ${direction}`, params: [dataset] }];
    case 'path':
      return [
        {
          sql: `SELECT id FROM images WHERE dataset = ? ORDER BY path ${direction}, id ${direction}`,
          params: [dataset],
        },
      ];
    case 'label':
    case 'prediction': {
      // The order of the keys 1-8, not of the alphabet: one range of the index a class.
      const classes = descending ? EXPRESSIONS.toReversed() : EXPRESSIONS;
      return classes.map((expression) =>
        sort === 'label'
          ? {
              sql: `SELECT image FROM states WHERE dataset = ? AND label = ? ORDER BY image ${direction}`,
              params: [dataset, expression],
            }
          : {
              sql: `SELECT image FROM predictions WHERE run = ? AND dataset = ? AND predicted = ? ORDER BY image ${direction}`,
              params: [run ?? -1, dataset, expression],
            },
      );
    }
    case 'disagreement':
      return [
        {
          sql: `SELECT image FROM states WHERE dataset = ? AND disagreement IS NOT NULL
                ORDER BY disagreement ${direction}, image ${direction}`,
          params: [dataset],
        },
      ];
    case 'loss':
    case 'sigma':
    case 'flip':
    case 'confidence':
    case 'margin':
    case 'entropy':
      return [
        {
          sql: `SELECT image FROM predictions WHERE run = ? AND dataset = ? AND ${sort} IS NOT NULL
                ORDER BY ${sort} ${direction}, image ${direction}`,
          params: [run ?? -1, dataset],
        },
      ];
  }
}

/** A whole dataset in an order, without the images that have no value. */
function wholeOrder(database: Database, { dataset, run, sort, descending }: Omit<ImageQuery, 'q'>): Int32Array {
  const parts = ordering(sort, descending, dataset, run).map((selection) => pluck(database, selection));
  const order = new Int32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    order.set(part, at);
    at += part.length;
  }
  return order;
}

/** The orders read last, until anything is written: while somebody changes filters, only the filters are read anew. */
export class Orders {
  static readonly kept = 4;
  readonly #database: Database;
  readonly #changes: Statement<[], number>;
  readonly #orders = new Map<string, Int32Array>();
  #at = -1;

  constructor(database: Database) {
    this.#database = database;
    this.#changes = database.prepare<[], number>('SELECT total_changes()').pluck();
  }

  get(query: Omit<ImageQuery, 'q'>): Int32Array {
    const changes = this.#changes.get() ?? 0;
    if (changes !== this.#at) this.#orders.clear();
    this.#at = changes;
    const key = `${query.dataset} ${query.run} ${query.sort} ${query.descending}`;
    const order = this.#orders.get(key) ?? wholeOrder(this.#database, query);
    this.#orders.delete(key);
    this.#orders.set(key, order);
    for (const oldest of this.#orders.keys()) {
      if (this.#orders.size <= Orders.kept) break;
      this.#orders.delete(oldest);
    }
    return order;
  }
}
