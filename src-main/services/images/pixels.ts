import { PREPROCESSING } from '../engine/preprocessing.ts';
import type { Box } from '../../../src-shared/domain/box.ts';
import { SquarePool } from './square-pool.ts';

/** Side of the model's input, pixels. */
export const SIDE = PREPROCESSING.side;
const AREA = SIDE * SIDE;

/**
 * Normalised value by channel × byte, rounded to float32 after each step as torchvision's ToTensor and Normalize do.
 */
const NORMALISED = new Float32Array(3 * 256);
for (const [channel, mean] of PREPROCESSING.mean.entries())
  for (let byte = 0; byte < 256; byte++) {
    const centred = Math.fround(Math.fround(byte / 255) - Math.fround(mean));
    NORMALISED[channel * 256 + byte] = centred / Math.fround(PREPROCESSING.std[channel] ?? 1);
  }

const pool = new SquarePool();

/**
 * Decodes an image file for the model, in a thread of its own: first frame, upright, RGB, 224 × 224, as
 * `decodeSquareHere` tells in full.
 * @param box part of the upright picture that is taken; null for the whole of it.
 * @returns interleaved bytes [224 · 224 · 3].
 * @throws FailureError 'unreadable'.
 */
export function decodeSquare(file: string, box: Box | null = null): Promise<Uint8Array> {
  return pool.decode(file, box);
}

/**
 * ImageNet normalisation (x / 255 - mean) / std of interleaved RGB bytes [224 · 224 · 3].
 * @param out receives the planes [3, 224, 224] from element `offset` on.
 */
export function normalise(rgb: Uint8Array, out: Float32Array, offset: number): void {
  for (let channel = 0; channel < 3; channel++) {
    const table = NORMALISED.subarray(channel * 256, channel * 256 + 256);
    const plane = offset + channel * AREA;
    for (let pixel = 0; pixel < AREA; pixel++) out[plane + pixel] = table[rgb[pixel * 3 + channel] as number] as number;
  }
}
