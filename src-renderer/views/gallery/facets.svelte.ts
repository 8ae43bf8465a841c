import type { FacetField, NumberField } from '../../../src-shared/domain/query/ast.ts';
import { chips } from '../../../src-shared/domain/query/edit.ts';
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
  #facets = $state.raw<Facets | null>(null);
  #largestSigma = $state(1);
  #scale = '';
  /** What is asked next; only the last of the questions that came while one was under way. */
  #next: FacetQuery | null = null;
  #asking = false;

  get ready(): boolean {
    return this.#facets !== null;
  }

  counts(field: FacetField): Readonly<Record<string, number>> {
    if (this.#facets === null) return {};
    return field === 'pred' ? this.#facets.prediction : this.#facets[field];
  }

  get outcome(): Readonly<Record<string, number>> {
    return this.#facets?.outcome ?? {};
  }

  histogram(field: NumberField): Histogram | null {
    return this.#facets?.[field] ?? null;
  }

  /** Largest sigma of the dataset and run: the full width of a tile's error bar. */
  get largestSigma(): number {
    return this.#largestSigma;
  }

  /** Counts for a query; old counts stay until the new ones are here. */
  async load(query: FacetQuery): Promise<void> {
    this.#next = query;
    if (this.#asking) return;
    this.#asking = true;
    try {
      for (let asked = this.#take(); asked !== null; asked = this.#take()) {
        const { dataset, run, q } = asked;
        const result = await client.call('images.facets', { dataset, run, q });
        if (!result.ok || this.#next !== null) continue;
        this.#facets = result.value;
        const scale = `${dataset}/${run}`;
        if (scale === this.#scale) continue;
        this.#scale = scale;
        // The axis of a histogram spans the run on the whole dataset, whatever the filter.
        this.#largestSigma = result.value.sigma?.max ?? 1;
      }
    } finally {
      this.#asking = false;
    }
  }

  #take(): FacetQuery | null {
    const next = this.#next;
    this.#next = null;
    return next;
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
