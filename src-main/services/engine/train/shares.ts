/** How much each image counts in the mean over a batch, as PyTorch's `cross_entropy(reduction='mean')` has it. */

/** The labels of a batch, with what they weigh. */
export interface WeightedTargets {
  /** [B, classes] one-hot or soft labels. */
  readonly targets: Float32Array;
  /** [B] weight of each image; all 1 by default. */
  readonly weights?: Float32Array;
  /** [classes] weight of each class in the cross-entropy; all 1 by default. */
  readonly classWeights?: Float32Array;
  /**
   * `hard`: one-hot rows, whose mean divides by the sum of their classes' weights; `soft` (the default): it divides by the
   * number of images, whatever the classes weigh. PyTorch tells index targets from probabilities in the same way.
   */
  readonly kind?: 'hard' | 'soft';
}

export interface MeanShares {
  /** [B] factors of the cross-entropy; the class weights themselves are not in them. */
  readonly entropy: Float32Array;
  /** [B] factors of the KL term, which knows no class weights. */
  readonly divergence: Float32Array;
}

/** @throws RangeError where nothing counts: the mean would be no number. */
export function meanShares(
  batch: number,
  { targets, weights, classWeights, kind = 'soft' }: WeightedTargets,
): MeanShares {
  const images = weights ?? new Float32Array(batch).fill(1);
  const classes = targets.length / batch;
  const weightOf = (row: number): number => {
    if (!classWeights || kind === 'soft') return 1;
    const one = targets.subarray(row * classes, (row + 1) * classes);
    return one.reduce((sum, target, index) => sum + target * (classWeights[index] ?? 0), 0);
  };
  let [entropy, divergence] = [0, 0];
  images.forEach((weight, row) => {
    entropy += weight * weightOf(row);
    divergence += weight;
  });
  if (!(entropy > 0 && divergence > 0)) throw new RangeError('no image of the batch counts in the loss');
  return { entropy: images.map((weight) => weight / entropy), divergence: images.map((weight) => weight / divergence) };
}
