import { EXPRESSIONS } from '../../../src-shared/domain/expression.ts';
import type { Facets, Histogram, ImageQuery } from '../../../src-shared/domain/image.ts';
import { NONE, type NumberField, type Query, type Term } from '../../../src-shared/domain/query/ast.ts';
import type { Columns } from './columns/columns.ts';
import { annotated, ask, maskOf, type Asked } from './columns/conditions.ts';
import type { CodeColumn } from './columns/code-column.ts';
import { countIn } from './columns/extent.ts';
import { understand } from './where.ts';

const BINS = 24;

type FacetName = 'label' | 'prediction' | 'split' | 'status' | 'outcome' | 'annotator' | NumberField;

/** The facet that a term narrows. */
function facetOf({ condition }: Term): FacetName | null {
  switch (condition.kind) {
    case 'class':
      return condition.field === 'pred' ? 'prediction' : 'label';
    case 'split':
    case 'status':
    case 'annotator':
      return condition.kind;
    case 'range':
      return condition.field;
    case 'word':
      if (condition.word === 'right' || condition.word === 'wrong') return 'outcome';
      if (condition.word === 'unlabelled') return 'label';
      return condition.word === 'broken' || condition.word === 'excluded' ? 'status' : null;
    case 'outcome':
    case 'attribute':
    case 'attributeRange':
    case 'contains':
    case 'id':
      return null;
  }
}

/**
 * Counts the images of a query by value. A facet leaves its own terms out: it shows what choosing another of its values would give.
 */
class Counter {
  readonly asked: Asked;
  readonly #query: Query;
  readonly #masks = new Map<FacetName | null, Uint8Array>();

  constructor(columns: Columns, query: Pick<ImageQuery, 'dataset' | 'run' | 'q'>) {
    this.#query = understand(query.q);
    this.asked = ask(columns, query);
  }

  /** The images of the query as a facet sees it. */
  mask(facet: FacetName): Uint8Array {
    const key = this.#query.some((term) => facetOf(term) === facet) ? facet : null;
    const known = this.#masks.get(key);
    if (known !== undefined) return known;
    const made = maskOf(
      this.asked,
      this.#query.filter((term) => key === null || facetOf(term) !== key),
    );
    this.#masks.set(key, made);
    return made;
  }

  /** Images by value; those with none of the values under `rest`. Values that do not occur are left out. */
  values(facet: FacetName, column: CodeColumn | undefined, names: readonly string[], rest: string | null): Counts {
    const mask = this.mask(facet);
    const counts = column?.counts(mask) ?? Uint32Array.of(countIn(mask));
    const named = names.map((name) => [name, counts[column?.code(name) ?? -1] ?? 0] as const);
    return Object.fromEntries(
      [...named, ...(rest === null ? [] : [[rest, counts[0] ?? 0] as const])].filter(([, count]) => count > 0),
    );
  }

  annotators(): Counts {
    const mask = this.mask('annotator');
    const { dataset } = this.asked;
    const counted = dataset.annotators.map((name) => {
      let count = 0;
      for (const id of annotated(dataset, name)) count += mask[id - dataset.extent.first] ?? 0;
      return [name, count] as const;
    });
    return Object.fromEntries(counted.filter(([, count]) => count > 0));
  }

  /** The axis spans the run on the whole dataset, so that filtering never moves it. */
  histogram(field: NumberField): Histogram | null {
    const { dataset, run } = this.asked;
    const column = field === 'disagreement' ? dataset.disagreement : run?.number(field);
    return column === undefined || column.ends === null ? null : column.bins(this.mask(field), BINS);
  }
}

type Counts = Record<string, number>;

/**
 * Counts by value and histograms of the images that match a query, each facet without its own terms.
 * @param pause called between facets: whoever has something more urgent to do may throw there.
 */
export function facets(
  columns: Columns,
  query: Pick<ImageQuery, 'dataset' | 'run' | 'q'>,
  pause: () => void = () => undefined,
): Facets {
  const counter = new Counter(columns, query);
  const { dataset, run } = counter.asked;
  const histogram = (field: NumberField): Histogram | null => {
    pause();
    return counter.histogram(field);
  };
  const label = counter.values('label', dataset.label, EXPRESSIONS, NONE);
  pause();
  return {
    label,
    prediction: counter.values('prediction', run?.predicted, EXPRESSIONS, NONE),
    split: counter.values('split', dataset.split, dataset.split.names, null),
    status: counter.values('status', dataset.status, ['broken', 'excluded'], 'ok'),
    outcome: counter.values('outcome', run?.outcome, ['right', 'wrong'], 'unknown'),
    annotator: counter.annotators(),
    loss: histogram('loss'),
    sigma: histogram('sigma'),
    flip: histogram('flip'),
    confidence: histogram('confidence'),
    margin: histogram('margin'),
    entropy: histogram('entropy'),
    disagreement: histogram('disagreement'),
  };
}
