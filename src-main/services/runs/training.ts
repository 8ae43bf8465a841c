/** A training run from the request to its stored predictions. */
import { join } from 'node:path';
import { SEVEN } from '../../../src-shared/domain/expression.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { FailureError, toFailure } from '../../../src-shared/domain/failure.ts';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { RunStatus, TrainRequest } from '../../../src-shared/domain/run.ts';
import type { TrainingEvent, TrainingImage, TrainingOutcome, TrainingPlan } from '../engine/interface.ts';
import type { JobContext } from '../jobs/interface.ts';
import type { ImageFile, RunPatch } from '../store/interface.ts';
import type { RunContext } from './context.ts';
import { tellRun } from './context.ts';
import { failedText, predictAndStore } from './prediction.ts';

/** Folder of a run's checkpoints. */
export function checkpointFolder(projectFolder: string, run: number): string {
  return join(projectFolder, 'checkpoints', `run-${run}`);
}

/** Classes of a model for a dataset: the seven basic expressions, and contempt only where the dataset has it. */
export function classesFor(dataset: Dataset): readonly Expression[] {
  return dataset.classes.includes('contempt') ? [...SEVEN, 'contempt'] : SEVEN;
}

/**
 * The images that training and validation will see: readable, not excluded, labelled; now, or in a version.
 * @throws FailureError 'invalid' for a split without any.
 */
export function gatherImages(
  { store }: Pick<RunContext, 'store'>,
  { dataset, version, trainSplit, valSplit }: Pick<TrainRequest, 'dataset' | 'version' | 'trainSplit' | 'valSplit'>,
  classes: readonly Expression[],
): Pick<TrainingPlan, 'train' | 'val'> {
  if (trainSplit === valSplit) {
    throw new FailureError({
      kind: 'invalid',
      message: `Training and validation cannot use the same split "${trainSplit}".`,
      remedy: 'Choose two different splits: a model must be measured on images that it has not seen.',
    });
  }
  const point = version === null || version === undefined ? null : store.versions.point(version);
  const files = (split: string): ImageFile[] =>
    point === null ? store.images.files(dataset, split) : store.history.files(dataset, split, point);
  const labelled = (split: string): TrainingImage[] => {
    const images = files(split).flatMap(({ id, file, box, label }) => {
      const index = label === null ? -1 : classes.indexOf(label);
      return index < 0 ? [] : [{ id, file, box, label: index }];
    });
    if (images.length > 0) return images;
    throw new FailureError({
      kind: 'invalid',
      message: `The split "${split}" has no labelled image.`,
      remedy: 'Choose another split, or label some of its images first.',
    });
  };
  return { train: labelled(trainSplit), val: labelled(valSplit) };
}

/** The body of a training job. */
export class Training {
  readonly #context: RunContext;
  readonly #run: number;
  readonly #dataset: number;
  readonly #plan: TrainingPlan;
  #totalSteps = 0;

  constructor(context: RunContext, run: number, dataset: number, plan: TrainingPlan) {
    this.#context = context;
    this.#run = run;
    this.#dataset = dataset;
    this.#plan = plan;
  }

  async run(job: JobContext): Promise<void> {
    this.#update({ status: 'running', startedAt: new Date().toISOString() });
    try {
      const outcome = await this.#context.engine.train(this.#plan, (event) => this.#onEvent(event, job), job.signal);
      this.#update({ processSeconds: outcome.processSeconds });
      await this.#predictAll(outcome, job);
      this.#end('done', {});
    } catch (thrown) {
      const error = toFailure(thrown);
      if (error.kind === 'cancelled') this.#end('cancelled', {});
      else this.#end('failed', { error });
      throw thrown;
    }
  }

  #onEvent(event: TrainingEvent, job: JobContext): void {
    const { store, emit } = this.#context;
    const run = this.#run;
    if (event.kind === 'started') {
      this.#totalSteps = event.totalSteps;
      this.#update({ device: event.device, stepsPerEpoch: event.stepsPerEpoch });
      job.progress(0, event.totalSteps, 'Epoch 1');
    } else if (event.kind === 'steps') {
      const { first } = event;
      const loss = new Float32Array(event.loss);
      const done = first + loss.length - 1;
      store.runs.appendSteps(run, first, loss);
      emit('run.steps', { run, first, loss });
      const { epochs } = this.#plan.settings;
      const epoch = Math.max(1, Math.ceil((done * epochs) / this.#totalSteps));
      job.progress(done, this.#totalSteps, `Epoch ${epoch} of ${epochs}`);
    } else {
      const { metrics, best, bestHash } = event;
      const { epoch, valAccuracy, processSeconds } = metrics;
      store.runs.addEpoch(run, metrics);
      const found: RunPatch = best
        ? {
            best: { metric: 'accuracy', value: valAccuracy ?? 0, epoch },
            checkpoint: join(this.#plan.folder, 'best.safetensors'),
            checkpointHash: bestHash,
          }
        : {};
      this.#update({ epoch, processSeconds, ...found });
      emit('run.epoch', { run, metrics });
    }
  }

  /** Every readable image of every split, so that the gallery and the analysis have no gaps. */
  async #predictAll({ checkpoint }: TrainingOutcome, job: JobContext): Promise<void> {
    const files = this.#context.store.images.files(this.#dataset, null);
    const order = { run: this.#run, dataset: this.#dataset, checkpoint, files, device: this.#plan.device };
    const count = await predictAndStore(this.#context, order, job.signal, ({ stored, failed }) => {
      job.progress(this.#totalSteps, this.#totalSteps, `Predicting image ${stored + failed} of ${files.length}`);
    });
    job.progress(this.#totalSteps, this.#totalSteps, failedText(count));
  }

  #end(status: RunStatus, patch: RunPatch): void {
    this.#update({ status, endedAt: new Date().toISOString(), ...patch });
  }

  #update(patch: RunPatch): void {
    this.#context.store.runs.update(this.#run, patch);
    tellRun(this.#context, this.#run);
  }
}
