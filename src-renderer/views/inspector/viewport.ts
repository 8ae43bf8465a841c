/** Where a picture lies on its stage: zoom and pan as plain numbers. All in CSS pixels of the stage. */

export interface Extent {
  readonly width: number;
  readonly height: number;
}

export interface View {
  /** Stage pixels for one of the picture; null: as large as fits. */
  readonly scale: number | null;
  /** The place of the picture, in 0..1 of it, that lies in the middle of the stage. */
  readonly x: number;
  readonly y: number;
}

export const FITTED: View = { scale: null, x: 0.5, y: 0.5 };

/** Largest side of a fitted picture: beyond, pixels only grow. */
const LARGEST = 640;
const MARGIN = 24;
const MOST = 32;

/** Scale at which the whole picture is seen. */
export function fittedScale(picture: Extent, stage: Extent): number {
  const room = Math.min(
    Math.max(1, stage.width - 2 * MARGIN) / picture.width,
    Math.max(1, stage.height - 2 * MARGIN) / picture.height,
  );
  return Math.min(room, LARGEST / Math.max(picture.width, picture.height));
}

export function scaleOf(view: View, picture: Extent, stage: Extent): number {
  return view.scale ?? fittedScale(picture, stage);
}

/** Left, top and size of the picture on the stage. */
export function placeOf(
  view: View,
  picture: Extent,
  stage: Extent,
): { readonly left: number; readonly top: number; readonly width: number; readonly height: number } {
  const scale = scaleOf(view, picture, stage);
  const [width, height] = [picture.width * scale, picture.height * scale];
  return { left: stage.width / 2 - view.x * width, top: stage.height / 2 - view.y * height, width, height };
}

/** Holds the picture on the stage: no side comes further in than the stage's middle, and what fits lies in the middle. */
export function held(view: View, picture: Extent, stage: Extent): View {
  if (view.scale === null) return FITTED;
  const axis = (at: number, length: number, room: number): number =>
    length <= room ? 0.5 : Math.min(1, Math.max(0, at));
  return {
    scale: view.scale,
    x: axis(view.x, picture.width * view.scale, stage.width),
    y: axis(view.y, picture.height * view.scale, stage.height),
  };
}

/**
 * Zoomed by a factor, the place under a point of the stage staying where it is.
 * @param at in stage pixels; its middle where left out. Zoomed out to what fits, the view is fitted again.
 */
export function zoomed(view: View, by: number, picture: Extent, stage: Extent, at?: { x: number; y: number }): View {
  const before = placeOf(view, picture, stage);
  const fitted = fittedScale(picture, stage);
  const scale = Math.min(MOST, scaleOf(view, picture, stage) * by);
  if (scale <= fitted * 1.001 && by < 1) return FITTED;
  const point = at ?? { x: stage.width / 2, y: stage.height / 2 };
  const place = { x: (point.x - before.left) / before.width, y: (point.y - before.top) / before.height };
  const next = {
    scale,
    x: place.x + (stage.width / 2 - point.x) / (picture.width * scale),
    y: place.y + (stage.height / 2 - point.y) / (picture.height * scale),
  };
  return held(next, picture, stage);
}

/** Moved by stage pixels: positive shows more of the left and the top. */
export function panned(view: View, by: { x: number; y: number }, picture: Extent, stage: Extent): View {
  if (view.scale === null) return view;
  const { width, height } = placeOf(view, picture, stage);
  return held({ ...view, x: view.x - by.x / width, y: view.y - by.y / height }, picture, stage);
}
