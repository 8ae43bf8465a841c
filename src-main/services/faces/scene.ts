import type { Random } from '../engine/random.ts';

/** How a face was photographed. */
export interface Scene {
  /** -1 looks to its right … 1 to its left; about ±20 degrees. */
  readonly yaw: number;
  /** -1 looks down … 1 up. */
  readonly pitch: number;
  /** Degrees. */
  readonly roll: number;
  /** -1 lit from the left … 1 from the right. */
  readonly light: number;
  /** Strength of the shadow side, 0-1. */
  readonly contrast: number;
  /** Multiplies brightness. */
  readonly exposure: number;
  readonly scale: number;
  readonly shiftX: number;
  readonly shiftY: number;
  readonly grey: boolean;
  /** Gaussian blur, pixels; 0 = sharp. */
  readonly blur: number;
  /** Standard deviation of the sensor's noise, of 255. */
  readonly noise: number;
}

export function drawScene(random: Random): Scene {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const side = random.uniform() < 0.5 ? -1 : 1;
  return {
    yaw: between(-1, 1),
    pitch: between(-1, 1),
    roll: between(-6, 6),
    light: side * between(0.3, 1),
    contrast: between(0.25, 0.9),
    exposure: between(0.9, 1.14),
    scale: between(1.02, 1.13),
    shiftX: between(-5, 5),
    shiftY: between(-4, 4),
    grey: random.uniform() < 0.22,
    blur: random.uniform() < 0.2 ? between(0.4, 1.1) : 0,
    noise: between(0.6, 3.6),
  };
}
