import { describe, expect, it } from 'vitest';
import {
  argmax,
  crossEntropy,
  entropy,
  flipProbability,
  margin,
  normalCdf,
  sigma,
  softmax,
} from '../../../src-shared/metrics/vich.ts';

describe('softmax', () => {
  it('gives the probabilities of the logits', () => {
    // exp(0), exp(ln 2), exp(ln 5) = 1, 2, 5 of 8.
    const p = softmax([0, Math.log(2), Math.log(5)]);
    expect([...p]).toEqual([1 / 8, 2 / 8, 5 / 8].map((value): unknown => expect.closeTo(value, 14)));
  });
  it('does not overflow', () => {
    expect([...softmax([1000, 1000])]).toEqual([0.5, 0.5]);
    expect([...softmax(new Float32Array([-2000, 0]))]).toEqual([0, 1]);
  });
});

describe('crossEntropy', () => {
  it('is -ln of the probability', () => {
    expect(crossEntropy([0, Math.log(2), Math.log(5)], 2)).toBeCloseTo(-Math.log(5 / 8), 14);
  });
  it('stays finite where the probability underflows', () => {
    expect(crossEntropy([0, -2000], 1)).toBe(2000);
  });
  it('refuses a class that is none', () => {
    expect(() => crossEntropy([0, 1], 2)).toThrow(RangeError);
    expect(() => crossEntropy([0, 1], -1)).toThrow(RangeError);
  });
});

describe('entropy, margin, sigma, argmax', () => {
  it('measures entropy in nats', () => {
    expect(entropy([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(Math.log(4), 14);
    expect(entropy([1, 0, 0])).toBe(0);
    // scipy.stats.entropy([0.5, 0.3, 0.2])
    expect(entropy([0.5, 0.3, 0.2])).toBeCloseTo(1.0296530140645737, 14);
  });
  it('measures the distance of the two best', () => {
    expect(margin([0.2, 0.5, 0.3])).toBeCloseTo(0.2, 14);
    expect(margin([0.5, 0.5])).toBe(0);
    expect(margin([1])).toBe(1);
  });
  it('turns a log variance into a standard deviation', () => {
    expect(sigma(0)).toBe(1);
    expect(sigma(Math.log(9))).toBeCloseTo(3, 14);
  });
  it('takes the first of equal values', () => {
    expect(argmax([1, 3, 3, 2])).toBe(1);
    expect(argmax([])).toBe(-1);
    expect(argmax([-Infinity, -Infinity])).toBe(0);
  });
});

describe('normalCdf', () => {
  // scipy.stats.norm.cdf.
  it.each([
    [-8, 6.22096057427174e-16],
    [-3.6, 0.00015910859015753364],
    [-3.5, 0.00023262907903552502],
    [-1, 0.15865525393145707],
    [-1e-3, 0.49960105778608893],
    [0, 0.5],
    [0.5, 0.6914624612740131],
    [2, 0.9772498680518208],
    [3.54, 0.9997999364839927],
    [6, 0.9999999990134123],
  ])('at %d is as scipy has it', (z, wanted) => {
    expect(Math.abs(normalCdf(z) / wanted - 1)).toBeLessThan(1e-12);
  });
});

describe('flipProbability', () => {
  it('is the chance that the runner-up is drawn above the winner', () => {
    // scipy: norm.cdf(-(1.5 - 1.1) / sqrt(exp(-0.4) + exp(0.8))); the third class does not count.
    expect(flipProbability([1.5, 0.2, 1.1], [-0.4, 0.3, 0.8])).toBeCloseTo(0.4070826773211288, 12);
    expect(flipProbability([2, 2], [0, 3])).toBe(0.5);
    expect(flipProbability([100, 0], [-5, -5])).toBe(0);
  });
  it('is what sampling gives', () => {
    const [mu, logvar] = [
      [0.8, 0.1],
      [-0.5, 0.4],
    ];
    let state = 1;
    const uniform = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
    const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    let flips = 0;
    const draws = 200_000;
    for (let i = 0; i < draws; i++)
      if ((mu[1] ?? 0) + sigma(logvar[1] ?? 0) * normal() > (mu[0] ?? 0) + sigma(logvar[0] ?? 0) * normal()) flips++;
    expect(flipProbability(mu, logvar)).toBeCloseTo(flips / draws, 2);
  });
});
