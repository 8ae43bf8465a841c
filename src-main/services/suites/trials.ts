/** Trials: short trainings as jobs that look for a learning rate or a batch, with their curve and what they suggest. */
import { totalmem } from 'node:os';
import type { Emit } from '../../../src-shared/contract/client.ts';
import { FailureError, toFailure } from '../../../src-shared/domain/failure.ts';
import type { AugmentedVersions, AugmentRequest } from '../../../src-shared/domain/run.ts';
import type { BatchTrialResult, Trial, TrialRequest, TrialResult } from '../../../src-shared/domain/trial.ts';
import { smoothedLoss, suggestedRate } from '../../../src-shared/metrics/rate-range.ts';
import type { Engine, TrainingPlan } from '../engine/interface.ts';
import type { JobContext } from '../jobs/interface.ts';
import type { OpenProject } from '../runs/context.ts';
import type { Runs } from '../runs/runs.ts';

type BatchSize = BatchTrialResult['sizes'][number];

const SMALLEST = 4;
const LARGEST = 512;
/** Of this share of the memory on, the next size is not tried. */
const FULL = 0.5;
/** A batch that is so close to the fastest is as good. */
const AS_GOOD = 0.95;

export class Trials {
  readonly #project: OpenProject;
  readonly #runs: Pick<Runs, 'planOf'>;
  readonly #engine: Pick<Engine, 'rangeTest' | 'measureBatch' | 'augmented'>;
  readonly #emit: Emit;

  constructor(
    project: OpenProject,
    runs: Pick<Runs, 'planOf'>,
    engine: Pick<Engine, 'rangeTest' | 'measureBatch' | 'augmented'>,
    emit: Emit,
  ) {
    this.#project = project;
    this.#runs = runs;
    this.#engine = engine;
    this.#emit = emit;
  }

  /** The newest first. */
  list(): Trial[] {
    return this.#project.require().store.trials.list();
  }

  /** Versions of an image that training could see. @throws FailureError 'not-found', 'unreadable'. */
  augmented({ image, augmentation, seed, count }: AugmentRequest): Promise<AugmentedVersions> {
    const found = this.#project.require().store.images.file(image);
    if (found === null)
      throw new FailureError({
        kind: 'not-found',
        message: `There is no image ${image} in this project.`,
        remedy: 'Choose one from the gallery; its dataset may have been removed.',
      });
    return this.#engine.augmented({ file: found.file, box: found.box, augmentation, seed, count });
  }

  /** Queues a trial. @throws FailureError of planning a training. */
  start(trial: TrialRequest): { job: number } {
    const { jobs, store } = this.#project.require();
    if (trial.request.settings.parts === 'head')
      throw new FailureError({
        kind: 'invalid',
        message: 'A head alone trains in seconds: there is nothing to look for beforehand.',
        remedy: 'Try a few rates; or let the whole network learn.',
      });
    const plan = this.#runs.planOf(trial.request);
    const isRate = trial.kind === 'learning-rate';
    const title = isRate ? 'Learning-rate range test' : 'Batch size test';
    const { dataset } = trial.request;
    const job = jobs.start(
      { kind: 'trial', title, unit: isRate ? 'steps' : 'sizes', lane: 'engine', dataset },
      async (context) => {
        const result = isRate ? await this.#rate(plan, trial, context) : await this.#batch(plan, context);
        store.trials.insert({ request: trial, result });
        this.#emit('trials.changed', {});
      },
    );
    return { job };
  }

  async #rate(plan: TrainingPlan, { from, to, steps }: TrialRequest, job: JobContext): Promise<TrialResult> {
    const rates: number[] = [];
    const loss: number[] = [];
    await this.#engine.rangeTest(
      { plan, from, to, steps },
      (found) => {
        rates.push(found.rate);
        loss.push(found.loss);
        job.progress(found.step + 1, steps, `Rate ${found.rate.toExponential(1)}, loss ${found.loss.toFixed(3)}`);
      },
      job.signal,
    );
    const smoothed = smoothedLoss(loss);
    return { kind: 'learning-rate', rates, loss, smoothed, suggested: suggestedRate(rates, smoothed) };
  }

  async #batch(plan: TrainingPlan, job: JobContext): Promise<TrialResult> {
    const sizes: BatchSize[] = [];
    const all = Math.log2(LARGEST / SMALLEST) + 1;
    for (let batch = SMALLEST; batch <= LARGEST; batch *= 2) {
      job.progress(sizes.length, all, `Batches of ${batch} images`);
      const found = await this.#measure({ ...plan, settings: { ...plan.settings, batch, accumulate: 1 } }, job.signal);
      sizes.push({ batch, ...found });
      if (found.imagesPerSecond === null || (found.memory ?? 0) > FULL * totalmem() || gainsNothing(sizes)) break;
    }
    const fastest = Math.max(0, ...sizes.map(({ imagesPerSecond }) => imagesPerSecond ?? 0));
    const good = sizes.find(({ imagesPerSecond }) => (imagesPerSecond ?? 0) >= AS_GOOD * fastest);
    return { kind: 'batch', sizes, suggested: fastest > 0 ? (good?.batch ?? null) : null };
  }

  /** One size; a process that ended under it did so for want of memory. */
  async #measure(plan: TrainingPlan, signal: AbortSignal): Promise<Omit<BatchSize, 'batch'>> {
    try {
      return await this.#engine.measureBatch(plan, signal);
    } catch (thrown) {
      const { kind, message } = toFailure(thrown);
      if (kind === 'lost' || /memory/i.test(message)) return { imagesPerSecond: null, memory: null };
      throw thrown;
    }
  }
}

/** Whether the last two sizes were no faster than what came before them. */
function gainsNothing(sizes: readonly BatchSize[]): boolean {
  if (sizes.length < 3) return false;
  const speeds = sizes.map(({ imagesPerSecond }) => imagesPerSecond ?? 0);
  return Math.max(...speeds.slice(-2)) < Math.max(...speeds.slice(0, -2)) / AS_GOOD;
}
