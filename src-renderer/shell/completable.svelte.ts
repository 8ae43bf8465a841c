import { NUMBER_FIELDS, type FacetField, type NumberField } from '../../src-shared/domain/query/ast.ts';
import type { Completable } from '../../src-shared/domain/query/complete.ts';
import type { AttributeSample } from '../../src-shared/domain/image.ts';
import { client } from '../api/client.ts';
import { session } from '../state/session.svelte.ts';
import { facets } from '../views/gallery/facets.svelte.ts';

/** What the filter box can suggest: of the dataset and run that one looks at, with the counts that stand beside the grid. */
class Known implements Completable {
  #attributes = $state.raw<readonly AttributeSample[]>([]);
  #of: number | null = null;

  get classes(): Completable['classes'] {
    return session.classes;
  }
  get splits(): string[] {
    return Object.keys(session.dataset?.splits ?? {});
  }
  get annotators(): string[] {
    return Object.keys(facets.counts('annotator'));
  }
  get attributes(): readonly AttributeSample[] {
    return this.#attributes;
  }
  get runs(): { id: number; name: string }[] {
    return session.runs.filter(({ id, predictions }) => id !== session.run?.id && predictions > 0);
  }

  count(field: string, value: string): number | null {
    if (field === '') return facets.outcome[value] ?? null;
    const name = field === 'prediction' ? 'pred' : field;
    if (!['label', 'pred', 'split', 'status', 'annotator'].includes(name) || !facets.ready) return null;
    return facets.counts(name as FacetField)[value] ?? 0;
  }

  range(field: NumberField): [number, number] | null {
    if (!NUMBER_FIELDS.includes(field)) return null;
    const histogram = facets.histogram(field);
    return histogram === null ? null : [histogram.min, histogram.max];
  }

  /** Asks once for each dataset, when somebody begins to type. */
  async learn(): Promise<void> {
    const dataset = session.dataset?.id ?? null;
    if (dataset === null || dataset === this.#of) return;
    this.#of = dataset;
    this.#attributes = [];
    const result = await client.call('images.attributes', { dataset });
    if (result.ok && this.#of === dataset) this.#attributes = result.value;
  }
}

export const known = new Known();
