/** Drawing, moving and resizing a face box in whole pixels of the upright picture. Pure: nothing here knows a screen. */
import type { Box } from '../../../src-shared/domain/box.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A side or corner that is pulled: the first letter of its compass directions. */
export const HANDLES = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'] as const;
export type Handle = (typeof HANDLES)[number];

/** Sides of the smallest box: fewer pixels show no face. */
export const LEAST = 4;

const between = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** The box between two corners, in either order; at least LEAST wide and high, and inside the picture. */
export function drawBox(from: Point, to: Point, picture: Size): Box {
  const span = (a: number, b: number, most: number): [start: number, length: number] => {
    const least = Math.min(LEAST, most);
    const [low, high] = [between(Math.round(Math.min(a, b)), 0, most), between(Math.round(Math.max(a, b)), 0, most)];
    const start = Math.min(low, most - least);
    return [start, Math.max(least, high - start)];
  };
  const [x, width] = span(from.x, to.x, picture.width);
  const [y, height] = span(from.y, to.y, picture.height);
  return { x, y, width, height };
}

/** The box somewhere else, as far as the picture goes; its size stays. */
export function moveBox(box: Box, by: Point, picture: Size): Box {
  return {
    ...box,
    x: between(Math.round(box.x + by.x), 0, picture.width - box.width),
    y: between(Math.round(box.y + by.y), 0, picture.height - box.height),
  };
}

/** The box with one side or corner pulled; the others stay where they are. */
export function pullBox(box: Box, handle: Handle, by: Point, picture: Size): Box {
  const least = { x: Math.min(LEAST, picture.width), y: Math.min(LEAST, picture.height) };
  let [left, top, right, bottom] = [box.x, box.y, box.x + box.width, box.y + box.height];
  if (handle.includes('w')) left = between(Math.round(left + by.x), 0, right - least.x);
  if (handle.includes('e')) right = between(Math.round(right + by.x), left + least.x, picture.width);
  if (handle.includes('n')) top = between(Math.round(top + by.y), 0, bottom - least.y);
  if (handle.includes('s')) bottom = between(Math.round(bottom + by.y), top + least.y, picture.height);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** A box as it is stored: null where it is the whole picture. */
export function stored(box: Box, picture: Size): Box | null {
  const whole = box.x === 0 && box.y === 0 && box.width === picture.width && box.height === picture.height;
  return whole ? null : box;
}

export const wholeOf = ({ width, height }: Size): Box => ({ x: 0, y: 0, width, height });
