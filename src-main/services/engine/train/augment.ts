/**
 * Augmentation of a training image, each step as torchvision.transforms.v2 defines it on tensors: flip, rotation, padded crop,
 * colour jitter, normalisation, erasing. What is drawn is separated from what is done, so that a seed names it completely.
 */
import type { Augmentation } from '../../../../src-shared/domain/run.ts';
import { normaliseRgb } from '../preprocessing.ts';
import type { Random } from '../random.ts';
import { jitterColours } from './augment-colour.ts';
import type { ColourStep } from './augment-colour.ts';
import { warp } from './augment-geometry.ts';
import type { Warp } from './augment-geometry.ts';

/** Everything that chance decides about one image in one epoch. */
export interface AugmentationDraw {
  readonly warp: Warp;
  /** In the order in which they are applied. */
  readonly colours: readonly ColourStep[];
  /** Rectangle set to zero after normalising, or null. */
  readonly erase: Rectangle | null;
}

export interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Defaults of torchvision's RandomErasing: share of the area, and height to width. */
const ERASE_AREA = [0.02, 0.33] as const;
const ERASE_RATIO = [0.3, 3.3] as const;
const ERASE_ATTEMPTS = 10;

const between = (random: Random, low: number, high: number): number => low + (high - low) * random.uniform();

/** Draws for one image of `side` x `side` pixels. Each kind has its own stream: switching one off moves no other. */
export function drawAugmentation(settings: Augmentation, side: number, random: Random): AugmentationDraw {
  return {
    warp: drawWarp(settings, random),
    colours: settings.colorJitter > 0 ? drawColours(settings.colorJitter, random.split('colour')) : [],
    erase: settings.randomErasing > 0 ? drawErase(settings.randomErasing, side, random.split('erase')) : null,
  };
}

function drawWarp(settings: Augmentation, random: Random): Warp {
  const crop = random.split('crop');
  const shift = (): number => crop.integer(2 * settings.cropPadding + 1) - settings.cropPadding;
  return {
    flip: settings.horizontalFlip && random.split('flip').uniform() < 0.5,
    degrees: between(random.split('rotation'), -settings.rotation, settings.rotation),
    down: shift(),
    right: shift(),
  };
}

function drawColours(strength: number, random: Random): ColourStep[] {
  const kinds = ['brightness', 'contrast', 'saturation'] as const;
  const steps = kinds.map((kind) => ({ kind, factor: between(random, Math.max(0, 1 - strength), 1 + strength) }));
  return [...random.permutation(kinds.length)].flatMap((index) => steps[index] ?? []);
}

function drawErase(probability: number, side: number, random: Random): Rectangle | null {
  if (random.uniform() >= probability) return null;
  for (let attempt = 0; attempt < ERASE_ATTEMPTS; attempt++) {
    const area = side * side * between(random, ...ERASE_AREA);
    const ratio = Math.exp(between(random, Math.log(ERASE_RATIO[0]), Math.log(ERASE_RATIO[1])));
    const height = Math.round(Math.sqrt(area * ratio));
    const width = Math.round(Math.sqrt(area / ratio));
    if (height >= side || width >= side) continue;
    return { top: random.integer(side - height + 1), left: random.integer(side - width + 1), height, width };
  }
  return null;
}

/**
 * Applies a draw and normalises.
 * @param rgb side x side x 3 bytes.
 * @param every the network looks at every `every`-th row and column only: nothing else is computed.
 * @param out planes R, G, B from `offset` on: [3, side, side]; pixels that nobody looks at stay as they are.
 */
export function augment(
  rgb: Uint8Array,
  side: number,
  every: number,
  draw: AugmentationDraw,
  out: Float32Array,
  offset: number,
): void {
  const pixels = warp(rgb, side, every, draw.warp);
  jitterColours(pixels, draw.colours);
  normaliseRgb(pixels, side, every, out, offset);
  if (draw.erase) erase(out, side, draw.erase, offset);
}

function erase(out: Float32Array, side: number, { top, left, height, width }: Rectangle, offset: number): void {
  for (let plane = 0; plane < 3; plane++) {
    for (let row = top; row < top + height; row++) {
      const start = offset + (plane * side + row) * side + left;
      out.fill(0, start, start + width);
    }
  }
}
