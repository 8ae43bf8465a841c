/** What images are trained towards, and how much each class counts. */
import type { TrainingImage } from '../interface.ts';

type Labelled = Pick<TrainingImage, 'label' | 'target'>;

/** [images, classes]: soft labels where there are any, one-hot rows elsewhere. */
export function targetsOf(images: readonly Labelled[], classes: number): Float32Array {
  const targets = new Float32Array(images.length * classes);
  images.forEach(({ label, target }, row) => {
    if (target) targets.set(target, row * classes);
    else targets[row * classes + label] = 1;
  });
  return targets;
}

/**
 * [classes] images / (classes * images of the class), as scikit-learn's `class_weight="balanced"`; a soft label counts in each
 * class by its share. A class without images weighs nothing.
 */
export function balancedWeights(images: readonly Labelled[], classes: number): Float32Array {
  const counts = new Float64Array(classes);
  targetsOf(images, classes).forEach(
    (target, index) => (counts[index % classes] = (counts[index % classes] ?? 0) + target),
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  return Float32Array.from(counts, (count) => (count > 0 ? total / (classes * count) : 0));
}
