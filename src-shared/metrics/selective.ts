/**
 * How well an uncertainty finds a model's errors: AUROC, and the risk-coverage curve with its area (Y. Geifman, R. El-Yaniv, "Selective
 * classification for deep neural networks", NeurIPS 2017; the area: Geifman, Uziel, El-Yaniv, ICLR 2019). Cases that are equally
 * uncertain share their errors evenly, so that their order never matters.
 */

/** Cases from the least to the most uncertain, sorted once for thousands of resamples. */
export interface Ranking {
  /** [n] cases, least uncertain first. */
  readonly order: Uint32Array;
  /** Where each group of equals ends in `order`. */
  readonly ends: Uint32Array;
}

export function rankingOf(uncertainty: ArrayLike<number>): Ranking {
  const order = Uint32Array.from({ length: uncertainty.length }, (_, index) => index).sort(
    (a, b) => (uncertainty[a] ?? 0) - (uncertainty[b] ?? 0) || a - b,
  );
  const ends: number[] = [];
  for (let at = 1; at <= order.length; at++)
    if (at === order.length || uncertainty[order[at] ?? 0] !== uncertainty[order[at - 1] ?? 0]) ends.push(at);
  return { order, ends: Uint32Array.from(ends) };
}

interface Group {
  readonly cases: number;
  readonly errors: number;
}

function* groups(
  { order, ends }: Ranking,
  wrong: ArrayLike<number>,
  weights: ArrayLike<number> | null,
): Generator<Group> {
  let at = 0;
  for (const end of ends) {
    let [cases, errors] = [0, 0];
    for (; at < end; at++) {
      const index = order[at] ?? 0;
      const weight = weights === null ? 1 : (weights[index] ?? 0);
      cases += weight;
      errors += weight * (wrong[index] ?? 0);
    }
    if (cases > 0) yield { cases, errors };
  }
}

/**
 * Probability that an error is more uncertain than a right answer, ties half.
 * @param wrong 1 for an error, 0 otherwise. @param weights how often each case counts; once each by default.
 * @returns null without an error or without a right answer.
 */
export function errorAuroc(
  ranking: Ranking,
  wrong: ArrayLike<number>,
  weights: ArrayLike<number> | null = null,
): number | null {
  let [rightBelow, pairs, allErrors, allRight] = [0, 0, 0, 0];
  for (const { cases, errors } of groups(ranking, wrong, weights)) {
    const right = cases - errors;
    pairs += errors * (rightBelow + right / 2);
    rightBelow += right;
    allErrors += errors;
    allRight += right;
  }
  return allErrors === 0 || allRight === 0 ? null : pairs / (allErrors * allRight);
}

/** Area under the risk-coverage curve: the mean, over k, of the share of errors among the k least uncertain cases. Null without cases. */
export function aurc(
  ranking: Ranking,
  wrong: ArrayLike<number>,
  weights: ArrayLike<number> | null = null,
): number | null {
  let [taken, errors, sum] = [0, 0, 0];
  for (const group of groups(ranking, wrong, weights)) {
    const share = group.errors / group.cases;
    for (let k = 1; k <= group.cases; k++) sum += (errors + share * k) / (taken + k);
    taken += group.cases;
    errors += group.errors;
  }
  return taken === 0 ? null : sum / taken;
}

/** The least area that any order could have: all right answers first. */
export function bestAurc(cases: number, errors: number): number {
  const right = cases - errors;
  let sum = 0;
  for (let k = 1; k <= errors; k++) sum += k / (right + k);
  return cases === 0 ? 0 : sum / cases;
}

export interface RiskAtCoverage {
  /** Share of the cases that are answered, 0..1. */
  readonly coverage: number;
  /** Share of errors among them. */
  readonly risk: number;
  /** Largest uncertainty among them. */
  readonly threshold: number;
}

/** The curve at up to `points` evenly spaced coverages; the last is 1. */
export function riskCoverage(
  ranking: Ranking,
  uncertainty: ArrayLike<number>,
  wrong: ArrayLike<number>,
  points = 100,
): RiskAtCoverage[] {
  const n = ranking.order.length;
  const errors = new Float64Array(n + 1);
  let [taken, all] = [0, 0];
  for (const group of groups(ranking, wrong, null)) {
    for (let k = 1; k <= group.cases; k++) errors[taken + k] = all + (group.errors / group.cases) * k;
    taken += group.cases;
    all += group.errors;
  }
  const wanted = new Set(Array.from({ length: points }, (_, at) => Math.max(1, Math.round(((at + 1) * n) / points))));
  return n === 0
    ? []
    : [...wanted].map((k) => ({
        coverage: k / n,
        risk: (errors[k] ?? 0) / k,
        threshold: uncertainty[ranking.order[k - 1] ?? 0] ?? 0,
      }));
}

/** Ranks from 1, equals share their mean (scipy `rankdata`). */
export function meanRanks(values: ArrayLike<number>): Float64Array {
  const { order, ends } = rankingOf(values);
  const ranks = new Float64Array(values.length);
  let from = 0;
  for (const end of ends) {
    for (let at = from; at < end; at++) ranks[order[at] ?? 0] = (from + 1 + end) / 2;
    from = end;
  }
  return ranks;
}

/**
 * Correlation of two lists of ranks, each case as often as its weight says: Spearman's rho when the ranks are `meanRanks` (C. Spearman,
 * Am. J. Psychol. 15:72, 1904). Null where either never changes. In a resample the ranks stay those of the whole sample.
 */
export function correlation(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  weights: ArrayLike<number> | null = null,
): number | null {
  let [n, sumA, sumB] = [0, 0, 0];
  const weightOf = (index: number): number => (weights === null ? 1 : (weights[index] ?? 0));
  for (let i = 0; i < first.length; i++) {
    n += weightOf(i);
    sumA += weightOf(i) * (first[i] ?? 0);
    sumB += weightOf(i) * (second[i] ?? 0);
  }
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < first.length; i++) {
    const a = (first[i] ?? 0) - sumA / n;
    const b = (second[i] ?? 0) - sumB / n;
    ab += weightOf(i) * a * b;
    aa += weightOf(i) * a * a;
    bb += weightOf(i) * b * b;
  }
  return n === 0 || aa === 0 || bb === 0 ? null : ab / Math.sqrt(aa * bb);
}

/** Spearman's rank correlation; null where either never changes. */
export function spearman(first: ArrayLike<number>, second: ArrayLike<number>): number | null {
  return correlation(meanRanks(first), meanRanks(second));
}
