import { PREPROCESSING } from '../engine/preprocessing.ts';
import type { Box } from '../../../src-shared/domain/box.ts';
import { openImage, readable, upright } from './decode.ts';
import { readImageFile } from './read.ts';
import { resizeBilinear } from './resize.ts';
import type { Raster } from './resize.ts';

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

/**
 * A decoded image, upright: grey (1 channel) or RGB (3); alpha is dropped without blending, as PIL's convert('RGB')
 * does.
 */
async function decodeUpright(bytes: Uint8Array, box: Box | null): Promise<Raster> {
  return readable(async () => {
    const { data, info } = await upright(openImage(bytes, 'stored'), box)
      .removeAlpha()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: info.channels };
  });
}

/**
 * Decodes an image file for the model: first frame, upright by its EXIF orientation, RGB, resized to 224 × 224
 * (bilinear with antialias) without keeping the aspect ratio, as torchvision's Resize((224, 224)) on a PIL image.
 * @param box part of the upright picture that is taken; null for the whole of it.
 * @returns interleaved bytes [224 · 224 · 3].
 * @throws FailureError 'unreadable'.
 */
export async function decodeSquare(file: string, box: Box | null = null): Promise<Uint8Array> {
  const { bytes } = await readImageFile(file);
  const square = await resizeBilinear(await decodeUpright(bytes, box), SIDE, SIDE);
  if (square.channels === 3) return square.data;
  const rgb = new Uint8Array(AREA * 3);
  for (let pixel = 0; pixel < AREA; pixel++)
    rgb.fill(square.data[pixel * square.channels] ?? 0, pixel * 3, pixel * 3 + 3);
  return rgb;
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
