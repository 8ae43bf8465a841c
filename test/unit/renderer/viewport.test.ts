import { describe, expect, it } from 'vitest';
import { FITTED, fittedScale, panned, placeOf, zoomed } from '../../../src-renderer/views/inspector/viewport.ts';

const picture = { width: 100, height: 200 };
const stage = { width: 648, height: 448 };

describe('the picture on its stage', () => {
  it('fits with a margin, in the middle, and small pictures do not grow without end', () => {
    expect(fittedScale(picture, stage)).toBe(2);
    expect(placeOf(FITTED, picture, stage)).toEqual({ left: 224, top: 24, width: 200, height: 400 });
    expect(fittedScale({ width: 16, height: 16 }, { width: 4_000, height: 4_000 })).toBe(40);
  });

  it('keeps the place under the pointer while zooming', () => {
    let view = zoomed(FITTED, 3, picture, stage, { x: 300, y: 100 });
    const under = (one: typeof view) => {
      const { left, top, width, height } = placeOf(one, picture, stage);
      return [(300 - left) / width, (100 - top) / height];
    };
    const [x = NaN, y = NaN] = under(FITTED);
    // The width fits the stage still and stays in the middle; the height does not.
    expect(under(view)[1]).toBeCloseTo(y, 9);
    view = zoomed(view, 3, picture, stage, { x: 300, y: 100 });
    expect(under(view)[1]).toBeCloseTo(y, 9);
    expect(x).toBeGreaterThan(0);
    const wide = { width: 400, height: 400 };
    const before = placeOf(FITTED, wide, stage);
    const after = placeOf(zoomed(FITTED, 4, wide, stage, { x: 250, y: 300 }), wide, stage);
    expect((250 - after.left) / after.width).toBeCloseTo((250 - before.left) / before.width, 9);
    expect((300 - after.top) / after.height).toBeCloseTo((300 - before.top) / before.height, 9);
  });

  it('is fitted again when zoomed out far enough, and stops growing', () => {
    expect(zoomed(zoomed(FITTED, 4, picture, stage), 1 / 8, picture, stage)).toEqual(FITTED);
    expect(zoomed(FITTED, 1_000, picture, stage).scale).toBe(32);
  });

  it('pans by stage pixels, and never off the stage', () => {
    const near = zoomed(FITTED, 8, picture, stage);
    const [from, to] = [
      placeOf(near, picture, stage),
      placeOf(panned(near, { x: 30, y: -50 }, picture, stage), picture, stage),
    ];
    expect(to.left - from.left).toBeCloseTo(30, 9);
    expect(to.top - from.top).toBeCloseTo(-50, 9);
    const far = placeOf(panned(near, { x: 1e6, y: -1e6 }, picture, stage), picture, stage);
    expect(far.left).toBeCloseTo(stage.width / 2, 6);
    expect(far.top + far.height).toBeCloseTo(stage.height / 2, 6);
    expect(panned(FITTED, { x: 10, y: 10 }, picture, stage)).toEqual(FITTED);
  });
});
