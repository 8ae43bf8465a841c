/** Runs of the open project measured, alone and in pairs. */
import type { Comparison, Evaluation, EvaluationIntervals } from '../../../src-shared/domain/evaluation.ts';
import { requireDataset, requireRun } from '../runs/context.ts';
import type { OpenProject } from '../runs/context.ts';
import type { Statistics } from '../statistics/statistics.ts';
import { comparisonOf, pairedCases, requireSameClasses } from './compare.ts';
import { evaluatePredictions, measured, nothingToMeasure } from './evaluate.ts';

export interface Measure {
  readonly run: number;
  readonly dataset: number;
  /** Null = all splits. */
  readonly split: string | null;
}

/** Resampling is seeded, so that the same question has the same answer on every day. */
const SEED = 2026;

/** Every method works on the project that is open when it is called, and throws FailureError. */
export class Evaluations {
  readonly #project: OpenProject;
  readonly #statistics: Pick<Statistics, 'intervals'>;

  constructor(project: OpenProject, statistics: Pick<Statistics, 'intervals'>) {
    this.#project = project;
    this.#statistics = statistics;
  }

  evaluate(request: Measure): Evaluation {
    const { store } = this.#project.require();
    const run = requireRun({ store }, request.run);
    const dataset = requireDataset({ store }, request.dataset);
    const predictions = store.runs.predictions(run.id, dataset.id, request.split);
    return evaluatePredictions(run, dataset, request.split, predictions);
  }

  /** Bootstrap intervals of `evaluate`'s figures, 2,000 resamples. */
  intervals(request: Measure): Promise<EvaluationIntervals> {
    const { store } = this.#project.require();
    const run = requireRun({ store }, request.run);
    const dataset = requireDataset({ store }, request.dataset);
    const predictions = store.runs.predictions(run.id, dataset.id, request.split);
    const { cases } = measured(run, predictions);
    if (cases.labels.length === 0) throw nothingToMeasure(run, dataset, request.split, predictions.length);
    return this.#statistics.intervals({ kind: 'scores', cases, seed: SEED });
  }

  async compare(request: Measure & { baseline: number }): Promise<Comparison> {
    const { store } = this.#project.require();
    const pair = {
      baseline: requireRun({ store }, request.baseline),
      run: requireRun({ store }, request.run),
      dataset: requireDataset({ store }, request.dataset),
      split: request.split,
    };
    requireSameClasses(pair);
    const { predictions, unpaired } = store.runs.paired(request.baseline, request.run, request.dataset, request.split);
    const cases = pairedCases(pair, predictions);
    const intervals = await this.#statistics.intervals({
      kind: 'differences',
      first: cases.first,
      second: cases.second,
      seed: SEED,
    });
    return comparisonOf(pair, cases, unpaired, intervals);
  }
}
