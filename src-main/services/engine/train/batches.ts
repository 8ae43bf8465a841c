/** Batches ready to train on: decoded, augmented and normalised, one step ahead of the network. */
import { IMAGE_SIDE, sizeTable } from '../model/config.ts';
import { Random } from '../random.ts';
import type { TrainingPlan } from '../interface.ts';
import { augment, drawAugmentation } from './augment.ts';
import type { PixelCache } from './pixels.ts';
import { targetsOf } from './targets.ts';

export interface TrainingBatch {
  /** [batch, 3, 224, 224], normalised. */
  readonly images: Float32Array;
  /** Index into classes, one an image. */
  readonly labels: Int32Array;
  /** [batch, classes] one-hot or soft labels. */
  readonly targets: Float32Array;
}

/** What of a plan a batch is made by. */
type BatchPlan = Pick<TrainingPlan, 'settings' | 'classes' | 'train'>;

/**
 * Makes batches. What happens to an image depends on the run's seed, the epoch, which image it is and how often it came before in
 * the epoch, and on nothing else: not on the batch size, the number of threads or which other images there are.
 */
export class BatchMaker {
  readonly #plan: BatchPlan;
  readonly #pixels: PixelCache;
  readonly #random: Random;
  readonly #every: number;

  constructor(plan: BatchPlan, pixels: PixelCache) {
    this.#plan = plan;
    this.#pixels = pixels;
    this.#random = Random.seeded(plan.settings.seed).split('augment');
    this.#every = sizeTable(plan.settings.size).sampleStep;
  }

  /**
   * @param repeats how often the image in each place came before in this epoch (`repeatsIn`).
   * @throws FailureError where an image cannot be decoded.
   */
  async make(positions: Uint32Array, epoch: number, repeats: Uint32Array): Promise<TrainingBatch> {
    const { train, settings, classes } = this.#plan;
    const chosen = Array.from(positions, (position) => {
      const image = train[position];
      if (image === undefined) throw new RangeError(`There is no training image ${position}.`);
      return image;
    });
    const pixels = await Promise.all(chosen.map((image) => this.#pixels.get(image)));
    const images = new Float32Array(chosen.length * 3 * IMAGE_SIDE ** 2);
    chosen.forEach(({ id }, slot) => {
      const before = repeats[slot] ?? 0;
      const random = this.#random.split(before === 0 ? `${epoch}/${id}` : `${epoch}/${id}/${before}`);
      const draw = drawAugmentation(settings.augmentation, IMAGE_SIDE, random);
      const source = pixels[slot];
      if (source) augment(source, IMAGE_SIDE, this.#every, draw, images, slot * 3 * IMAGE_SIDE ** 2);
    });
    return {
      images,
      labels: Int32Array.from(chosen, ({ label }) => label),
      targets: targetsOf(chosen, classes.length),
    };
  }
}
