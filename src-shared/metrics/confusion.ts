/** What follows from counts of (labelled, predicted). Definitions as in scikit-learn's `classification_report`. */

export interface ClassCounts {
  /** Images labelled so: the row's sum. */
  readonly support: number;
  /** Images predicted so: the column's sum. */
  readonly predicted: number;
  /** Right among those predicted so; null when none was. */
  readonly precision: number | null;
  /** Right among those labelled so; null when there are none. */
  readonly recall: number | null;
  /** 2 right / (support + predicted), the harmonic mean of both; null when the class occurs on neither side. */
  readonly f1: number | null;
}

export interface ConfusionSummary {
  readonly images: number;
  readonly correct: number;
  /** Share of images predicted as labelled; 0 without images. */
  readonly accuracy: number;
  /** Mean recall over the classes that occur as labels (scikit-learn `balanced_accuracy_score`). */
  readonly balancedAccuracy: number;
  /** Mean F1 over the classes that occur as label or prediction (scikit-learn `f1_score`, average="macro"). */
  readonly macroF1: number;
  readonly perClass: readonly ClassCounts[];
}

/** Counts pairs of class indices: result[i][j] = images labelled i and predicted j. Both lists have one entry an image. */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): number[][] {
  if (labels.length !== predictions.length) {
    throw new RangeError(`${labels.length} labels do not go with ${predictions.length} predictions.`);
  }
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let image = 0; image < labels.length; image++) {
    const row = counts[labels[image] ?? -1];
    const predicted = predictions[image] ?? -1;
    const cell = row?.[predicted];
    if (row === undefined || cell === undefined) {
      throw new RangeError(`Image ${image} has a class outside 0..${classes - 1}.`);
    }
    row[predicted] = cell + 1;
  }
  return counts;
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function meanOf(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Accuracy and per-class scores of a confusion matrix (rows: labels, columns: predictions). */
export function summarise(confusion: readonly (readonly number[])[]): ConfusionSummary {
  const perClass = confusion.map((row, index): ClassCounts => {
    const right = row[index] ?? 0;
    const support = row.reduce((sum, count) => sum + count, 0);
    const predicted = confusion.reduce((sum, other) => sum + (other[index] ?? 0), 0);
    return {
      support,
      predicted,
      precision: ratio(right, predicted),
      recall: ratio(right, support),
      f1: ratio(2 * right, support + predicted),
    };
  });
  const images = perClass.reduce((sum, counts) => sum + counts.support, 0);
  const correct = confusion.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
  return {
    images,
    correct,
    accuracy: ratio(correct, images) ?? 0,
    balancedAccuracy: meanOf(perClass.map((counts) => counts.recall)),
    macroF1: meanOf(perClass.map((counts) => counts.f1)),
    perClass,
  };
}
