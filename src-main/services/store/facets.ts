import { EXPRESSIONS } from '../../../src-shared/domain/expression.ts';
import type { Facets, Histogram, ImageQuery } from '../../../src-shared/domain/image.ts';
import { NONE, type NumberField, type Query, type Term } from '../../../src-shared/domain/query/ast.ts';
import type { Database } from './database.ts';
import { maskOf, pluck, type Mask, type Selection } from './mask.ts';
import { compile, understand, type Param } from './where.ts';

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
 * Counts the images of a query by value. Each value is a range of one index, counted through the mask of the query, or without
 * one by SQLite itself where the query asks for everything. A facet leaves its own terms out: it shows what choosing another of
 * its values would give.
 */
class Counter {
  readonly dataset: number;
  readonly run: number;
  readonly database: Database;
  readonly #query: Query;
  readonly #masks = new Map<FacetName | null, Mask | null>();

  constructor(database: Database, query: Pick<ImageQuery, 'dataset' | 'run' | 'q'>) {
    this.database = database;
    this.dataset = query.dataset;
    // No run has this id: its predictions are none.
    this.run = query.run ?? -1;
    this.#query = understand(query.q);
  }

  /** Images of the query as this facet sees it. */
  total(facet: FacetName): number {
    return this.#mask(facet)?.count() ?? this.#countRows('states', 'dataset = ?', [this.dataset]);
  }

  states(facet: FacetName, where: string, params: readonly Param[]): number {
    return this.#count(facet, 'states', `dataset = ? AND ${where}`, [this.dataset, ...params]);
  }

  predictions(facet: FacetName, where: string, params: readonly Param[]): number {
    return this.#count(facet, 'predictions', `run = ? AND dataset = ? AND ${where}`, [
      this.run,
      this.dataset,
      ...params,
    ]);
  }

  opinions(facet: FacetName, where: string, params: readonly Param[]): number {
    return this.#count(facet, 'opinions', `dataset = ? AND ${where}`, [this.dataset, ...params]);
  }

  /** Counts in a number's own table. */
  numbers(field: NumberField, where: string, params: readonly Param[]): number {
    return field === 'disagreement' ? this.states(field, where, params) : this.predictions(field, where, params);
  }

  #count(facet: FacetName, table: string, where: string, params: readonly Param[]): number {
    const mask = this.#mask(facet);
    if (mask === null) return this.#countRows(table, where, params);
    const selection: Selection = { sql: `SELECT image FROM ${table} WHERE ${where}`, params };
    let count = 0;
    for (const id of pluck(this.database, selection)) if (mask.has(id)) count += 1;
    return count;
  }

  #countRows(table: string, where: string, params: readonly Param[]): number {
    const statement = this.database.prepare<Param[], number>(`SELECT count(*) FROM ${table} WHERE ${where}`).pluck();
    return statement.get(...params) ?? 0;
  }

  /** Null: everything. */
  #mask(facet: FacetName): Mask | null {
    const key = this.#query.some((term) => facetOf(term) === facet) ? facet : null;
    const known = this.#masks.get(key);
    if (known !== undefined) return known;
    const terms = this.#query.filter((term) => key === null || facetOf(term) !== key);
    const made =
      terms.length === 0 ? null : maskOf(this.database, this.dataset, this.run, compile(terms, this.dataset));
    this.#masks.set(key, made);
    return made;
  }
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

/** Only values that occur. */
function occurring(counts: readonly (readonly [string, number])[]): Record<string, number> {
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

/** Known values with their counts, and what remains of the total. */
function withRest(counts: readonly (readonly [string, number])[], rest: string, total: number): Record<string, number> {
  const known = counts.reduce((sum, [, count]) => sum + count, 0);
  return occurring([...counts, [rest, total - known]]);
}

/** Names of everybody who has an opinion on an image of the dataset, with their ids, by hops through the index. */
function annotatorsOf(database: Database, dataset: number): { id: number; name: string }[] {
  return database
    .prepare<[number], { id: number; name: string }>(
      `SELECT n.id, n.name FROM annotators AS n
       WHERE EXISTS (SELECT 1 FROM opinions AS o WHERE o.dataset = ? AND o.annotator = n.id) ORDER BY n.name`,
    )
    .all(dataset);
}

/** The axis spans the run on the whole dataset, so that filtering never moves it. */
function histogram(counter: Counter, field: NumberField): Histogram | null {
  const [table, params] =
    field === 'disagreement'
      ? ['states WHERE dataset = ?', [counter.dataset]]
      : ['predictions WHERE run = ? AND dataset = ?', [counter.run, counter.dataset]];
  const end = (pick: 'min' | 'max'): number | null | undefined =>
    counter.database
      .prepare<number[], number | null>(`SELECT ${pick}(${field}) FROM ${table} AND ${field} IS NOT NULL`)
      .pluck()
      .get(...params);
  const [min, max] = [end('min'), end('max')];
  if (typeof min !== 'number' || typeof max !== 'number') return null;
  const edge = (index: number): number => min + ((max - min) * index) / BINS;
  const bins = Array.from({ length: BINS }, (_, index) =>
    index < BINS - 1
      ? counter.numbers(field, `${field} >= ? AND ${field} < ?`, [edge(index), edge(index + 1)])
      : counter.numbers(field, `${field} >= ?`, [edge(index)]),
  );
  return { min, max, bins };
}

/** Counts by value and histograms of the images that match a query, each facet without its own terms. */
export function facets(database: Database, query: Pick<ImageQuery, 'dataset' | 'run' | 'q'>): Facets {
  const counter = new Counter(database, query);
  const each = <T extends string>(values: readonly T[], count: (value: T) => number): [T, number][] =>
    values.map((value) => [value, count(value)]);
  return {
    label: withRest(
      each(EXPRESSIONS, (value) => counter.states('label', 'label = ?', [value])),
      NONE,
      counter.total('label'),
    ),
    prediction: withRest(
      each(EXPRESSIONS, (value) => counter.predictions('prediction', 'predicted = ?', [value])),
      NONE,
      counter.total('prediction'),
    ),
    split: occurring(
      each(splitsOf(database, counter.dataset), (value) => counter.states('split', 'split = ?', [value])),
    ),
    status: withRest(
      each(['broken', 'excluded'], (value) => counter.states('status', `status <> 'ok' AND status = ?`, [value])),
      'ok',
      counter.total('status'),
    ),
    outcome: withRest(
      each(['right', 'wrong'], (value) => counter.predictions('outcome', 'correct = ?', [Number(value === 'right')])),
      'unknown',
      counter.total('outcome'),
    ),
    annotator: occurring(
      annotatorsOf(database, counter.dataset).map(({ id, name }) => [
        name,
        counter.opinions('annotator', 'annotator = ?', [id]),
      ]),
    ),
    loss: histogram(counter, 'loss'),
    sigma: histogram(counter, 'sigma'),
    flip: histogram(counter, 'flip'),
    confidence: histogram(counter, 'confidence'),
    margin: histogram(counter, 'margin'),
    entropy: histogram(counter, 'entropy'),
    disagreement: histogram(counter, 'disagreement'),
  };
}
