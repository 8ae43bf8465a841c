/**
 * What training saw of each of its images, epoch by epoch: training dynamics (Swayamdipta et al., Dataset Cartography, EMNLP 2020).
 * Measured inside the training step itself: augmented image, train mode, weights before the update.
 */

/** Predicted class of an image that the epoch's sampler left out; its loss and margin are NaN. */
export const UNSEEN = 255;

/** One value a training image, in the order of the run's training list. An image that was drawn more than once counts as last seen. */
export interface EpochDynamics {
  /** Cross-entropy of softmax(mu) on the assigned label, nats. */
  readonly loss: Float32Array;
  /** mu of the assigned label minus the largest other mu: what AUM averages (Pleiss et al., NeurIPS 2020, eq. 1). */
  readonly margin: Float32Array;
  /** Index of the largest mu in the run's classes, or UNSEEN. */
  readonly predicted: Uint8Array;
}

export interface TrainingDynamics {
  /** Ids of the training images, in the order of the run's training list. */
  readonly images: Int32Array;
  /** The label that each was trained on: index into the run's classes. */
  readonly labels: Uint8Array;
  /** Epochs that have ended, in order; empty for a run that has not ended one. */
  readonly epochs: readonly (EpochDynamics & { readonly epoch: number })[];
}
