import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../../../src-shared/metrics/wilson.ts';

describe('wilsonInterval', () => {
  it('agrees with the textbook example', () => {
    // Newcombe, Stat. Med. 17:857 (1998), table I: 81 of 263 -> 0.2553 .. 0.3662; 15 of 148 -> 0.0624 .. 0.1605.
    const [low, high] = wilsonInterval(81, 263);
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
    expect(wilsonInterval(15, 148).map((value) => value.toFixed(4))).toEqual(['0.0624', '0.1605']);
  });
  it('stays within 0..1 at the ends', () => {
    // Newcombe, same table: 0 of 20 -> 0 .. 0.1611; 1 of 29 -> 0.0061 .. 0.1718.
    expect(wilsonInterval(0, 20)).toEqual([0, expect.closeTo(0.1611, 4)]);
    expect(wilsonInterval(1, 29).map((value) => value.toFixed(4))).toEqual(['0.0061', '0.1718']);
    expect(wilsonInterval(20, 20)).toEqual([expect.closeTo(1 - 0.1611, 4), 1]);
  });
  it('knows nothing without trials', () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });
});
