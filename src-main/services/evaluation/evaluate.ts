/** A run's stored predictions measured on the labels as they are now. */
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Evaluation } from '../../../src-shared/domain/evaluation.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import { calibrationBins } from '../../../src-shared/metrics/calibration.ts';
import { casesOf } from '../../../src-shared/metrics/cases.ts';
import type { Cases } from '../../../src-shared/metrics/cases.ts';
import { scoresOf } from '../../../src-shared/metrics/scores.ts';
import { sigma } from '../../../src-shared/metrics/vich.ts';
import { wilsonInterval } from '../../../src-shared/metrics/wilson.ts';
import { requireDataset, requireRun } from '../runs/context.ts';
import type { Store, StoredPrediction } from '../store/interface.ts';
import type { Measure } from './context.ts';

/** The images that count, and the sigma of the class that each was predicted as; null without VICH. */
export interface Measured {
  readonly cases: Cases;
  readonly sigmas: readonly (number | null)[];
}

/** A prediction with its label as an index into the run's classes. */
export type Counted = Omit<StoredPrediction, 'label'> & { readonly label: number };

/** Predictions of readable images with a label that the run knows. */
export function countedPredictions(run: Run, predictions: readonly StoredPrediction[]): Counted[] {
  return predictions.flatMap((prediction) => {
    const label = prediction.label === null ? -1 : run.classes.indexOf(prediction.label);
    return prediction.status !== 'ok' || label < 0 ? [] : [{ ...prediction, label }];
  });
}

export function measured(run: Run, predictions: readonly StoredPrediction[]): Measured {
  const counted = countedPredictions(run, predictions);
  const cases = casesOf(
    counted.map(({ mu }) => mu),
    counted.map(({ label }) => label),
    run.classes.length,
  );
  const sigmas = counted.map(({ logvar }, index) => {
    const width = logvar?.[cases.predicted[index] ?? 0];
    return width === undefined ? null : sigma(width);
  });
  return { cases, sigmas };
}

/** Mean of what is known; null where nothing is. */
function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/**
 * Accuracy and what goes with it.
 * @param predictions of this run for the dataset's images of one split, or of all (`split` null).
 * @param stale usable images that are not among them because their prediction is stale.
 * @throws FailureError 'conflict' when none of the images can be counted.
 */
export function evaluatePredictions(
  run: Run,
  dataset: Dataset,
  split: string | null,
  predictions: readonly StoredPrediction[],
  stale: number,
): Evaluation {
  const { cases, sigmas } = measured(run, predictions);
  const images = cases.labels.length;
  if (images === 0) throw nothingToMeasure(run, dataset, split, predictions.length);
  const { perClass, confusion, ...metrics } = scoresOf(cases);
  const correct = confusion.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
  const inSplit = split === null ? dataset.images : (dataset.splits[split] ?? 0);
  return {
    run: run.id,
    dataset: dataset.id,
    split,
    classes: run.classes,
    images,
    leftOut: Math.max(0, inSplit - images),
    stale,
    ...metrics,
    interval: wilsonInterval(correct, images),
    calibration: calibrationBins(cases),
    meanSigma: mean(sigmas),
    confusion: confusion.map((row) => [...row]),
    perClass: run.classes.map((expression, index) => ({
      expression,
      support: 0,
      predicted: 0,
      precision: null,
      recall: null,
      f1: null,
      ...perClass[index],
      meanSigma: mean(sigmas.filter((_, image) => cases.labels[image] === index)),
    })),
  };
}

/** The run, and its predictions that an evaluation counts. @throws FailureError 'not-found', 'conflict'. */
export function countedIn(store: Store, request: Measure): { run: Run; counted: Counted[] } {
  const run = requireRun({ store }, request.run);
  const dataset = requireDataset({ store }, request.dataset);
  const predictions = store.runs.predictions(run.id, dataset.id, request.split);
  const counted = countedPredictions(run, predictions);
  if (counted.length === 0) throw nothingToMeasure(run, dataset, request.split, predictions.length);
  return { run, counted };
}

/** What the intervals of an evaluation are drawn from. @throws FailureError 'not-found', 'conflict'. */
export function casesIn(store: Store, request: Measure): Cases {
  const run = requireRun({ store }, request.run);
  const dataset = requireDataset({ store }, request.dataset);
  const predictions = store.runs.predictions(run.id, dataset.id, request.split);
  const { cases } = measured(run, predictions);
  if (cases.labels.length === 0) throw nothingToMeasure(run, dataset, request.split, predictions.length);
  return cases;
}

/** A run measured where its predictions are read. @throws FailureError 'not-found', 'conflict'. */
export function evaluateIn(store: Store, request: Measure): Evaluation {
  const run = requireRun({ store }, request.run);
  const dataset = requireDataset({ store }, request.dataset);
  const { split } = request;
  const stale = store.runs.stale(run.id, dataset.id, split).length;
  return evaluatePredictions(run, dataset, split, store.runs.predictions(run.id, dataset.id, split), stale);
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
