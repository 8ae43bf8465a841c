/** Runs of the open project measured, alone and in pairs. */
import type {
  ClassBalance,
  Comparison,
  ConfusionPair,
  Evaluation,
  EvaluationIntervals,
  SigmaErrors,
  SliceGroup,
} from '../../../src-shared/domain/evaluation.ts';
import type { UncertaintyWorth } from '../../../src-shared/domain/uncertainty.ts';
import type { Queries } from '../queries/queries.ts';
import { requireRun } from '../runs/context.ts';
import type { OpenProject } from '../runs/context.ts';
import type { Statistics } from '../statistics/statistics.ts';
import { withIntervals } from './compare.ts';
import { SEED, type Measure } from './context.ts';
import { verdictOf } from './uncertainty.ts';

/** Every method works on the project that is open when it is called, and throws FailureError. */
export class Evaluations {
  readonly #project: OpenProject;
  readonly #statistics: Pick<Statistics, 'intervals' | 'worth'>;
  readonly #queries: Pick<Queries, 'ask'>;

  constructor(
    project: OpenProject,
    statistics: Pick<Statistics, 'intervals' | 'worth'>,
    queries: Pick<Queries, 'ask'>,
  ) {
    this.#project = project;
    this.#statistics = statistics;
    this.#queries = queries;
  }

  evaluate(request: Measure): Promise<Evaluation> {
    return this.#queries.ask('evaluate', this.#project.require().store.folder, request);
  }

  /** Sigma against errors: by decile, and over loss. */
  sigmaErrors(request: Measure): Promise<SigmaErrors> {
    return this.#queries.ask('sigmaErrors', this.#project.require().store.folder, request);
  }

  /** Accuracy on parts of the images: splits, annotators, further facts. */
  slices(request: Measure): Promise<SliceGroup[]> {
    return this.#queries.ask('slices', this.#project.require().store.folder, request);
  }

  /** How many images each class has. */
  balance(request: Omit<Measure, 'run'>): Promise<ClassBalance[]> {
    return this.#queries.ask('balance', this.#project.require().store.folder, request);
  }

  /** Two runs' confusions on common images. */
  confusions(request: Measure & { baseline: number }): Promise<ConfusionPair> {
    return this.#queries.ask('confusions', this.#project.require().store.folder, request);
  }

  /** Whether sigma finds this run's errors, beside what mu alone tells. */
  async uncertainty(request: Measure): Promise<UncertaintyWorth> {
    const { store } = this.#project.require();
    const run = requireRun({ store }, request.run);
    const cases = await this.#queries.ask('uncertaintyCases', store.folder, request);
    const worth = await this.#statistics.worth(cases, SEED);
    return { ...request, ...worth, ...verdictOf(run, worth.scores, worth.errors) };
  }

  /** Bootstrap intervals of `evaluate`'s figures, 2,000 resamples. */
  async intervals(request: Measure): Promise<EvaluationIntervals> {
    const cases = await this.#queries.ask('cases', this.#project.require().store.folder, request);
    return this.#statistics.intervals({ kind: 'scores', cases, seed: SEED });
  }

  async compare(request: Measure & { baseline: number }): Promise<Comparison> {
    const { folder } = this.#project.require().store;
    const { cases, comparison } = await this.#queries.ask('compared', folder, request);
    const intervals = await this.#statistics.intervals({
      kind: 'differences',
      first: cases.first,
      second: cases.second,
      seed: SEED,
    });
    return withIntervals(comparison, intervals);
  }
}
