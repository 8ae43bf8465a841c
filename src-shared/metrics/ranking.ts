/** How well a score finds what is wanted. */
import { errorAuroc, rankingOf } from './selective.ts';

/**
 * Area under the ROC curve: the probability that a wanted item scores above an unwanted one, ties half (the Mann-Whitney statistic over
 * n·m: J. Hanley, B. McNeil, Radiology 143:29, 1982). NaN without one of both.
 */
export function auroc(scores: ArrayLike<number>, wanted: ArrayLike<boolean>): number {
  const marked = Uint8Array.from({ length: scores.length }, (_, at) => Number(wanted[at] === true));
  return errorAuroc(rankingOf(scores), marked) ?? NaN;
}

/** Share of wanted items among the k that score highest, earlier ones first of equals. */
export function precisionAt(k: number, scores: ArrayLike<number>, wanted: ArrayLike<boolean>): number {
  const order = Array.from({ length: scores.length }, (_, at) => at).sort(
    (a, b) => (scores[b] ?? 0) - (scores[a] ?? 0),
  );
  return order.slice(0, k).filter((at) => wanted[at] === true).length / k;
}
