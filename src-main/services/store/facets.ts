import { EXPRESSIONS } from '../../../src-shared/domain/expression.ts';
import { ImageStatus, type Facets, type Histogram, type ImageQuery } from '../../../src-shared/domain/image.ts';
import { NONE, NUMBER_FIELDS, type NumberField, type Query, type Term } from '../../../src-shared/domain/query/ast.ts';
import type { Database } from './database.ts';
import { maskOf, type Mask } from './select-ids.ts';
import { compile, understand, type Param } from './where.ts';

/** Bins of a histogram; one value more stands for "no value". */
const BINS = 24;
const OUTCOMES = ['wrong', 'right', 'unknown'] as const;
const CLASSES = [...EXPRESSIONS, NONE] as const;
const STATUSES = ImageStatus.options;

type FacetName = 'label' | 'prediction' | 'split' | 'status' | 'outcome' | NumberField;

/** The facet that a term narrows. */
function facetOf({ condition }: Term): FacetName | null {
  switch (condition.kind) {
    case 'class':
      return condition.field === 'pred' ? 'prediction' : 'label';
    case 'split':
    case 'status':
      return condition.kind;
    case 'range':
      return condition.field;
    case 'word':
      if (condition.word === 'right' || condition.word === 'wrong') return 'outcome';
      if (condition.word === 'unlabelled') return 'label';
      return condition.word === 'broken' || condition.word === 'excluded' ? 'status' : null;
    case 'contains':
      return null;
  }
}

/** Masks of the query without a facet's own terms: a facet shows what choosing another of its values would give. */
class Masks {
  readonly #make: (query: Query) => Mask;
  readonly #query: Query;
  readonly #made = new Map<FacetName | null, Mask>();

  constructor(query: Query, make: (query: Query) => Mask) {
    this.#query = query;
    this.#make = make;
  }

  for(facet: FacetName): Mask {
    const key = this.#query.some((term) => facetOf(term) === facet) ? facet : null;
    const made = this.#made.get(key) ?? this.#make(this.#query.filter((term) => key === null || facetOf(term) !== key));
    this.#made.set(key, made);
    return made;
  }
}

/** Position of a column's value in a list as SQL; `otherwise` for what is not in it. */
function position(column: string, values: readonly string[], otherwise: number): { sql: string; params: Param[] } {
  if (values.length === 0) return { sql: String(otherwise), params: [] };
  const cases = values.map((_value, index) => `WHEN ? THEN ${index}`).join(' ');
  return { sql: `CASE ${column} ${cases} ELSE ${otherwise} END`, params: [...values] };
}

function named(names: readonly string[], counts: Float64Array): Record<string, number> {
  return Object.fromEntries(names.map((name, index) => [name, counts[index] ?? 0] as const).filter(([, n]) => n > 0));
}

/** Splits of a dataset, by hops through the index. */
function splitsOf(database: Database, dataset: number): string[] {
  return database
    .prepare<[{ dataset: number }], string>(
      `WITH RECURSIVE hop (split) AS (
         SELECT min(split) FROM states WHERE dataset = :dataset
         UNION ALL
         SELECT (SELECT min(s.split) FROM states AS s WHERE s.dataset = :dataset AND s.split > hop.split) FROM hop
         WHERE hop.split IS NOT NULL)
       SELECT split FROM hop WHERE split IS NOT NULL`,
    )
    .pluck()
    .all({ dataset });
}

/** Ends of a histogram's axis: of the whole run on the dataset, so that filtering never moves it. */
function axis(database: Database, run: number, dataset: number, field: NumberField): [number, number] | null {
  const end = (pick: 'min' | 'max'): number | null | undefined =>
    database
      .prepare<[number, number], number | null>(
        `SELECT ${pick}(${field}) FROM predictions WHERE run = ? AND dataset = ? AND ${field} IS NOT NULL`,
      )
      .pluck()
      .get(run, dataset);
  const [min, max] = [end('min'), end('max')];
  return typeof min === 'number' && typeof max === 'number' ? [min, max] : null;
}

type Result = Pick<Facets, 'label' | 'split' | 'status'>;

/** One scan of states; a row arrives as one number: (((image − first) × labels + label) × statuses + status) × splits + split. */
function countStates(database: Database, dataset: number, masks: Masks): Result {
  const splits = splitsOf(database, dataset);
  const label = position('label', EXPRESSIONS, EXPRESSIONS.length);
  const status = position('status', STATUSES, 0);
  const split = position('split', splits, 0);
  const [onLabel, onStatus, onSplit] = [masks.for('label'), masks.for('status'), masks.for('split')];
  const rows = database
    .prepare<Param[], number>(
      `SELECT (((image - ?) * ${CLASSES.length} + ${label.sql}) * ${STATUSES.length} + ${status.sql})
         * ${Math.max(1, splits.length)} + ${split.sql}
       FROM states WHERE dataset = ?`,
    )
    .pluck()
    .iterate(onLabel.first, ...label.params, ...status.params, ...split.params, dataset);
  const counts = {
    label: new Float64Array(CLASSES.length),
    status: new Float64Array(STATUSES.length),
    split: new Float64Array(splits.length),
  };
  const add = (mask: Mask, offset: number, into: Float64Array, index: number): void => {
    if (mask.bits[offset] === 1) into[index] = (into[index] ?? 0) + 1;
  };
  for (let code of rows) {
    const atSplit = code % Math.max(1, splits.length);
    code = Math.floor(code / Math.max(1, splits.length));
    const atStatus = code % STATUSES.length;
    code = Math.floor(code / STATUSES.length);
    const offset = Math.floor(code / CLASSES.length);
    add(onLabel, offset, counts.label, code % CLASSES.length);
    add(onStatus, offset, counts.status, atStatus);
    add(onSplit, offset, counts.split, atSplit);
  }
  return {
    label: named(CLASSES, counts.label),
    status: named(STATUSES, counts.status),
    split: named(splits, counts.split),
  };
}

type Predicted = Pick<Facets, 'prediction' | 'outcome' | NumberField>;

/** One scan of a run's predictions, packed as above; images without one are what remains of the mask. */
function countPredictions(database: Database, dataset: number, run: number, masks: Masks): Predicted {
  const axes = NUMBER_FIELDS.map((field) => axis(database, run, dataset, field));
  const bins = NUMBER_FIELDS.map((field, index) => {
    const [min, max] = axes[index] ?? [0, 0];
    const scale = max > min ? BINS / (max - min) : 0;
    return {
      sql: `coalesce(min(${BINS - 1}, CAST((${field} - ?) * ? AS INTEGER)), ${BINS})`,
      params: [min, scale],
    };
  });
  const predicted = position('predicted', EXPRESSIONS, EXPRESSIONS.length);
  const masksOf = { prediction: masks.for('prediction'), outcome: masks.for('outcome') };
  const numberMasks = NUMBER_FIELDS.map((field) => masks.for(field));
  const packed = bins.reduce((sql, bin) => `(${sql}) * ${BINS + 1} + ${bin.sql}`, '0');
  const rows = database
    .prepare<Param[], number>(
      `SELECT (((image - ?) * ${CLASSES.length} + ${predicted.sql}) * ${OUTCOMES.length} + coalesce(correct, 2))
         * ${(BINS + 1) ** bins.length} + ${packed}
       FROM predictions WHERE run = ? AND dataset = ?`,
    )
    .pluck()
    .iterate(masksOf.prediction.first, ...predicted.params, ...bins.flatMap((bin) => bin.params), run, dataset);

  const prediction = new Float64Array(CLASSES.length);
  const outcome = new Float64Array(OUTCOMES.length);
  const histograms = NUMBER_FIELDS.map(() => new Float64Array(BINS + 1));
  const seen = { prediction: 0, outcome: 0 };
  for (let code of rows) {
    let bin = code % (BINS + 1) ** bins.length;
    code = Math.floor(code / (BINS + 1) ** bins.length);
    const atOutcome = code % OUTCOMES.length;
    code = Math.floor(code / OUTCOMES.length);
    const atClass = code % CLASSES.length;
    const offset = Math.floor(code / CLASSES.length);
    for (let index = histograms.length - 1; index >= 0; index--) {
      const counts = histograms[index];
      const at = bin % (BINS + 1);
      bin = Math.floor(bin / (BINS + 1));
      if (counts && numberMasks[index]?.bits[offset] === 1) counts[at] = (counts[at] ?? 0) + 1;
    }
    if (masksOf.prediction.bits[offset] === 1) {
      prediction[atClass] = (prediction[atClass] ?? 0) + 1;
      seen.prediction += 1;
    }
    if (masksOf.outcome.bits[offset] === 1) {
      outcome[atOutcome] = (outcome[atOutcome] ?? 0) + 1;
      seen.outcome += 1;
    }
  }
  prediction[CLASSES.indexOf(NONE)] = masksOf.prediction.count() - seen.prediction;
  const unknown = OUTCOMES.indexOf('unknown');
  outcome[unknown] = (outcome[unknown] ?? 0) + masksOf.outcome.count() - seen.outcome;
  const histogram = (index: number): Histogram | null => {
    const ends = axes[index] ?? null;
    const counts = histograms[index];
    if (ends === null || counts === undefined) return null;
    return { min: ends[0], max: ends[1], bins: [...counts.subarray(0, BINS)] };
  };
  const [sigma, loss, margin, entropy] = [histogram(0), histogram(1), histogram(2), histogram(3)];
  return { prediction: named(CLASSES, prediction), outcome: named(OUTCOMES, outcome), sigma, loss, margin, entropy };
}

/** Counts by value and histograms of the images that match a query, each facet without its own terms. */
export function facets(database: Database, query: Pick<ImageQuery, 'dataset' | 'run' | 'q'>): Facets {
  const { dataset, run } = query;
  const masks = new Masks(understand(query.q), (terms) => maskOf(database, dataset, run, compile(terms, dataset)));
  return { ...countStates(database, dataset, masks), ...countPredictions(database, dataset, run ?? -1, masks) };
}
