/**
 * The head as a surface in space. Parts are drawn in units of the face (origin between the eyes, x to the right of the
 * picture, y down, the eyes 26 apart, the chin near y = 44) and placed on the picture by the head's turn, so that the far
 * eye narrows and the nose moves more than the ears.
 */
import type { Capture } from './capture.ts';
import type { Identity } from './identity.ts';
import { loop, type Path, type Point, smooth } from './sheet.ts';

/** A point of the face; the third number is its depth toward the viewer where it does not lie on the surface. */
export type Spot = readonly [x: number, y: number, z?: number];

/** How far the middle of the face stands before the ears. */
const DEPTH = 23;
/** Where the origin of the face lies on the picture. */
const EYES: Point = [50, 46.5];

export class Head {
  readonly #turn: { readonly cos: number; readonly sin: number };
  readonly #nod: { readonly cos: number; readonly sin: number };
  readonly #half: number;

  constructor(identity: Identity, { yaw, pitch }: Pick<Capture, 'yaw' | 'pitch'>) {
    const radians = Math.PI / 180;
    this.#turn = { cos: Math.cos(yaw * radians), sin: Math.sin(yaw * radians) };
    this.#nod = { cos: Math.cos(pitch * radians), sin: Math.sin(pitch * radians) };
    this.#half = identity.head.width * 1.03;
  }

  /** Depth of the face's surface: half an ellipsoid. */
  depth(x: number, y: number): number {
    const away = (x / this.#half) ** 2 + ((y - 2) / 50) ** 2;
    return DEPTH * Math.sqrt(Math.max(0, 1 - away));
  }

  /** Where a spot of the face lies on the picture. */
  at([x, y, z = this.depth(x, y)]: Spot): Point {
    const side = x * this.#turn.cos + (z - 12) * this.#turn.sin;
    const down = (y - 4) * this.#nod.cos - (z - 12) * this.#nod.sin + 4;
    return [EYES[0] + side, EYES[1] + down];
  }

  /** A line, or a shape with corners where runs meet. */
  path(runs: readonly (readonly Spot[])[], closed = false): Path {
    return smooth(
      runs.map((run) => run.map((spot) => this.at(spot))),
      closed,
    );
  }

  line(spots: readonly Spot[]): Path {
    return this.path([spots]);
  }

  /** A closed outline without corners. */
  loop(spots: readonly Spot[]): Path {
    return loop(spots.map((spot) => this.at(spot)));
  }
}
