import type { ImageQuery } from '../../../src-shared/domain/image.ts';
import type { Database } from './database.ts';
import { filters, maskOf, type Selection } from './mask.ts';
import { ordering, type Orders } from './orders.ts';
import { compile, understand } from './where.ts';

/** Every statement that a query runs, for the tests that look at their plans. */
export function statementsOf(query: ImageQuery): Selection[] {
  const { keep, drop } = filters(compile(understand(query.q), query.dataset), query.dataset, query.run);
  return [...keep, ...drop, ...ordering(query.sort, query.descending, query.dataset, query.run)];
}

/**
 * Ids of a query in order. Descending is the exact reverse of ascending; images without the value stand at the end, by id.
 * @throws FailureError 'invalid' for a query that cannot be read.
 */
export function selectIds(database: Database, orders: Orders, query: ImageQuery): Int32Array {
  const { dataset, run, sort, descending } = query;
  const clauses = compile(understand(query.q), dataset);
  const everything = clauses.states.length + clauses.images.length + clauses.predictions.length === 0;
  if (sort === 'id' && !everything) {
    const ids = maskOf(database, dataset, run, clauses).ids();
    return descending ? ids.reverse() : ids;
  }
  const order = orders.get(query);
  if (everything && order.length === imagesOf(database, dataset)) return order.slice();
  const mask = maskOf(database, dataset, run, clauses);
  const out = new Int32Array(mask.count());
  let at = 0;
  for (const id of order) {
    if (!mask.has(id)) continue;
    out[at++] = id;
    mask.bits[id - mask.first] = 0;
  }
  if (at < out.length) out.set(mask.ids(), at);
  return out;
}

/** Images of a dataset as its import counted them; 0 while it is being imported. */
function imagesOf(database: Database, dataset: number): number {
  return database.prepare<[number], number>('SELECT images FROM datasets WHERE id = ?').pluck().get(dataset) ?? 0;
}
