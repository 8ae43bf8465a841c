/**
 * The value below which `share` (0 to 1) of the values lie, interpolated linearly between the two nearest, as NumPy's default does
 * (Hyndman, Fan 1996, type 7). NaN without values.
 */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}
