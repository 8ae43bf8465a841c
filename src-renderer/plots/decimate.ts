/**
 * At most four points for each pixel column: first, lowest, highest, last, in their order. A line through them looks the same as one
 * through all points, spikes included (M4: Jugel, Jerzak, Hackenbroich, Markl, VLDB 2014).
 * @param column pixel column of x; must not decrease along xs.
 * @returns indices to draw, ascending. Points whose y is no finite number are left out.
 */
export function decimate(xs: ArrayLike<number>, ys: ArrayLike<number>, column: (x: number) => number): number[] {
  const kept: number[] = [];
  let bucket: { column: number; first: number; low: number; high: number; last: number } | null = null;
  const flush = () => {
    if (bucket === null) return;
    const { first, low, high, last } = bucket;
    kept.push(...new Set([first, Math.min(low, high), Math.max(low, high), last]));
  };
  for (let i = 0; i < xs.length; i++) {
    const y = ys[i] ?? NaN;
    if (!Number.isFinite(y)) continue;
    const at = Math.floor(column(xs[i] ?? 0));
    if (bucket === null || bucket.column !== at) {
      flush();
      bucket = { column: at, first: i, low: i, high: i, last: i };
      continue;
    }
    if (y < (ys[bucket.low] ?? 0)) bucket.low = i;
    if (y > (ys[bucket.high] ?? 0)) bucket.high = i;
    bucket.last = i;
  }
  flush();
  return kept;
}
