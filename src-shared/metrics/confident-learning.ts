/**
 * Which labels are wrong, from a model's probabilities: confident learning (C. Northcutt, L. Jiang, I. Chuang, "Confident
 * Learning: Estimating Uncertainty in Dataset Labels", JAIR 70, 2021). Sound only where the probabilities are out of sample.
 */

export interface LabelQuality {
  /** 0..1: how little the label fits; above 0.5 another class is more probable. */
  readonly score: number;
  /** Index of the class that fits best in the label's stead. */
  readonly instead: number;
  /** The example lies off the diagonal of the confident joint: confidently another class. */
  readonly issue: boolean;
}

/**
 * Thresholds t_j (eq. 2): the mean probability of class j over the examples that are labelled j; infinite for a class without any.
 * `probabilities`: n rows of K; `labels`: n indices, -1 for none.
 */
export function classThresholds(
  probabilities: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  classes: number,
): number[] {
  const sums = new Array<number>(classes).fill(0);
  const counts = new Array<number>(classes).fill(0);
  for (const [row, p] of probabilities.entries()) {
    const label = labels[row] ?? -1;
    if (label < 0) continue;
    sums[label] = (sums[label] ?? 0) + (p[label] ?? 0);
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return sums.map((sum, label) => ((counts[label] ?? 0) === 0 ? Infinity : sum / (counts[label] ?? 1)));
}

/**
 * The quality of each label: the normalised margin (p_best other - p_label + 1) / 2 (section 4.2; cleanlab's `normalized_margin`, from 1),
 * and whether it lies off the diagonal of the confident joint. Null for rows without a label.
 */
export function labelQuality(
  probabilities: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  classes: number,
): (LabelQuality | null)[] {
  const thresholds = classThresholds(probabilities, labels, classes);
  return probabilities.map((p, row) => {
    const label = labels[row] ?? -1;
    if (label < 0) return null;
    let instead = -1;
    let confident = -1;
    for (let j = 0; j < classes; j++) {
      const pj = p[j] ?? 0;
      if (j !== label && (instead < 0 || pj > (p[instead] ?? 0))) instead = j;
      if (pj >= (thresholds[j] ?? Infinity) && (confident < 0 || pj > (p[confident] ?? 0))) confident = j;
    }
    const margin = (p[instead] ?? 0) - (p[label] ?? 0);
    return { score: (margin + 1) / 2, instead, issue: confident >= 0 && confident !== label };
  });
}
