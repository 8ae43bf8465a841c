/**
 * What a prediction says of itself. The head gives mu and logvar for each class; z ~ N(mu, sigma²) is the logit vector, so
 * that at inference mu are the logits (POSTER-Var, Sci. Rep. 16:7323, 2026, section on VICH).
 */

/** log(sum(exp(x))), shifted by the largest value so that nothing overflows. */
function logSumExp(values: ArrayLike<number>): number {
  let top = -Infinity;
  for (let i = 0; i < values.length; i++) top = Math.max(top, values[i] ?? -Infinity);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp((values[i] ?? -Infinity) - top);
  return top + Math.log(sum);
}

/** Class probabilities of the logits mu: exp(mu_c) / sum exp(mu). Same length as mu, sums to 1. */
export function softmax(mu: ArrayLike<number>): Float64Array {
  const top = mu[argmax(mu)] ?? 0;
  const weights = Float64Array.from(mu, (value) => Math.exp(value - top));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * Cross-entropy of softmax(mu) on one class, in nats: logsumexp(mu) - mu[index], as torch's `cross_entropy`. Computed from the
 * logits, so that a hopeless prediction gives a large number, not Infinity.
 * @throws RangeError when `index` is no class of mu.
 */
export function crossEntropy(mu: ArrayLike<number>, index: number): number {
  const value = mu[index];
  if (value === undefined) throw new RangeError(`Class ${index} is not one of ${mu.length}.`);
  return logSumExp(mu) - value;
}

/** Shannon entropy -sum p ln p of a distribution, in nats: 0 when certain, ln(n) when uniform. */
export function entropy(probabilities: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i] ?? 0;
    if (p > 0) sum -= p * Math.log(p);
  }
  return sum;
}

/**
 * Largest minus second largest probability, 0..1 (margin sampling: Scheffer, Decomain, Wrobel, 2001). A distribution over one
 * class has margin 1.
 */
export function margin(probabilities: ArrayLike<number>): number {
  let first = 0;
  let second = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i] ?? 0;
    if (p > first) {
      second = first;
      first = p;
    } else if (p > second) second = p;
  }
  return first - second;
}

/** Standard deviation from the log variance: exp(logvar / 2), the width of a class's normal curve. */
export function sigma(logvar: number): number {
  return Math.exp(logvar / 2);
}

/** Index of the largest value, the first of equals (as numpy's argmax); -1 for an empty list. */
export function argmax(values: ArrayLike<number>): number {
  let best = -1;
  let top = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? -Infinity;
    if (best < 0 || value > top) {
      best = i;
      top = value;
    }
  }
  return best;
}

/**
 * Complementary error function, to about 1e-13 of its value: the series of erf near zero, the continued fraction elsewhere
 * (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.5 and 7.1.14).
 */
function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 120; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/** P(Z <= z) of the standard normal distribution. */
export function normalCdf(z: number): number {
  return erfc(-z / Math.SQRT2) / 2;
}

/**
 * Probability that the runner-up beats the winner when each class's z is drawn from N(mu, sigma²) independently: their
 * difference is normal with mean mu_1 - mu_2 and variance sigma_1² + sigma_2², so it is Phi(-(mu_1 - mu_2) / sqrt(sigma_1² +
 * sigma_2²)). At most 1/2; exact for two classes, a lower bound on losing to any of several.
 */
export function flipProbability(mu: ArrayLike<number>, logvar: ArrayLike<number>): number {
  const winner = argmax(mu);
  const rivals = Array.from(mu, (value, index) => (index === winner ? -Infinity : value));
  const runnerUp = argmax(rivals);
  const lead = (mu[winner] ?? 0) - (rivals[runnerUp] ?? -Infinity);
  const spread = Math.sqrt(Math.exp(logvar[winner] ?? 0) + Math.exp(logvar[runnerUp] ?? 0));
  return normalCdf(-lead / spread);
}
