import type { Box } from '../../../src-shared/domain/box.ts';
import { openImage, readable, upright } from './decode.ts';
import { readImageFile } from './read.ts';

const SIDE = 32;

/**
 * A picture, or the face in it, as 32 × 32 grey values with mean 0 and length 1: the product of two such is the
 * correlation of the pictures, whatever their brightness and contrast.
 * @throws FailureError 'unreadable'.
 */
export async function greyVector(file: string, box: Box | null): Promise<Float32Array> {
  const bytes = await readImageFile(file);
  const grey = await readable(bytes, async () =>
    upright(await openImage(bytes, 'stored'), box)
      .removeAlpha()
      .resize(SIDE, SIDE, { fit: 'fill', kernel: 'linear' })
      .greyscale()
      .raw({ depth: 'uchar' })
      .toBuffer(),
  );
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length;
  const centred = Float32Array.from(grey, (value) => value - mean);
  const length = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? centred : centred.map((value) => value / length);
}

/** Correlation of two pictures, -1 to 1. */
export function correlation(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum;
}
