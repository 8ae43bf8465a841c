import { z } from 'zod';

/** The part of a picture that holds the face, in pixels of the upright picture; only that part is shown and learned from. */
export const Box = z.object({
  x: z.number().int().min(0),
  y: z.number().int().min(0),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
});
export type Box = z.infer<typeof Box>;

/**
 * The box in whole pixels inside a picture of this size, or null where nothing of it lies inside: data sets bring boxes
 * that reach over the edge.
 */
export function clampBox(
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  picture: { readonly width: number; readonly height: number },
): Box | null {
  const left = Math.max(0, Math.round(box.x));
  const top = Math.max(0, Math.round(box.y));
  const right = Math.min(picture.width, Math.round(box.x + box.width));
  const bottom = Math.min(picture.height, Math.round(box.y + box.height));
  if (!(right > left && bottom > top)) return null;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** A box in few characters, e.g. for a key or an address: "12.30.64.64". */
export function boxText({ x, y, width, height }: Box): string {
  return `${x}.${y}.${width}.${height}`;
}
