/**
 * True classes and annotators' error rates from judgements alone, by expectation maximisation: A. Dawid, A. Skene, "Maximum likelihood
 * estimation of observer error-rates using the EM algorithm", Applied Statistics 28:20, 1979. An annotator who confuses two classes
 * counts less where these two are in question, and one who is mostly right counts more.
 */

/** One judgement; whole numbers from 0. An annotator may judge an item more than once. */
export interface Judgement {
  readonly item: number;
  readonly annotator: number;
  readonly label: number;
}

export interface DawidSkene {
  /** [items][classes] probability of each class. */
  readonly posterior: readonly Float64Array[];
  /** [classes] */
  readonly marginals: Float64Array;
  /** [annotators][true class][said class] */
  readonly errors: readonly (readonly Float64Array[])[];
  readonly iterations: number;
  /** Of all judgements, nats. */
  readonly logLikelihood: number;
}

const ITERATIONS = 500;
/** Largest change of a posterior at which it has converged. */
const TOLERANCE = 1e-8;

const zeros = (rows: number, columns: number): Float64Array[] =>
  Array.from({ length: rows }, () => new Float64Array(columns));

function normalise(row: Float64Array): number {
  const sum = row.reduce((total, value) => total + value, 0);
  if (sum > 0) for (let at = 0; at < row.length; at++) row[at] = (row[at] ?? 0) / sum;
  return sum;
}

/**
 * EM from the share of votes (eq. 3.1). Items without a judgement keep the marginals.
 * @param shape how many items, annotators and classes there are.
 * @param prior judgements that each cell of an annotator's table has beforehand: 0 is the paper's maximum likelihood, which takes a
 *   confusion that was not seen for impossible; with few judgements a little is wiser.
 */
export function dawidSkene(
  judgements: readonly Judgement[],
  { items, annotators, classes }: { readonly items: number; readonly annotators: number; readonly classes: number },
  prior = 0,
): DawidSkene {
  let posterior = zeros(items, classes);
  for (const { item, label } of judgements) bump(posterior[item], label, 1);
  for (const row of posterior) if (normalise(row) === 0) row.fill(1 / classes);
  const marginals = new Float64Array(classes);
  let errors: Float64Array[][] = [];
  let iterations = 0;
  let logLikelihood = -Infinity;
  for (let change = Infinity; change > TOLERANCE && iterations < ITERATIONS; iterations++) {
    // M step, eqs. 2.3 and 2.4.
    marginals.fill(0);
    for (const row of posterior) row.forEach((p, label) => bump(marginals, label, p / items));
    errors = Array.from({ length: annotators }, () => zeros(classes, classes).map((row) => row.fill(prior)));
    for (const { item, annotator, label } of judgements)
      posterior[item]?.forEach((p, truth) => bump(errors[annotator]?.[truth], label, p));
    for (const table of errors) for (const row of table) normalise(row);
    // E step, eq. 2.5, in logarithms: a product of many small rates would be 0.
    const logs = Array.from({ length: items }, () => Float64Array.from(marginals, Math.log));
    for (const { item, annotator, label } of judgements)
      logs[item]?.forEach((_, truth) => bump(logs[item], truth, Math.log(errors[annotator]?.[truth]?.[label] ?? 0)));
    change = 0;
    logLikelihood = 0;
    posterior = logs.map((row, item) => {
      const top = Math.max(...row);
      const next = row.map((value) => Math.exp(value - top));
      logLikelihood += top + Math.log(normalise(next));
      next.forEach((p, label) => (change = Math.max(change, Math.abs(p - (posterior[item]?.[label] ?? 0)))));
      return next;
    });
  }
  return { posterior, marginals, errors, iterations, logLikelihood };
}

function bump(row: Float64Array | undefined, at: number, by: number): void {
  if (row !== undefined) row[at] = (row[at] ?? 0) + by;
}
