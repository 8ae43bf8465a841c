import { describe, expect, it } from 'vitest';
import { columnMap, integer, notNegative, positive, splitShares } from '../../../src-main/commands/options.ts';

describe('option values', () => {
  it('reads a column map, with spaces and odd names', () => {
    expect(columnMap('path=image,label=emotion')).toEqual({ path: 'image', label: 'emotion' });
    expect(columnMap(' path = file name , label=a=b,split=usage')).toEqual({
      path: 'file name',
      label: 'a=b',
      split: 'usage',
    });
  });

  it.each(['', 'path=image', 'label=emotion', 'path=,label=x', 'path=a,label=b,user=c', 'path'])(
    'refuses the column map "%s"',
    (text) => {
      expect(() => columnMap(text)).toThrow();
    },
  );

  it('names two shares train and val, three train, val and test', () => {
    expect(splitShares('0.8,0.2')).toEqual({ train: 0.8, val: 0.2 });
    expect(splitShares('0.7,0.1,0.2')).toEqual({ train: 0.7, val: 0.1, test: 0.2 });
  });

  it.each(['1', '0.5,0.6', '0.5,-0.5,1', '1,0', '0.25,0.25,0.25,0.25', 'a,b', '0.8;0.2', ''])(
    'refuses the shares "%s"',
    (text) => {
      expect(() => splitShares(text)).toThrow();
    },
  );

  it('takes numbers within their bounds only', () => {
    expect(integer(0)('0')).toBe(0);
    expect(integer(1, 5)('5')).toBe(5);
    for (const text of ['-1', '1.5', '6', '', ' 1', '1e3', '0x10', 'NaN']) expect(() => integer(1, 5)(text)).toThrow();
    expect(positive('3.5e-5')).toBe(3.5e-5);
    for (const text of ['0', '-1', '', 'Infinity', 'x']) expect(() => positive(text)).toThrow();
    expect(notNegative('0')).toBe(0);
    expect(() => notNegative('-0.1')).toThrow();
  });
});
