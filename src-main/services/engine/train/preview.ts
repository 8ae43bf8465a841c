/** What augmentation makes of a picture, for people to look at: drawn, applied and normalised by the code that trains. */
import type { Augmentation, AugmentedVersions } from '../../../../src-shared/domain/run.ts';
import { IMAGE_SIDE } from '../model/config.ts';
import { PREPROCESSING } from '../preprocessing.ts';
import { Random } from '../random.ts';
import { augment, drawAugmentation } from './augment.ts';

/** Every second pixel, as the paper's backbones look at it. */
const EVERY = 2;
export const PREVIEW_SIDE = IMAGE_SIDE / EVERY;

/**
 * @param rgb 224 x 224 x 3 bytes.
 * @param count versions, each by a draw of its own that the seed repeats.
 */
export function augmentedVersions(
  rgb: Uint8Array,
  augmentation: Augmentation,
  seed: number,
  count: number,
): AugmentedVersions {
  const cells = PREVIEW_SIDE ** 2;
  const rgba = new Uint8ClampedArray(count * cells * 4).fill(255);
  const planes = new Float32Array(3 * IMAGE_SIDE ** 2);
  const random = Random.seeded(seed).split('augment');
  for (let version = 0; version < count; version++) {
    const draw = drawAugmentation(augmentation, IMAGE_SIDE, random.split(`${version + 1}/0`));
    augment(rgb, IMAGE_SIDE, EVERY, draw, planes, 0);
    for (let channel = 0; channel < 3; channel++) {
      const [mean = 0, deviation = 1] = [PREPROCESSING.mean[channel], PREPROCESSING.std[channel]];
      for (let cell = 0; cell < cells; cell++) {
        const [row, column] = [Math.floor(cell / PREVIEW_SIDE), cell % PREVIEW_SIDE];
        const value = planes[(channel * IMAGE_SIDE + row * EVERY) * IMAGE_SIDE + column * EVERY] ?? 0;
        rgba[(version * cells + cell) * 4 + channel] = 255 * (value * deviation + mean);
      }
    }
  }
  return { side: PREVIEW_SIDE, rgba: new Uint8Array(rgba.buffer) };
}
