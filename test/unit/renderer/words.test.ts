import { describe, expect, it } from 'vitest';
import { baseName, count, duration, fixed, percent, plural, time } from '../../../src-renderer/text/format.ts';
import { understood } from '../../../src-renderer/state/query.ts';
import { formatSort, parseSort, sortTitle } from '../../../src-renderer/views/gallery/sort.ts';

describe('numbers in words', () => {
  it('groups, rounds and signs', () => {
    expect(count(1_204_000)).toBe('1,204,000');
    expect(fixed(-1.234)).toBe('\u22121.23');
    expect(fixed(-0.001)).toBe('0.00');
    expect(fixed(null)).toBe('–');
    expect(fixed(Number.NaN)).toBe('–');
    expect(percent(0.8125)).toBe('81.3%');
    expect(plural(1, 'image')).toBe('1 image');
    expect(plural(0, 'image')).toBe('0 images');
  });

  it('tells times', () => {
    expect(duration(42)).toBe('42 s');
    expect(duration(600)).toBe('10 min');
    expect(duration(3_900 * 2)).toBe('2 h 10 min');
    const now = new Date(2026, 10, 24, 15, 0);
    expect(time(new Date(2026, 10, 24, 14, 2).toISOString(), now)).toBe('14:02');
    expect(time(new Date(2026, 10, 23, 14, 2).toISOString(), now)).toBe('23 Nov 14:02');
    expect(time('nonsense', now)).toBe('');
  });

  it('takes the last part of a path of either kind', () => {
    expect(baseName('a/b/c.png')).toBe('c.png');
    expect(baseName('C:\\faces\\x.jpg')).toBe('x.jpg');
  });
});

describe('order', () => {
  it('reads its own writing', () => {
    for (const text of ['-loss', 'margin', 'path', '-id']) expect(formatSort(parseSort(text, true))).toBe(text);
  });

  it('falls back where the order is unknown or needs predictions', () => {
    expect(formatSort(parseSort('beauty', true))).toBe('-loss');
    expect(formatSort(parseSort(null, false))).toBe('id');
    expect(formatSort(parseSort('-loss', false))).toBe('id');
    expect(sortTitle(parseSort('margin', true))).toBe('Margin, lowest first');
  });
});

describe('a query with words that make no sense', () => {
  it('filters by the others', () => {
    expect(understood('label:sad sigm>.6 wrong')).toBe('label:sad wrong');
    expect(understood('label:sad')).toBe('label:sad');
    expect(understood('label:beauty')).toBe('');
  });
});
