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
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
  133.14166789178438, 3.3871328727963665,
];
const CENTRE_BELOW = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
  42.31333070160091, 1,
];
const MIDDLE_ABOVE = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const MIDDLE_BELOW = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
const FAR_ABOVE = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
  1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const FAR_BELOW = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
  0.1369298809227358, 0.599832206555888, 1,
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
