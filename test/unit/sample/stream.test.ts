import { describe, expect, it } from 'vitest';
import { Stream } from '../../../src-main/services/sample/stream.ts';

describe('seeded streams', () => {
  it('repeat for the same name and differ for another', () => {
    const draw = (stream: Stream) => Array.from({ length: 8 }, () => stream.uint32());
    expect(draw(new Stream(1, 'identity', 4))).toEqual(draw(new Stream(1, 'identity', 4)));
    expect(draw(new Stream(1, 'identity', 4))).not.toEqual(draw(new Stream(1, 'identity', 5)));
    expect(draw(new Stream(1, 'identity', 4))).not.toEqual(draw(new Stream(2, 'identity', 4)));
    expect(draw(new Stream(1, 'identity', 4))).not.toEqual(draw(new Stream(1, 'capture', 4)));
  });

  it('are uniform and normal', () => {
    const stream = new Stream(9);
    const uniform = Array.from({ length: 20_000 }, () => stream.uniform());
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    const normal = Array.from({ length: 20_000 }, () => stream.normal());
    expect(Math.abs(mean(normal))).toBeLessThan(0.03);
    expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1);
  });

  it('pick by weight and never what weighs nothing', () => {
    const stream = new Stream(2);
    const picks = Array.from({ length: 4000 }, () => stream.pick(['a', 'b', 'c'], [3, 0, 1]));
    expect(picks).not.toContain('b');
    expect(picks.filter((pick) => pick === 'a').length / picks.length).toBeCloseTo(0.75, 1);
    expect(stream.shuffled([1, 2, 3, 4, 5]).sort()).toEqual([1, 2, 3, 4, 5]);
  });
});
