/** Ranges of a number that hold about equally many cases. */

/**
 * Up to `wanted` ranges [low, high] of sorted values, both ends included, that share no value: equals always fall into one range, so
 * that a range names its cases exactly. Fewer ranges where values repeat.
 */
export function massRanges(
  sorted: ArrayLike<number>,
  wanted: number,
): { from: number; to: number; low: number; high: number }[] {
  const n = sorted.length;
  const ranges: { from: number; to: number; low: number; high: number }[] = [];
  let from = 0;
  for (let bin = 0; bin < wanted && from < n; bin++) {
    let to = Math.max(from + 1, Math.floor(((bin + 1) * n) / wanted));
    while (to < n && sorted[to] === sorted[to - 1]) to++;
    ranges.push({ from, to, low: sorted[from] ?? NaN, high: sorted[to - 1] ?? NaN });
    from = to;
  }
  return ranges;
}
