import { describe, expect, it } from 'vitest';
import { filterOf } from '../../../../src-renderer/views/history/filter.ts';

const of = (params: Record<string, string>) => filterOf((name) => params[name] ?? null, 4);

describe('filter of the history', () => {
  it('asks for nothing without parameters, or with ones that mean nothing', () => {
    const nothing = { annotator: null, part: null, label: null, queue: null, path: '', since: null, until: null };
    expect(of({})).toEqual({ dataset: 4, ...nothing });
    expect(of({ part: 'x', label: 'bored', since: 'yesterday', until: '2024-13-45x' })).toEqual({
      dataset: 4,
      ...nothing,
    });
  });

  it('counts the last day whole, in local time, and knows events of no queue', () => {
    const filter = of({ since: '2024-03-01', until: '2024-03-01', source: 'none' });
    expect(new Date(filter.since ?? 0)).toEqual(new Date(2024, 2, 1));
    expect(new Date(filter.until ?? 0)).toEqual(new Date(2024, 2, 2));
    expect(filter.queue).toBe('');
  });
});
