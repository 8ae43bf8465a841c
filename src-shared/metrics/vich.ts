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
