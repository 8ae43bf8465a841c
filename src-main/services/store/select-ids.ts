import type { ImageQuery } from '../../../src-shared/domain/image.ts';
import type { Columns } from './columns/columns.ts';
import { ask, maskOf, type Asked } from './columns/conditions.ts';
import { countIn } from './columns/extent.ts';
import type { CodeColumn } from './columns/code-column.ts';
import type { NumberColumn } from './columns/number-column.ts';
import { understand } from './where.ts';

type Order = { readonly codes: CodeColumn } | { readonly numbers: NumberColumn } | { readonly ids: Int32Array };

/** What orders a dataset by a key; null: by id, or nothing has a value. */
function orderOf({ dataset, run }: Asked, sort: ImageQuery['sort']): Order | null {
  switch (sort) {
    case 'id':
      return null;
    case 'path':
      return { ids: dataset.byPath };
    case 'label':
      return { codes: dataset.label };
    case 'disagreement':
      return { numbers: dataset.disagreement };
    case 'prediction':
      return run === null ? null : { codes: run.predicted };
    case 'loss':
    case 'sigma':
    case 'flip':
    case 'confidence':
    case 'margin':
    case 'entropy':
      return run === null ? null : { numbers: run.number(sort) };
  }
}

/**
 * Ids of a query in order. Descending is the exact reverse of ascending; images without the value stand at the end, by id.
 * @throws FailureError 'invalid' for a query that cannot be read.
 */
export function selectIds(columns: Columns, query: ImageQuery): Int32Array<ArrayBuffer> {
  const { sort, descending } = query;
  const terms = understand(query.q);
  const asked = ask(columns, query);
  const { first } = asked.dataset.extent;
  const mask = maskOf(asked, terms);
  const order = orderOf(asked, sort);
  if (order !== null && 'codes' in order) return order.codes.sorted(mask, first, descending);
  const out = new Int32Array(countIn(mask));
  let at = 0;
  if (order !== null) {
    const [listed, less] = 'ids' in order ? [order.ids, first] : [order.numbers.order, 0];
    at = takeListed(mask, listed, less, descending, out, first);
  }
  // What is left has no value, or is ordered by id alone.
  for (let place = 0; at < out.length && place < mask.length; place++) if (mask[place] === 1) out[at++] = first + place;
  return sort === 'id' && descending ? out.reverse() : out;
}

/** Takes places out of a mask in the order of a list, and writes their ids: one tight loop, for it runs a million times. */
function takeListed(
  mask: Uint8Array,
  listed: Int32Array,
  less: number,
  descending: boolean,
  out: Int32Array,
  first: number,
): number {
  const { length } = listed;
  let at = 0;
  for (let i = 0; i < length && at < out.length; i++) {
    const place = (listed[descending ? length - 1 - i : i] ?? 0) - less;
    if (mask[place] !== 1) continue;
    out[at++] = first + place;
    mask[place] = 0;
  }
  return at;
}
