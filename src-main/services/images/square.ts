import type { Box } from '../../../src-shared/domain/box.ts';
import { PREPROCESSING } from '../engine/preprocessing.ts';
import { cmykToRgb, isCmyk } from './cmyk.ts';
import { openImage, readable, upright } from './decode.ts';
import { readImageFileSync } from './read.ts';
import { resizeBilinear } from './resize.ts';
import type { Raster } from './resize.ts';

const { side: SIDE } = PREPROCESSING;

/**
 * Decodes an image file for the model: first frame, upright by its EXIF orientation, RGB, resized to 224 × 224
 * (bilinear with antialias) without keeping the aspect ratio, as torchvision's Resize((224, 224)) on a PIL image.
 * Reading and resizing keep this thread busy for milliseconds: other threads have `decodeSquare` of pixels.ts.
 * @param box part of the upright picture that is taken; null for the whole of it.
 * @returns interleaved bytes [224 · 224 · 3].
 * @throws FailureError 'unreadable'.
 */
export async function decodeSquareHere(file: string, box: Box | null = null): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = readImageFileSync(file);
  const square = resizeBilinear(await decodeUpright(bytes, box), SIDE, SIDE);
  if (square.channels === 3) return square.data;
  const rgb = new Uint8Array(SIDE * SIDE * 3);
  for (let to = 0, from = 0; to < rgb.length; to += 3, from += square.channels)
    rgb[to] = rgb[to + 1] = rgb[to + 2] = square.data[from] as number;
  return rgb;
}

/**
 * A decoded image, upright: grey (1 channel) or RGB (3), with values as they stand in the file: alpha is dropped without
 * blending and no colour profile is applied, as PIL's convert('RGB'). Of 16 bits the upper 8 are kept.
 */
async function decodeUpright(bytes: Uint8Array, box: Box | null): Promise<Raster> {
  return readable(bytes, async () => {
    const inks = isCmyk(bytes);
    const image = upright(await openImage(bytes, 'stored'), box);
    const wanted = inks
      ? image.pipelineColourspace('cmyk').toColourspace('cmyk')
      : image.removeAlpha().toColourspace('srgb');
    const { data, info } = await wanted.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    const raster = { data, width: info.width, height: info.height, channels: info.channels };
    return inks ? cmykToRgb(raster) : raster;
  });
}
