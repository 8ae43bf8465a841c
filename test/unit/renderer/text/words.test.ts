import { describe, expect, it } from 'vitest';
import { folderName, joinPath } from '../../../../src-renderer/text/path.ts';
import { rate, scientific } from '../../../../src-renderer/text/rates.ts';
import { clock, durationRange, when } from '../../../../src-renderer/text/time.ts';

describe('rates', () => {
  it('are short', () => {
    expect([3.5e-5, 1e-4, 0, 0.0123].map((value) => scientific(value))).toEqual(['3.5e−5', '1e−4', '0', '1.23e−2']);
    expect([149.4, 3.14, 0.5].map(rate)).toEqual(['149/s', '3.1/s', '0.50/s']);
  });
});

describe('times', () => {
  it('read as clocks', () => {
    expect([0, 59.9, 424, 3723].map(clock)).toEqual(['00:00', '00:59', '07:04', '1:02:03']);
  });

  it('share their unit in a range', () => {
    expect(durationRange(1320, 1560)).toBe('22–26 min');
    expect(durationRange(1320, 1325)).toBe('22 min');
    expect(durationRange(3000, 6000)).toBe('50 min – 1 h 40 min');
    expect(durationRange(40, 120)).toBe('40 s – 2 min');
  });

  it('name today and yesterday', () => {
    const now = new Date(2026, 4, 20, 15, 0);
    expect(when(new Date(2026, 4, 20, 9, 5).toISOString(), now)).toBe('Today 09:05');
    expect(when(new Date(2026, 4, 19, 23, 59).toISOString(), now)).toBe('Yesterday 23:59');
    expect(when(new Date(2026, 0, 2).toISOString(), now)).toBe('2 Jan');
    expect(when(new Date(2024, 0, 2).toISOString(), now)).toBe('2 Jan 2024');
    expect(when(null, now)).toBe('–');
    expect(when('not a time', now)).toBe('–');
  });
});

describe('paths', () => {
  it('keep the separator of their system', () => {
    expect(joinPath('/home/ada/', 'faces')).toBe('/home/ada/faces');
    expect(joinPath('C:\\Users\\ada', 'faces')).toBe('C:\\Users\\ada\\faces');
  });

  it('make folders of names in any script', () => {
    expect(folderName('  My study, part 2 ')).toBe('my-study-part-2');
    expect(folderName('Étude Ω')).toBe('étude-ω');
    expect(folderName('***')).toBe('project');
  });
});
