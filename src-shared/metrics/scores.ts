/** Every figure that is told of a run, from its cases. */
import type { Metric } from '../domain/evaluation.ts';
import { calibrationBins, CALIBRATION_BINS, expectedCalibrationError } from './calibration.ts';
import type { Cases } from './cases.ts';
import { summarise } from './confusion.ts';
import type { ClassCounts } from './confusion.ts';

export interface Scores extends Readonly<Record<Metric, number>> {
  /** In the order of the classes. */
  readonly perClass: readonly ClassCounts[];
  /** confusion[i][j]: cases labelled i and predicted j. */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * @param weights how often each case counts (a bootstrap resample); once each by default.
 * @returns accuracy, balanced accuracy (UAR) and macro F1 as in scikit-learn; ECE over 15 equal-mass bins; mean NLL in nats;
 * mean Brier score, 0..2.
 */
export function scoresOf(cases: Cases, weights: ArrayLike<number> | null = null): Scores {
  const { classes, labels, predicted } = cases;
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let [total, nll, brier] = [0, 0, 0];
  for (let index = 0; index < labels.length; index++) {
    const weight = weights === null ? 1 : (weights[index] ?? 0);
    if (weight === 0) continue;
    const row = confusion[labels[index] ?? -1];
    const column = predicted[index] ?? -1;
    if (row?.[column] === undefined) throw new RangeError(`Case ${index} has a class outside 0..${classes - 1}.`);
    row[column] += weight;
    total += weight;
    nll += weight * (cases.nll[index] ?? 0);
    brier += weight * (cases.brier[index] ?? 0);
  }
  const summary = summarise(confusion);
  return {
    accuracy: summary.accuracy,
    balancedAccuracy: summary.balancedAccuracy,
    macroF1: summary.macroF1,
    ece: expectedCalibrationError(calibrationBins(cases, CALIBRATION_BINS, weights)),
    nll: total === 0 ? 0 : nll / total,
    brier: total === 0 ? 0 : brier / total,
    perClass: summary.perClass,
    confusion,
  };
}
