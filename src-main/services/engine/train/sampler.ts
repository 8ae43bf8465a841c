/** Which images meet in which step. */
import type { TrainSettings } from '../../../../src-shared/domain/run.ts';
import type { TrainingImage } from '../interface.ts';
import { Random } from '../random.ts';

/** What a sampler looks at. */
export type SampledImage = Pick<TrainingImage, 'label' | 'certainty'>;

export type SamplerSettings = Pick<TrainSettings, 'batch' | 'seed' | 'sampler' | 'perClass'>;

/**
 * The batches of an epoch, as positions in the training list. They depend on seed and epoch alone. The last one is as small as what
 * is left: no image of the epoch is dropped.
 */
export function epochBatches(images: readonly SampledImage[], settings: SamplerSettings, epoch: number): Uint32Array[] {
  const { batch } = settings;
  const order = epochOrder(images, settings, epoch);
  return Array.from({ length: Math.ceil(order.length / batch) }, (_, step) =>
    order.slice(step * batch, (step + 1) * batch),
  );
}

/** Images of an epoch: as many as there are, or the number a class of each class that has any. */
export function epochLength(images: readonly SampledImage[], { sampler, perClass }: SamplerSettings): number {
  if (sampler !== 'balanced') return images.length;
  return perClass * new Set(images.map(({ label }) => label)).size;
}

export function stepsPerEpoch(images: readonly SampledImage[], settings: SamplerSettings): number {
  return Math.ceil(epochLength(images, settings) / settings.batch);
}

/** For each place in the batches of an epoch, how often its image came before: equal images are augmented differently. */
export function repeatsIn(batches: readonly Uint32Array[]): Uint32Array[] {
  const seen = new Map<number, number>();
  return batches.map((positions) =>
    positions.map((position) => {
      const before = seen.get(position) ?? 0;
      seen.set(position, before + 1);
      return before;
    }),
  );
}

function epochOrder(images: readonly SampledImage[], settings: SamplerSettings, epoch: number): Uint32Array {
  const random = Random.seeded(settings.seed).split(`order/${epoch}`);
  switch (settings.sampler) {
    case 'shuffled':
      return random.permutation(images.length);
    case 'balanced':
      return balanced(images, settings.perClass, random);
    case 'certainty':
      return weighted(images, random);
  }
}

/** `perClass` images of each class: without replacement where a class has as many, with it where it has fewer. */
function balanced(images: readonly SampledImage[], perClass: number, random: Random): Uint32Array {
  const classes = Map.groupBy(images.keys(), (position) => images[position]?.label ?? 0);
  const chosen = [...classes].flatMap(([label, members]) => {
    const draw = random.split(`class/${label}`);
    if (members.length < perClass)
      return Array.from({ length: perClass }, () => members[draw.integer(members.length)] ?? 0);
    return Array.from(draw.permutation(members.length).subarray(0, perClass), (place) => members[place] ?? 0);
  });
  return random.permutation(chosen.length).map((place) => chosen[place] ?? 0);
}

/** As many draws with replacement as there are images, each with probability in proportion to its label's certainty. */
function weighted(images: readonly SampledImage[], random: Random): Uint32Array {
  const ends = new Float64Array(images.length);
  let total = 0;
  images.forEach(({ certainty = 1 }, position) => (ends[position] = total += certainty));
  const draw = (): number => {
    const point = random.uniform() * total;
    let [low, high] = [0, images.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) > point) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return Uint32Array.from({ length: images.length }, draw);
}
