import { describe, expect, it } from 'vitest';
import {
  chips,
  facetValues,
  withFacet,
  withRange,
  withTerm,
  withoutTerm,
} from '../../../src-shared/domain/query/edit.ts';

describe('chips', () => {
  it('mirror the words with their places, problems included', () => {
    const q = ' label:sad  colour:red';
    expect(chips(q)).toEqual([
      { text: 'label:sad', start: 1, end: 10 },
      {
        text: 'colour:red',
        start: 12,
        end: 22,
        problem: expect.stringContaining('no field “colour”') as string,
        suggestion: null,
      },
    ]);
  });
});

describe('editing a query', () => {
  it('adds a term once, in whatever spelling it is there', () => {
    expect(withTerm('', 'wrong')).toBe('wrong');
    expect(withTerm('label:sad', 'wrong')).toBe('label:sad wrong');
    expect(withTerm('label:Sadness', 'label:sad')).toBe('label:Sadness');
    expect(withTerm('-wrong', 'wrong')).toBe('-wrong wrong');
  });

  it('removes a word by its place and keeps the others as written', () => {
    expect(withoutTerm('label:Sadness "a b" wrong', 1)).toBe('label:Sadness wrong');
    expect(withoutTerm('wrong', 0)).toBe('');
  });

  it('replaces what was asked of a facet, leaving negations and the rest', () => {
    expect(withFacet('label:sad wrong -label:happy', 'label', ['fear', 'anger'])).toBe(
      'wrong -label:happy label:fear,anger',
    );
    expect(withFacet('label:sad wrong', 'label', [])).toBe('wrong');
    expect(withFacet('', 'split', ['my test'])).toBe('split:"my test"');
    expect(facetValues('label:Sad,fear label:none -label:happy', 'label')).toEqual(['sad', 'fear', 'none']);
  });

  it('replaces a range', () => {
    expect(withRange('sigma>.6 wrong', 'sigma', [0.1, 0.5])).toBe('wrong sigma=0.1..0.5');
    expect(withRange('sigma>.6 loss<1', 'sigma', null)).toBe('loss<1');
  });
});
