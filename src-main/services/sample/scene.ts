import type { Deformation } from './action-units.ts';
import type { Capture } from './capture.ts';
import type { Head, Spot } from './head.ts';
import type { Identity } from './identity.ts';
import type { Sheet } from './sheet.ts';
import type { Stream } from './stream.ts';

/** What every part of a face is drawn from. */
export interface Scene {
  readonly sheet: Sheet;
  readonly head: Head;
  readonly identity: Identity;
  readonly form: Deformation;
  readonly capture: Capture;
  /** Random detail that carries no meaning: strands, freckles. */
  readonly detail: Stream;
}

/** Left and right in the picture. */
export const SIDES = [-1, 1] as const;

/** The same spots on the other side of the face. */
export function mirror(spots: readonly Spot[]): Spot[] {
  return spots.map(([x, y, z]): Spot => (z === undefined ? [-x, y] : [-x, y, z]));
}

/** A symmetric outline from its right half, given from the top down. */
export function bothSides(half: readonly Spot[]): Spot[] {
  const onAxis = (spot: Spot | undefined) => spot?.[0] === 0;
  const left = mirror(half).reverse();
  return [...half, ...left.slice(onAxis(half.at(-1)) ? 1 : 0, onAxis(half[0]) ? -1 : undefined)];
}

/** The value between two, by how far `amount` has come from 0 to 1. */
export function lerp(from: number, to: number, amount: number): number {
  return from + (to - from) * amount;
}

/** Limits a value. */
export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
