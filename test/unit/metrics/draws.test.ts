import { describe, expect, it } from 'vitest';
import { contenders, normalQuantile, winShares } from '../../../src-shared/metrics/draws.ts';
import { flipProbability } from '../../../src-shared/metrics/vich.ts';

/**
 * mu, logvar and each class's probability to win, from scipy.integrate.quad of norm.pdf(z; mu_c, sigma_c) times the product of the
 * others' norm.cdf, epsabs 1e-12.
 */
const INTEGRATED: readonly (readonly [readonly number[], readonly number[], readonly number[]])[] = [
  [
    [2, 1.2],
    [0, -1],
    [0.753017, 0.246983],
  ],
  [
    [1.5, 1.1, 0.9, -1, 0.2, 0, -2],
    [-1, 0, -0.5, 1, -2, -1, 0.3],
    [0.469461, 0.29602, 0.172546, 0.048335, 0.003526, 0.009014, 0.001099],
  ],
  [
    [0.3, 0.2, 0.1, 0, 0.25, -0.1, 0.15, 0.05],
    [0.5, -0.5, 0, 1, -1, 0.2, -0.3, 0.7],
    [0.197816, 0.084947, 0.106505, 0.194949, 0.063952, 0.092507, 0.09068, 0.168643],
  ],
  [
    [4, 0, 0, 0, 0, 0, 0, 0],
    [-2, -2, -2, -2, -2, -2, -2, -2],
    [1, 0, 0, 0, 0, 0, 0, 0],
  ],
];

describe('shares of draws', () => {
  it.each(INTEGRATED)('of mu %j are what integration gives, to 0.002', (mu, logvar, integrated) => {
    const shares = winShares(mu, logvar);
    for (const [c, share] of integrated.entries()) expect(Math.abs((shares[c] ?? NaN) - share)).toBeLessThan(0.002);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('of two classes are the exact flip probability', () => {
    expect(flipProbability([2, 1.2], [0, -1])).toBeCloseTo(0.246983, 6);
  });

  it('are the same for the same seed, near for another', () => {
    const [, second] = INTEGRATED;
    if (second === undefined) throw new Error('no case');
    const [mu, logvar, integrated] = second;
    expect(winShares(mu, logvar, 7)).toEqual(winShares(mu, logvar, 7));
    for (const seed of [1, 2, 3])
      expect(Math.abs((winShares(mu, logvar, seed)[0] ?? 0) - (integrated[0] ?? 0))).toBeLessThan(0.003);
  });

  it('name the classes that contend', () => {
    expect(contenders([0.1, 0.04, 0.6, 0.26])).toEqual([2, 3, 0]);
    expect(contenders([1, 0, 0])).toEqual([0]);
  });
});

it('the quantile of the normal distribution is scipy’s norm.ppf', () => {
  const known: readonly (readonly [number, number])[] = [
    [1e-300, -37.0470962993612],
    [1e-10, -6.361340902404056],
    [0.001, -3.090232306167813],
    [0.2, -0.8416212335729142],
    [0.5, 0],
    [0.9, 1.2815515655446004],
    [0.999999, 4.753424308817087],
  ];
  for (const [p, z] of known) expect(normalQuantile(p)).toBeCloseTo(z, 10);
});
