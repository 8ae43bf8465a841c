/**
 * Which class wins when z is drawn: z_c ~ N(mu_c, sigma_c²), independently, as VICH does while it trains. Sampled at quasi-random points,
 * which fill the space more evenly than random ones, so that a few thousand give three digits.
 */
import { argmax } from './vich.ts';

/** Points of a share; the error is then about 0.001, below 0.002 (test/unit/metrics/draws.test.ts holds it against integration). */
export const DRAWS = 16_384;
const PRIMES = [2, 3, 5, 7, 11, 13, 17, 19] as const;

/** Digits of `index` in a base, mirrored at the point: element `index` of van der Corput's sequence, 0..1 (J. Halton, Num. Math. 2:84, 1960). */
function radicalInverse(index: number, base: number): number {
  let [value, scale] = [0, 1 / base];
  for (let rest = index; rest > 0; rest = Math.floor(rest / base)) {
    value += (rest % base) * scale;
    scale /= base;
  }
  return value;
}

/**
 * Quantile of the standard normal distribution, to about 1e-15 of its value (M. Wichura, "Algorithm AS 241", Appl. Stat. 37:477, 1988,
 * PPND16).
 * @param p 0..1, the ends left out.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * poly(r, CENTRE_ABOVE)) / poly(r, CENTRE_BELOW);
  }
  const tail = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const value =
    tail <= 5
      ? poly(tail - 1.6, MIDDLE_ABOVE) / poly(tail - 1.6, MIDDLE_BELOW)
      : poly(tail - 5, FAR_ABOVE) / poly(tail - 5, FAR_BELOW);
  return q < 0 ? -value : value;
}

/** Coefficients from the highest power down (Horner). */
function poly(x: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

const CENTRE_ABOVE = [
  2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
  1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.387132872796366608,
];
const CENTRE_BELOW = [
  5.226495278852854561e3, 2.8729085735721942674e4, 3.930789580009271061e4, 2.1213794301586595867e4,
  5.3941960214247511077e3, 6.871870074920579083e2, 4.2313330701600911252e1, 1,
];
const MIDDLE_ABOVE = [
  7.7454501427834140764e-4, 2.27238449892691845833e-2, 2.4178072517745061177e-1, 1.27045825245236838258,
  3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
];
const MIDDLE_BELOW = [
  1.05075007164441684324e-9, 5.475938084995344946e-4, 1.51986665636164571966e-2, 1.4810397642748007459e-1,
  6.8976733498510000455e-1, 1.6763848301838038494, 2.05319162663775882187, 1,
];
const FAR_ABOVE = [
  2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.2426609473880784386e-3, 2.6532189526576123093e-2,
  2.9656057182850489123e-1, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
];
const FAR_BELOW = [
  2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
  1.4875361290850615025e-2, 1.3692988092273580531e-1, 5.9983220655588793769e-1, 1,
];

const kept = new Map<string, Float64Array>();

/** [DRAWS, classes] standard normal numbers: Halton's points, moved by a seeded shift (R. Cranley, T. Patterson, 1976). */
function standardDraws(classes: number, seed: number): Float64Array {
  const key = `${classes}/${seed}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  // Park and Miller's generator: only a shift a class is drawn from it.
  let state = (Math.abs(Math.trunc(seed)) % 2_147_483_646) + 1;
  const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  next();
  const shifts = Array.from({ length: classes }, next);
  const draws = new Float64Array(DRAWS * classes);
  for (let draw = 0; draw < DRAWS; draw++)
    for (let c = 0; c < classes; c++) {
      const u = (radicalInverse(draw + 1, PRIMES[c] ?? 2) + (shifts[c] ?? 0)) % 1;
      draws[draw * classes + c] = normalQuantile(Math.min(1 - 1e-12, Math.max(1e-12, u)));
    }
  kept.set(key, draws);
  return draws;
}

/**
 * Share of draws that each class wins, in the order of mu; sums to 1. Equal seeds give equal shares.
 * @throws RangeError for more classes than there are expressions.
 */
export function winShares(mu: ArrayLike<number>, logvar: ArrayLike<number>, seed = 2026): Float64Array {
  const classes = mu.length;
  if (classes > PRIMES.length) throw new RangeError(`Draws are made for ${PRIMES.length} classes at most.`);
  const draws = standardDraws(classes, seed);
  const sigmas = Float64Array.from({ length: classes }, (_, c) => Math.exp((logvar[c] ?? 0) / 2));
  const wins = new Float64Array(classes);
  const z = new Float64Array(classes);
  for (let draw = 0; draw < DRAWS; draw++) {
    for (let c = 0; c < classes; c++) z[c] = (mu[c] ?? 0) + (sigmas[c] ?? 0) * (draws[draw * classes + c] ?? 0);
    const winner = argmax(z);
    wins[winner] = (wins[winner] ?? 0) + 1;
  }
  return wins.map((count) => count / DRAWS);
}

/** A class contends when it wins at least this share of the draws. */
export const CONTENDS_FROM = 0.05;

/** Indices of the classes that contend, the one that wins most first; always at least one. */
export function contenders(shares: ArrayLike<number>): number[] {
  const order = Array.from({ length: shares.length }, (_, c) => c).sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0));
  return order.filter((c, rank) => rank === 0 || (shares[c] ?? 0) >= CONTENDS_FROM);
}
