import { describe, expect, it } from 'vitest';
import { drawBox, moveBox, pullBox, stored, wholeOf } from '../../../../src-renderer/views/inspector/box-edit.ts';

const picture = { width: 100, height: 60 };

describe('a face box', () => {
  it('is drawn between two corners in any order, in whole pixels, inside the picture', () => {
    expect(drawBox({ x: 40.4, y: 30.6 }, { x: 10.2, y: 5 }, picture)).toEqual({ x: 10, y: 5, width: 30, height: 26 });
    expect(drawBox({ x: -20, y: -5 }, { x: 300, y: 20 }, picture)).toEqual({ x: 0, y: 0, width: 100, height: 20 });
  });

  it('is never too small to hold a face, even where it is drawn in a corner', () => {
    expect(drawBox({ x: 99.8, y: 59.9 }, { x: 120, y: 90 }, picture)).toEqual({ x: 96, y: 56, width: 4, height: 4 });
    expect(drawBox({ x: 0, y: 0 }, { x: 1, y: 1 }, { width: 2, height: 3 })).toEqual({
      x: 0,
      y: 0,
      width: 2,
      height: 3,
    });
  });

  it('is moved as far as the picture goes, with its size', () => {
    const box = { x: 10, y: 10, width: 30, height: 20 };
    expect(moveBox(box, { x: 5, y: -3 }, picture)).toEqual({ ...box, x: 15, y: 7 });
    expect(moveBox(box, { x: 500, y: 500 }, picture)).toEqual({ ...box, x: 70, y: 40 });
  });

  it('is pulled at a side or corner while the others stay', () => {
    const box = { x: 10, y: 10, width: 30, height: 20 };
    expect(pullBox(box, 'se', { x: 5, y: 6 }, picture)).toEqual({ x: 10, y: 10, width: 35, height: 26 });
    expect(pullBox(box, 'nw', { x: -50, y: 4 }, picture)).toEqual({ x: 0, y: 14, width: 40, height: 16 });
    expect(pullBox(box, 'w', { x: 90, y: 90 }, picture)).toEqual({ x: 36, y: 10, width: 4, height: 20 });
    expect(pullBox(box, 'n', { x: 9, y: 2 }, picture)).toEqual({ x: 10, y: 12, width: 30, height: 18 });
  });

  it('is stored as none where it is the whole picture', () => {
    expect(stored(wholeOf(picture), picture)).toBeNull();
    expect(stored({ ...wholeOf(picture), width: 99 }, picture)).toEqual({ x: 0, y: 0, width: 99, height: 60 });
  });
});
