import {
  FACET_FIELDS,
  NUMBER_FIELDS,
  type FacetField,
  type NumberField,
} from '../../../src-shared/domain/query/ast.ts';
import { chips, facetValues, withFacet, withRange } from '../../../src-shared/domain/query/edit.ts';
import { parseQuery } from '../../../src-shared/domain/query/parse.ts';
import type { Facets, Histogram } from '../../../src-shared/domain/image.ts';
import { client } from '../../api/client.ts';

export interface FacetQuery {
  readonly dataset: number;
  readonly run: number | null;
  readonly q: string;
}

/** The range that a query asks of a number, open sides as infinities; null when it asks none. */
export function rangeOf(q: string, field: NumberField): [min: number, max: number] | null {
  const parsed = parseQuery(q);
  if (!parsed.ok) return null;
  let [min, max] = [-Infinity, Infinity];
  for (const { negated, condition } of parsed.query) {
    if (negated || condition.kind !== 'range' || condition.field !== field) continue;
    min = Math.max(min, condition.min?.value ?? -Infinity);
    max = Math.min(max, condition.max?.value ?? Infinity);
  }
  return min === -Infinity && max === Infinity ? null : [min, max];
}

/**
 * Counts beside the grid. A facet that filters is counted without its own filter, so that its other values can still be chosen;
 * all others count the images that are shown.
 */
class FacetCounts {
  #hits = $state.raw<Facets | null>(null);
  #own = $state.raw<ReadonlyMap<string, Facets>>(new Map());
  #largestSigma = $state(1);
  #scale = '';
  #turn = 0;

  get ready(): boolean {
    return this.#hits !== null;
  }

  counts(field: FacetField): Readonly<Record<string, number>> {
    const facets = this.#own.get(field) ?? this.#hits;
    if (facets === null) return {};
    return field === 'pred' ? facets.prediction : facets[field];
  }

  get outcome(): Readonly<Record<string, number>> {
    return (this.#own.get('outcome') ?? this.#hits)?.outcome ?? {};
  }

  histogram(field: NumberField): Histogram | null {
    return (this.#own.get(field) ?? this.#hits)?.[field] ?? null;
  }

  /** Largest sigma of the dataset and run: the full width of a tile's error bar. */
  get largestSigma(): number {
    return this.#largestSigma;
  }

  async load({ dataset, run, q }: FacetQuery): Promise<void> {
    const turn = ++this.#turn;
    const ask = async (query: string): Promise<Facets | null> => {
      const result = await client.call('images.facets', { dataset, run, q: query });
      return result.ok ? result.value : null;
    };
    const asked: [string, string][] = [
      ...FACET_FIELDS.filter((field) => facetValues(q, field).length > 0).map((field): [string, string] => [
        field,
        withFacet(q, field, []),
      ]),
      ...NUMBER_FIELDS.filter((field) => rangeOf(q, field) !== null).map((field): [string, string] => [
        field,
        withRange(q, field, null),
      ]),
    ];
    const outcome = withoutOutcome(q);
    if (outcome !== q) asked.push(['outcome', outcome]);
    const [hits, ...own] = await Promise.all([ask(q), ...asked.map(([, query]) => ask(query))]);
    if (turn !== this.#turn || hits === undefined || hits === null) return;
    this.#hits = hits;
    this.#own = new Map(asked.flatMap(([name], i) => (own[i] ? [[name, own[i]] as const] : [])));
    const scale = `${dataset}/${run}`;
    if (scale === this.#scale) return;
    this.#scale = scale;
    const whole = q === '' ? hits : await ask('');
    if (turn === this.#turn) this.#largestSigma = whole?.sigma?.max ?? 1;
  }
}

const OUTCOMES = ['right', 'wrong', 'correct', 'incorrect'];

/** The query without "right" and "wrong". */
export function withoutOutcome(q: string): string {
  const words = chips(q).map((chip) => chip.text);
  return words.some((word) => OUTCOMES.includes(word.toLowerCase()))
    ? words.filter((word) => !OUTCOMES.includes(word.toLowerCase())).join(' ')
    : q;
}

export const facets = new FacetCounts();
