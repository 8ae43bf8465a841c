/** log(n!) by summing up to 256, by Stirling's series beyond: absolute error below 1e-12. */
function logFactorial(n: number): number {
  if (n < 256) {
    let sum = 0;
    for (let k = 2; k <= n; k++) sum += Math.log(k);
    return sum;
  }
  return (n + 0.5) * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * n) - 1 / (360 * n ** 3);
}

/**
 * McNemar's exact test on paired classifications (McNemar, Psychometrika 12:153, 1947; exact form: two-sided binomial test with
 * p = 1/2 on the discordant pairs). Equals scipy's `binomtest(fixed, fixed + regressed)` and statsmodels' `mcnemar(exact=True)`.
 * @param fixed cases that only the second model gets right.
 * @param regressed cases that only the first model gets right.
 * @returns the two-sided p-value; 1 without discordant cases.
 */
export function mcnemarExact(fixed: number, regressed: number): number {
  const n = fixed + regressed;
  const smaller = Math.min(fixed, regressed);
  if (fixed === regressed) return 1;
  const logAll = logFactorial(n) - n * Math.LN2;
  let tail = 0;
  for (let k = smaller; k >= 0; k--) {
    const term = Math.exp(logAll - logFactorial(k) - logFactorial(n - k));
    tail += term;
    // Terms only fall on the way to 0: what is left is beyond the last bit.
    if (term < tail * 1e-17) break;
  }
  return Math.min(1, 2 * tail);
}
