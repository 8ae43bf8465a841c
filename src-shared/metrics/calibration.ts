/** Whether a confidence of 80% is right in 80 of 100 cases. */
import type { CalibrationBin } from '../domain/evaluation.ts';
import type { Cases } from './cases.ts';

/** Bins of the reliability diagram and of the ECE: each holds the same number of cases. */
export const CALIBRATION_BINS = 15;

/**
 * Equal-mass bins along the confidence (Nixon et al., "Measuring calibration in deep learning", CVPR workshops 2019): bin k
 * holds the cases from floor(k n / bins) to floor((k + 1) n / bins) in order of confidence. Empty bins are left out.
 * @param weights how often each case counts (whole numbers); once each by default.
 */
export function calibrationBins(
  cases: Cases,
  bins = CALIBRATION_BINS,
  weights: ArrayLike<number> | null = null,
): CalibrationBin[] {
  const { byConfidence, confidence, labels, predicted } = cases;
  const total = weights === null ? labels.length : Array.from(weights).reduce((sum, weight) => sum + weight, 0);
  const result: CalibrationBin[] = [];
  let position = 0;
  let left = weightAt(0);
  for (let bin = 0; bin < bins; bin++) {
    const size = Math.floor(((bin + 1) * total) / bins) - Math.floor((bin * total) / bins);
    if (size === 0) continue;
    let [missing, sum, right, low, high] = [size, 0, 0, 1, 0];
    while (missing > 0) {
      while (left === 0) left = weightAt(++position);
      const index = byConfidence[position] ?? 0;
      const taken = Math.min(left, missing);
      const p = confidence[index] ?? 0;
      sum += taken * p;
      if (labels[index] === predicted[index]) right += taken;
      low = Math.min(low, p);
      high = Math.max(high, p);
      left -= taken;
      missing -= taken;
    }
    result.push({ count: size, low, high, meanConfidence: sum / size, accuracy: right / size });
  }
  return result;

  function weightAt(place: number): number {
    const index = byConfidence[place];
    if (index === undefined) return 0;
    return weights === null ? 1 : (weights[index] ?? 0);
  }
}

/**
 * Expected calibration error: the bins' distances between confidence and accuracy, weighted by their counts (Naeini, Cooper,
 * Hauskrecht, AAAI 2015). 0 is perfect; 0 without cases.
 */
export function expectedCalibrationError(bins: readonly CalibrationBin[]): number {
  const total = bins.reduce((sum, bin) => sum + bin.count, 0);
  if (total === 0) return 0;
  return bins.reduce((sum, bin) => sum + bin.count * Math.abs(bin.accuracy - bin.meanConfidence), 0) / total;
}
