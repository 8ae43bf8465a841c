import { describe, expect, it } from 'vitest';
import { matching } from '../../../src-renderer/shell/palette.ts';

const binding = (id: string, title: string, group = 'Label') => ({
  id,
  title,
  group,
  keys: '',
  scope: 'global',
  run: () => undefined,
});

describe('the palette', () => {
  const all = [binding('a', 'Clear vote'), binding('b', 'Soft label'), binding('c', 'Analysis', 'Go to')];

  it('finds commands by every word of title and group, titles that begin with it first', () => {
    const ids = (text: string) => matching(all, text).map(({ id }) => id);
    expect(ids('')).toEqual(['a', 'b', 'c']);
    expect(ids('label')).toEqual(['a', 'b']);
    expect(ids('soft LAB')).toEqual(['b']);
    expect(ids('an')).toEqual(['c']);
    expect(ids('s')).toEqual(['b', 'c']);
    expect(ids('nothing')).toEqual([]);
  });
});
