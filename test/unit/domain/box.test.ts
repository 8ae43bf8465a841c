import { expect, it } from 'vitest';
import { clampBox } from '../../../src-shared/domain/box.ts';

it('cuts a box at the edges of the picture, in whole pixels', () => {
  const picture = { width: 100, height: 80 };
  expect(clampBox({ x: -10, y: 5.4, width: 60, height: 200 }, picture)).toEqual({ x: 0, y: 5, width: 50, height: 75 });
  expect(clampBox({ x: 120, y: 5, width: 60, height: 20 }, picture)).toBeNull();
  expect(clampBox({ x: 10, y: 10, width: Number.NaN, height: 20 }, picture)).toBeNull();
});
