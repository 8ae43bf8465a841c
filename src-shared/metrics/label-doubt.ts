/**
 * How much evidence speaks against a label, from sources that did not simply learn it by heart: a head trained on the other folds
 * (confident learning: C. Northcutt, L. Jiang, I. Chuang, JAIR 70, 2021), the course of training (mean loss over epochs: S. Swayamdipta et
 * al., "Dataset Cartography", EMNLP 2020; the area under the margin of G. Pleiss et al., NeurIPS 2020, ranks alike), and a model that
 * never saw the image.
 */
import type { TrainingDynamics } from '../domain/dynamics.ts';

/** Epochs at the start that are left out: everything is still unlearned then. */
const BURN_IN = 1 / 3;
/** The least probability that is told apart. */
const LEAST = 1e-6;

/** Negative log-likelihood of a label, nats. @param p probability that a source gives it. */
export function surprise(p: number): number {
  return -Math.log(Math.max(LEAST, p));
}

/**
 * 1 - exp(-largest loss): from 0, every source gives the label probability 1, to 1. It is one minus the least probability that a source
 * gives the label. What a source learned of a label by heart makes it kinder to that label, never harder: features that a network has
 * learned with the label, epochs in which it was known already. The least kind source is the one that this has touched least.
 * @param losses of the label, nats, one a source; at least one.
 */
export function labelDoubt(losses: readonly number[]): number {
  return 1 - Math.exp(-Math.max(...losses));
}

/**
 * Mean training loss of each image over the epochs after the first third, with the label that it was trained on.
 * Images that no such epoch saw are left out.
 */
export function meanTrainingLoss({
  images,
  labels,
  epochs,
}: TrainingDynamics): Map<number, { readonly label: number; readonly loss: number }> {
  const late = epochs.slice(Math.floor(epochs.length * BURN_IN));
  const found = new Map<number, { label: number; loss: number }>();
  for (const [at, image] of images.entries()) {
    const losses = late.map(({ loss }) => loss[at] ?? NaN).filter((loss) => Number.isFinite(loss));
    if (losses.length === 0) continue;
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    found.set(image, { label: labels[at] ?? -1, loss: mean });
  }
  return found;
}
