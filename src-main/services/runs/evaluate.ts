/** A run's stored predictions measured on the labels as they are now. */
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Evaluation, Run } from '../../../src-shared/domain/run.ts';
import { confusionMatrix, summarise } from '../../../src-shared/metrics/confusion.ts';
import { argmax, crossEntropy, sigma } from '../../../src-shared/metrics/vich.ts';
import { wilsonInterval } from '../../../src-shared/metrics/wilson.ts';
import type { StoredPrediction } from '../store/interface.ts';

/** One image that counts. */
interface Case {
  readonly label: number;
  readonly predicted: number;
  readonly loss: number;
  /** Sigma of the predicted class; null without VICH. */
  readonly sigma: number | null;
}

function caseOf({ mu, logvar, status, label }: StoredPrediction, run: Run): Case | null {
  const index = label === null ? -1 : run.classes.indexOf(label);
  if (status !== 'ok' || index < 0) return null;
  const predicted = argmax(mu);
  const spread = logvar === null ? null : sigma(logvar[predicted] ?? 0);
  return { label: index, predicted, loss: crossEntropy(mu, index), sigma: spread };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function meanSigma(cases: readonly Case[]): number | null {
  return mean(cases.flatMap((one) => (one.sigma === null ? [] : [one.sigma])));
}

/**
 * Accuracy and what goes with it.
 * @param predictions of this run for the dataset's images of one split, or of all (`split` null).
 * @throws FailureError 'conflict' when none of the images can be counted.
 */
export function evaluatePredictions(
  run: Run,
  dataset: Dataset,
  split: string | null,
  predictions: readonly StoredPrediction[],
): Evaluation {
  const cases = predictions.flatMap((prediction) => caseOf(prediction, run) ?? []);
  if (cases.length === 0) throw nothingToMeasure(run, dataset, split, predictions.length);
  const confusion = confusionMatrix(
    cases.map((one) => one.label),
    cases.map((one) => one.predicted),
    run.classes.length,
  );
  const summary = summarise(confusion);
  const inSplit = split === null ? dataset.images : (dataset.splits[split] ?? 0);
  return {
    run: run.id,
    dataset: dataset.id,
    split,
    classes: run.classes,
    images: summary.images,
    leftOut: Math.max(0, inSplit - summary.images),
    accuracy: summary.accuracy,
    interval: wilsonInterval(summary.correct, summary.images),
    balancedAccuracy: summary.balancedAccuracy,
    macroF1: summary.macroF1,
    nll: mean(cases.map((one) => one.loss)) ?? 0,
    meanSigma: meanSigma(cases),
    confusion,
    perClass: run.classes.map((expression, index) => ({
      expression,
      support: summary.perClass[index]?.support ?? 0,
      predicted: summary.perClass[index]?.predicted ?? 0,
      precision: summary.perClass[index]?.precision ?? null,
      recall: summary.perClass[index]?.recall ?? null,
      f1: summary.perClass[index]?.f1 ?? null,
      meanSigma: meanSigma(cases.filter((one) => one.label === index)),
    })),
  };
}

function nothingToMeasure(run: Run, dataset: Dataset, split: string | null, predictions: number): FailureError {
  const where = split === null ? `"${dataset.name}"` : `the split "${split}" of "${dataset.name}"`;
  return predictions === 0
    ? new FailureError({
        kind: 'conflict',
        message: `The run "${run.name}" has no predictions for ${where}.`,
        remedy: 'Let it predict these images first.',
      })
    : new FailureError({
        kind: 'conflict',
        message: `No image of ${where} has a label that the run "${run.name}" knows.`,
        remedy: 'Label some of its images, or choose another split.',
      });
}
