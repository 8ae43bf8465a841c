import { describe, expect, it } from 'vitest';
import { PixelCache } from '../../../../src-main/services/engine/train/pixels.ts';
import { validate } from '../../../../src-main/services/engine/train/validate.ts';

describe('PixelCache', () => {
  it('decodes once while memory lasts, and again after a failure', async () => {
    const asked: string[] = [];
    const cache = new PixelCache((file) => {
      asked.push(file);
      return asked.length === 1 ? Promise.reject(new Error('once')) : Promise.resolve(new Uint8Array(10));
    }, 15);
    await expect(cache.get({ file: 'a' })).rejects.toThrow('once');
    for (const file of ['a', 'a', 'b', 'b', 'c', 'c']) await cache.get({ file });
    expect(asked).toEqual(['a', 'a', 'b', 'c', 'c']);
  });
});

describe('validate', () => {
  it('averages loss, accuracy and the sigma of the predicted class', () => {
    const mu = Float32Array.from([0, Math.log(3), Math.log(4), 0]);
    const logvar = Float32Array.from([0, Math.log(4), Math.log(16), 0]);
    const { loss, accuracy, meanSigma } = validate(mu, logvar, [1, 1], 2);
    expect(loss).toBeCloseTo((-Math.log(3 / 4) - Math.log(1 / 5)) / 2, 6);
    expect(accuracy).toBe(0.5);
    expect(meanSigma).toBeCloseTo((2 + 4) / 2, 6);
    expect(validate(mu, null, [1, 0], 2)).toMatchObject({ accuracy: 1, meanSigma: null });
  });
});
