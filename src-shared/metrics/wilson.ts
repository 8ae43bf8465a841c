/** Two-sided 95% quantile of the standard normal distribution. */
const Z95 = 1.959963984540054;

/**
 * 95% score interval of a proportion (Wilson, J. Am. Stat. Assoc. 22:209, 1927; no continuity correction): keeps within 0..1 and
 * holds its level for small n and for proportions near 0 or 1, where the normal approximation fails.
 * With n = 0 nothing is known: [0, 1].
 */
export function wilsonInterval(successes: number, n: number): [low: number, high: number] {
  if (n === 0) return [0, 1];
  const share = successes / n;
  const z2 = Z95 * Z95;
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z95 / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  // At the two ends the formula is exact, but rounding may step over by one bit.
  return [successes === 0 ? 0 : Math.max(0, centre - half), successes === n ? 1 : Math.min(1, centre + half)];
}
