import { describe, expect, it } from 'vitest';
import {
  EVERYTHING,
  includes,
  NOTHING,
  sizeOf,
  toggled,
  toRequest,
  withImages,
  withoutImages,
} from '../../../src-renderer/views/gallery/selection.ts';

describe('selection', () => {
  it('adds, takes away and counts', () => {
    const some = withImages(NOTHING, [1, 2, 3]);
    expect(sizeOf(some, 100)).toBe(3);
    expect(includes(toggled(some, 2), 2)).toBe(false);
    expect(sizeOf(withoutImages(some, [1, 9]), 100)).toBe(2);
    expect(sizeOf(NOTHING, 100)).toBe(0);
  });

  it('everything but some needs no list of everything', () => {
    const most = toggled(toggled(EVERYTHING, 7), 8);
    expect(sizeOf(most, 1_000_000)).toBe(999_998);
    expect(includes(most, 7)).toBe(false);
    expect(includes(most, 1)).toBe(true);
    expect(toRequest(most, 'snap', 1_000_000)).toEqual({ snapshot: 'snap', except: [7, 8] });
    expect(includes(withImages(most, [7]), 7)).toBe(true);
  });

  it('asks for nothing when nothing is chosen', () => {
    expect(toRequest(NOTHING, 'snap', 10)).toBeNull();
    expect(toRequest(withoutImages(EVERYTHING, [1]), 'snap', 1)).toBeNull();
    expect(toRequest(withImages(NOTHING, [4]), 'snap', 10)).toEqual({ images: [4] });
  });

  it('never changes a selection in place', () => {
    withImages(NOTHING, [1]);
    withoutImages(EVERYTHING, [1]);
    expect(sizeOf(NOTHING, 10)).toBe(0);
    expect(sizeOf(EVERYTHING, 10)).toBe(10);
  });
});
