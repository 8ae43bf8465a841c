/** A training run from the request to its stored predictions. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SEVEN } from '../../../src-shared/domain/expression.ts';
import type { Expression } from '../../../src-shared/domain/expression.ts';
import { FailureError, toFailure } from '../../../src-shared/domain/failure.ts';
import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Run, RunStatus, TrainRequest } from '../../../src-shared/domain/run.ts';
import type { TrainingEvent, TrainingImage, TrainingOutcome, TrainingPlan } from '../engine/interface.ts';
import { CLOSING } from '../jobs/interface.ts';
import type { JobContext } from '../jobs/interface.ts';
import type { ImageFile, RunPatch } from '../store/interface.ts';
import type { RunContext } from './context.ts';
import { requireRun, tellRun } from './context.ts';
import { dataFacts } from '../passports/data-facts.ts';
import { freshened, readOrigin, writeOrigin } from '../passports/origin.ts';
import { trainHeadAlone } from './head-training.ts';
import { failedText, predictAndStore } from './prediction.ts';

/** Between two attempts to store on a full disk. */
const AGAIN_MS = 2_000;
/** Process time is stored this often between checkpoints. */
const STORE_SECONDS = 2;

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
  request: Pick<TrainRequest, 'dataset' | 'version' | 'trainSplit' | 'valSplit'> & {
    readonly settings: Pick<TrainRequest['settings'], 'targets'>;
  },
  classes: readonly Expression[],
): Pick<TrainingPlan, 'train' | 'val'> {
  const { dataset, version, trainSplit, valSplit, settings } = request;
  const { targets } = settings;
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
    const images = files(split).flatMap(({ id, file, box, label: expression, soft }) => {
      const label = expression === null ? -1 : classes.indexOf(expression);
      if (label < 0) return [];
      const shares = soft === null ? null : classes.map((each) => soft[each] ?? 0);
      const total = shares?.reduce((sum, share) => sum + share, 0) ?? 0;
      return [
        {
          ...{ id, file, box, label },
          ...(targets === 'soft' && shares !== null && { target: shares }),
          ...(shares !== null && total > 0 && { certainty: (shares[label] ?? 0) / total }),
        },
      ];
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
  #step = 0;
  #secondsStoredAt = 0;
  /** Process time as last told. */
  #seconds = 0;

  constructor(context: RunContext, run: number, dataset: number, plan: TrainingPlan) {
    this.#context = context;
    this.#run = run;
    this.#dataset = dataset;
    this.#plan = plan;
  }

  async run(job: JobContext): Promise<void> {
    const startedAt = this.#row().startedAt ?? new Date().toISOString();
    this.#update({ status: 'running', startedAt, endedAt: null, error: null });
    const recorded = this.#recordOrigin(job.signal);
    try {
      if (this.#plan.settings.parts === 'head') await this.#trainHead(job);
      else await this.#trainAll(job);
      await recorded;
      this.#end('done', {});
    } catch (thrown) {
      await recorded;
      const error = toFailure(thrown);
      if (error.kind === 'lost') this.#end('interrupted', { error });
      else if (error.kind !== 'cancelled') this.#end('failed', { error });
      else if (job.signal.reason === 'pause') this.#pause();
      else if (job.signal.reason === CLOSING) this.#leave();
      else this.#end('cancelled', {});
      throw thrown;
    }
  }

  /** What its passport will tell, hashed while it trains; what fails here is made up for when the passport is asked for. */
  async #recordOrigin(signal: AbortSignal): Promise<void> {
    const { folder } = this.#plan;
    const { store } = this.#context;
    try {
      const found = readOrigin(folder);
      if (found === null) return;
      const origin = await freshened(found);
      writeOrigin(folder, origin);
      if (origin.data !== null) return;
      const data = await dataFacts(store, this.#row(), this.#plan, signal);
      if (data !== null) writeOrigin(folder, { ...origin, data });
    } catch {
      // A full disk, or a run that is removed: training itself will say so.
    }
  }

  async #trainAll(job: JobContext): Promise<void> {
    const outcome = await this.#context.engine.train(this.#plan, (event) => this.#onEvent(event, job), job.signal);
    this.#update({ processSeconds: outcome.processSeconds });
    await this.#predictAll(outcome, job);
  }

  async #trainHead(job: JobContext): Promise<void> {
    const { outcome, predictions } = await trainHeadAlone(this.#context, this.#plan, {
      dataset: this.#dataset,
      signal: job.signal,
      tell: (event) => this.#onEvent(event, job),
      onFeatures: (done, total) => job.progress(done, total, `Features of image ${done} of ${total}`),
    });
    this.#context.store.runs.putPredictions(this.#run, predictions);
    this.#context.emit('predictions.changed', { run: this.#run, dataset: this.#dataset });
    this.#update({ processSeconds: outcome.processSeconds });
  }

  /** What an event says is stored before the next one comes; a full disk holds them all up until there is room. */
  async #onEvent(event: TrainingEvent, job: JobContext): Promise<void> {
    for (let waits = false; ; waits = true) {
      try {
        this.#take(event, job);
        if (waits) this.#note('There is room on the disk again: training goes on.');
        return;
      } catch (thrown) {
        if (toFailure(thrown).kind !== 'disk-full' || job.signal.aborted) throw thrown;
        if (!waits) job.progress(this.#step, this.#totalSteps, 'The disk is full: waiting for room');
        await sleep(AGAIN_MS, undefined, { signal: job.signal }).catch(() => undefined);
      }
    }
  }

  #take(event: TrainingEvent, job: JobContext): void {
    switch (event.kind) {
      case 'started':
        return this.#started(event, job);
      case 'steps':
        return this.#steps(event, job);
      case 'epoch':
        return this.#epoch(event);
      case 'saved':
        return this.#update({ processSeconds: event.processSeconds });
      case 'kept':
        return this.#update({ checkpoint: event.checkpoint, checkpointHash: event.hash });
      case 'waiting':
        this.#note(event.reason ?? 'Training goes on.');
        return job.progress(this.#step, this.#totalSteps, event.reason ?? '');
      case 'note':
        return this.#note(event.text);
    }
  }

  #started({ device, stepsPerEpoch, totalSteps, done }: TrainingEvent & { kind: 'started' }, job: JobContext): void {
    this.#totalSteps = totalSteps;
    this.#step = done;
    this.#update({ device, stepsPerEpoch });
    if (this.#plan.resume) this.#note(done === 0 ? 'Begun anew: nothing was saved.' : `Resumed at step ${done}.`);
    job.progress(done, totalSteps, `Epoch ${Math.floor(done / stepsPerEpoch) + 1}`);
  }

  #steps({ first, loss: told, processSeconds }: TrainingEvent & { kind: 'steps' }, job: JobContext): void {
    const { store, emit } = this.#context;
    const loss = new Float32Array(told);
    this.#seconds = processSeconds;
    this.#step = first + loss.length - 1;
    store.runs.appendSteps(this.#run, first, loss);
    emit('run.steps', { run: this.#run, first, loss, processSeconds });
    if (processSeconds - this.#secondsStoredAt >= STORE_SECONDS) {
      this.#secondsStoredAt = processSeconds;
      store.runs.update(this.#run, { processSeconds });
    }
    const { epochs } = this.#plan.settings;
    const epoch = Math.max(1, Math.ceil((this.#step * epochs) / this.#totalSteps));
    job.progress(this.#step, this.#totalSteps, `Epoch ${epoch} of ${epochs}`);
  }

  #epoch({ metrics, best, bestHash, dynamics }: TrainingEvent & { kind: 'epoch' }): void {
    const { store, emit } = this.#context;
    const { epoch, valAccuracy, processSeconds } = metrics;
    store.runs.addEpoch(this.#run, metrics, dynamics ?? undefined);
    const found: RunPatch = best
      ? {
          best: { metric: this.#plan.settings.bestBy, value: valAccuracy ?? 0, epoch },
          ...(bestHash !== null && {
            checkpoint: join(this.#plan.folder, 'best.safetensors'),
            checkpointHash: bestHash,
          }),
        }
      : {};
    this.#update({ epoch, processSeconds, ...found });
    emit('run.epoch', { run: this.#run, metrics });
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

  #pause(): void {
    this.#note(`Paused at step ${this.#step}.`);
    this.#update({ status: 'paused' });
  }

  /** The project is closed: the run goes back to the head of the queue, which is offered at the next opening. */
  #leave(): void {
    this.#note(`Left at step ${this.#step}: the project was closed.`);
    this.#update({ status: 'queued' });
  }

  #note(text: string): void {
    const { notes, processSeconds } = this.#row();
    const seconds = Math.max(processSeconds, this.#seconds);
    this.#update({ notes: [...notes, { at: new Date().toISOString(), text, seconds }] });
  }

  #end(status: RunStatus, patch: RunPatch): void {
    this.#update({ status, endedAt: new Date().toISOString(), ...patch });
  }

  #row(): Run {
    return requireRun(this.#context, this.#run);
  }

  #update(patch: RunPatch): void {
    this.#context.store.runs.update(this.#run, patch);
    tellRun(this.#context, this.#run);
  }
}
