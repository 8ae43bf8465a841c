import { describe, expect, it } from 'vitest';
import { argmax, crossEntropy, entropy, margin, sigma, softmax } from '../../../src-shared/metrics/vich.ts';

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
