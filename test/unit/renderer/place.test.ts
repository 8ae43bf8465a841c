import { describe, expect, it } from 'vitest';
import { elsewhere, formatPlace, parsePlace, withParams } from '../../../src-renderer/state/place.ts';

describe('place in the address', () => {
  it('reads and writes any query', () => {
    const place = { path: '/gallery', params: { ds: '1', q: 'label:sad sigma>.6 "a & b=c?"' } };
    expect(parsePlace(formatPlace(place))).toEqual(place);
  });

  it('reads what a person may type', () => {
    expect(parsePlace('')).toEqual({ path: '/', params: {} });
    expect(parsePlace('#/train/12')).toEqual({ path: '/train/12', params: {} });
    expect(parsePlace('#gallery?ds=2').path).toBe('/gallery');
  });

  it('keeps data, run, filter, order and focus in another view, and nothing else', () => {
    const place = parsePlace('#/gallery?ds=1&run=2&q=wrong&sort=-loss&focus=7&open=1');
    expect(elsewhere(place, '/analysis').params).toEqual({ ds: '1', run: '2', q: 'wrong', sort: '-loss', focus: '7' });
    expect(elsewhere(place, '/gallery', { q: 'label:sad', focus: null }).params).not.toHaveProperty('focus');
  });

  it('drops empty parameters', () => {
    expect(withParams(parsePlace('#/gallery?q=wrong'), { q: '' }).params).toEqual({});
  });
});
