/** How well a score finds what is wanted. */

/**
 * Area under the ROC curve: the probability that a wanted item scores above an unwanted one, ties half (the Mann-Whitney statistic over
 * n·m: J. Hanley, B. McNeil, Radiology 143:29, 1982). NaN without one of both.
 */
export function auroc(scores: ArrayLike<number>, wanted: ArrayLike<boolean>): number {
  const order = Array.from({ length: scores.length }, (_, at) => at).sort(
    (a, b) => (scores[a] ?? 0) - (scores[b] ?? 0),
  );
  let rankSum = 0;
  let positives = 0;
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && scores[order[to] ?? 0] === scores[order[from] ?? 0]) to++;
    // Ranks count from 1; equals share their mean.
    const rank = (from + 1 + to) / 2;
    for (let at = from; at < to; at++)
      if (wanted[order[at] ?? 0] === true) {
        rankSum += rank;
        positives++;
      }
    from = to;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Share of wanted items among the k that score highest, earlier ones first of equals. */
export function precisionAt(k: number, scores: ArrayLike<number>, wanted: ArrayLike<boolean>): number {
  const order = Array.from({ length: scores.length }, (_, at) => at).sort(
    (a, b) => (scores[b] ?? 0) - (scores[a] ?? 0),
  );
  return order.slice(0, k).filter((at) => wanted[at] === true).length / k;
}
