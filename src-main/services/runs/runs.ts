/** Models of the open project: training them, asking them, and what they found. */
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { CamMethod } from '../../../src-shared/domain/cam.ts';
import type { Emit } from '../../../src-shared/contract/client.ts';
import type { TrainingDynamics } from '../../../src-shared/domain/dynamics.ts';
import { FailureError, toFailure } from '../../../src-shared/domain/failure.ts';
import { DeviceChoice } from '../../../src-shared/domain/device.ts';
import type { Job, StopReason } from '../../../src-shared/domain/job.ts';
import { isResumable } from '../../../src-shared/domain/run.ts';
import type { Explanation, Preset, Run, RunMetrics, TrainRequest } from '../../../src-shared/domain/run.ts';
import type { Version } from '../../../src-shared/domain/version.ts';
import type { Engine, TrainingImage, TrainingPlan } from '../engine/interface.ts';
import { checkpointFolder } from './checkpoint-folder.ts';
import { requireCheckpoint, requireDataset, requireRun, tellRun } from './context.ts';
import type { OpenProject, RunContext } from './context.ts';
import { explanationOf } from './explain.ts';
import { importRun } from './import.ts';
import { failedText, predictAndStore } from './prediction.ts';
import { readPlan, writePlan } from './plan-file.ts';
import { PRESETS } from './presets.ts';
import { headSettings, requireFreezable, requireNoLeak } from './requirements.ts';
import { newOrigin, writeOrigin } from '../passports/origin.ts';
import type { Origin } from '../passports/origin.ts';
import { requireVersion } from '../versions/difference.ts';
import { Training, classesFor, gatherImages } from './training.ts';

/** Every method works on the project that is open when it is called, and throws FailureError. */
export class Runs {
  readonly #project: OpenProject;
  readonly #engine: Engine;
  readonly #emit: Emit;
  readonly #presets: () => readonly Preset[];

  /** @param presets that settings may have been taken from. */
  constructor(project: OpenProject, engine: Engine, emit: Emit, presets: () => readonly Preset[] = () => PRESETS) {
    this.#project = project;
    this.#engine = engine;
    this.#emit = emit;
    this.#presets = presets;
  }

  list(): Run[] {
    return this.#context().store.runs.list();
  }

  metrics(run: number): RunMetrics {
    const context = this.#context();
    requireRun(context, run);
    return context.store.runs.metrics(run);
  }

  /**
   * What training saw of each image, epoch by epoch.
   * @throws FailureError 'not-found'; 'conflict' for an imported run, or one of a version that did not record it.
   */
  dynamics(run: number): TrainingDynamics {
    const context = this.#context();
    const { name } = requireRun(context, run);
    const found = context.store.runs.dynamics(run);
    if (found !== null) return found;
    throw new FailureError({
      kind: 'conflict',
      message: `The run "${name}" has no record of how it learnt each image.`,
      remedy: 'Train a new run: it is recorded from the first epoch on.',
    });
  }

  /**
   * Queues a training once it is known that it can be trusted: no picture stands in both of its splits.
   * @throws FailureError 'leak' where one does and the request does not say that it knows.
   */
  async start(request: TrainRequest): Promise<{ run: number; job: number }> {
    const context = this.#context();
    requireDataset(context, request.dataset);
    const warning = await this.check(request);
    const { settings } = request;
    const whole =
      settings.parts === 'head'
        ? await headSettings(this.#engine, settings, initialWeightsOf(context, request))
        : settings;
    return this.startTraining({ ...request, settings: whole }, warning);
  }

  /**
   * That no picture stands in both of its splits.
   * @returns what the run's log then has to say, where one does and the request knows it.
   * @throws FailureError 'leak'
   */
  check(request: TrainRequest): Promise<string | null> {
    return requireNoLeak(this.#context().store, request);
  }

  /** What a training of this request would be given, for a trial: nothing is queued or stored. */
  planOf(request: TrainRequest): TrainingPlan {
    const context = this.#context();
    const { settings, device } = request;
    const dataset = requireDataset(context, request.dataset);
    const classes = classesFor(dataset);
    const images = gatherImages(context, request, classes);
    requireFreezable(settings, classes.length);
    const initialWeights = initialWeightsOf(context, request);
    return { settings, classes, ...images, initialWeights, device, folder: '', roots: [dataset.root], resume: false };
  }

  /** Queues a training. At its end every readable image of the dataset has a prediction of the best checkpoint. */
  startTraining(request: TrainRequest, warning: string | null = null): { run: number; job: number } {
    const context = this.#context();
    const { store } = context;
    const { settings, device, trainSplit, valSplit } = request;
    const dataset = requireDataset(context, request.dataset);
    const classes = classesFor(dataset);
    const version = versionOf(context, request);
    const images = gatherImages(context, request, classes);
    requireFreezable(settings, classes.length);
    const initialWeights = initialWeightsOf(context, request);
    const name = request.name?.trim() || freeName(settings.preset, store.runs.list());
    const run = store.runs.insert({
      name,
      kind: 'trained',
      status: 'queued',
      dataset: dataset.id,
      version,
      size: settings.size,
      classes: [...classes],
      vich: settings.vich,
      layerEmbedding: settings.layerEmbedding,
      trainSplit,
      valSplit,
      settings,
      device,
      epochs: settings.epochs,
    });
    if (warning !== null) store.runs.update(run, { notes: [{ at: new Date().toISOString(), text: warning }] });
    const folder = checkpointFolder(store.folder, run);
    const learned = { ...images, ...(initialWeights.length > 0 && { initialWeights }) };
    try {
      const numbers = (of: (image: TrainingImage) => number): number[] => images.train.map(of);
      store.runs.setTrainingImages(
        run,
        Int32Array.from(numbers(({ id }) => id)),
        Uint8Array.from(numbers(({ label }) => label)),
      );
      writePlan(folder, learned);
      writeOrigin(folder, newOrigin(settings, this.#presets(), parentsOf(context, request)));
    } catch (cause) {
      store.runs.remove(run);
      throw cause;
    }
    const plan = { settings, classes, ...learned, device, folder, roots: [dataset.root], resume: false };
    return { run, job: queueTraining(context, requireRun(context, run), dataset.id, plan) };
  }

  /**
   * Goes on with a run that was paused, stopped or interrupted, from where its newest resume point stands.
   * @throws FailureError 'conflict' for one that is at work or done.
   */
  resume(run: number): { run: number; job: number } {
    const context = this.#context();
    const row = requireRun(context, run);
    const { settings, dataset: id, classes } = row;
    if (!isResumable(row) || settings === null || id === null) {
      throw new FailureError({
        kind: 'conflict',
        message: `The run "${row.name}" cannot be resumed: it is ${row.kind === 'imported' ? 'imported' : row.status}.`,
        remedy: 'Only a trained run that was paused, stopped, interrupted or failed can go on.',
      });
    }
    const dataset = requireDataset(context, id);
    const folder = checkpointFolder(context.store.folder, run);
    const learned = readPlan(folder, context.store, id);
    const device = DeviceChoice.catch('auto').parse(row.device);
    const plan = { settings, classes, ...learned, device, folder, roots: [dataset.root], resume: true };
    return { run, job: queueTraining(context, row, id, plan) };
  }

  /** Runs that were at work or waited when the project was last left, in the order in which they would go on. */
  left(): number[] {
    return this.#context().store.runs.left();
  }

  /** Goes on with all of them, in that order. One that cannot go on keeps the reason, and holds up no other. */
  resumeLeft(): { run: number; job: number }[] {
    const context = this.#context();
    return context.store.runs.left().flatMap((run) => {
      try {
        return [this.resume(run)];
      } catch (thrown) {
        context.store.runs.update(run, { error: toFailure(thrown) });
        tellRun(context, run);
        return [];
      }
    });
  }

  /** They are offered no longer; each can still be resumed by itself. */
  forgetLeft(): void {
    this.#context().store.runs.forgetLeft();
  }

  /** Stops a run's training between two steps, to go on later. */
  pause(run: number): void {
    this.#stop(run, 'pause');
  }

  /**
   * Stops a run's training for good.
   * @param keep its checkpoint; without, the run is removed with everything it made.
   */
  async stop(run: number, keep: boolean): Promise<void> {
    const { jobs } = this.#context();
    const job = this.#stop(run, keep ? 'keep' : 'discard');
    if (keep) return;
    await jobs.finished(job);
    await this.remove(run);
  }

  #stop(run: number, reason: StopReason): number {
    const context = this.#context();
    const { name } = requireRun(context, run);
    const job = context.jobs.list().find((one) => one.run === run && one.kind === 'train' && isLive(one));
    if (job === undefined) {
      throw new FailureError({
        kind: 'conflict',
        message: `The run "${name}" is not training.`,
        remedy: 'It has ended meanwhile: look at the list of runs.',
      });
    }
    context.jobs.cancel(job.id, reason);
    return job.id;
  }

  /** Queues the prediction of a dataset's split, of all of it, of these images of it, or of those whose prediction is stale. */
  startPredict(request: {
    run: number;
    dataset: number;
    split: string | null;
    device: DeviceChoice;
    images?: readonly number[] | undefined;
    stale?: boolean | undefined;
  }): { job: number } {
    const context = this.#context();
    const run = requireRun(context, request.run);
    const dataset = requireDataset(context, request.dataset);
    const checkpoint = requireCheckpoint(context, run);
    const stale = request.stale === true ? context.store.runs.stale(run.id, dataset.id, request.split) : undefined;
    const images = request.images ?? stale;
    const wanted = images === undefined ? null : new Set(images);
    const files = context.store.images
      .files(dataset.id, request.split)
      .filter(({ id }) => wanted === null || wanted.has(id));
    if (files.length === 0) {
      throw new FailureError({
        kind: 'invalid',
        message: 'There is no readable image to predict.',
        remedy: 'Choose another split or dataset.',
      });
    }
    const order = { run: run.id, dataset: dataset.id, checkpoint, files, device: request.device };
    const title = `Predict ${dataset.name} with ${run.name}`;
    const job = context.jobs.start(
      { kind: 'predict', title, unit: 'images', lane: 'engine', run: run.id, dataset: dataset.id },
      async (body) => {
        body.progress(0, files.length);
        const count = await predictAndStore(context, order, body.signal, ({ stored, failed }) => {
          body.progress(stored + failed, files.length);
        });
        body.progress(files.length, files.length, failedText(count));
      },
    );
    return { job };
  }

  /** @throws FailureError 'not-found'; those of the engine. */
  async explain(request: { run: number; image: number; method?: CamMethod | undefined }): Promise<Explanation> {
    const context = this.#context();
    const run = requireRun(context, request.run);
    const checkpoint = requireCheckpoint(context, run);
    const image = context.store.images.file(request.image);
    if (image === null) {
      throw new FailureError({
        kind: 'not-found',
        message: `There is no image ${request.image} in this project.`,
        remedy: 'Choose one from the gallery; its dataset may have been removed.',
      });
    }
    const { method = 'gradcam' } = request;
    const { file, box } = image;
    const found = await this.#engine.explain({ checkpoint, file, box, method, device: 'auto' });
    return explanationOf(run, request.image, method, found);
  }

  rename(run: number, name: string): void {
    const context = this.#context();
    requireRun(context, run);
    context.store.runs.update(run, { name: name.trim() });
    tellRun(context, run);
  }

  /** Deletes the run, its predictions and its checkpoints. Refused while a job works for it. */
  async remove(run: number): Promise<void> {
    const { store, jobs } = this.#context();
    const { name } = requireRun({ store }, run);
    if (jobs.list().some((job) => job.run === run && isLive(job))) {
      throw new FailureError({
        kind: 'conflict',
        message: `The run "${name}" is at work.`,
        remedy: 'Cancel its job first, or wait for its end.',
      });
    }
    store.runs.remove(run);
    this.#emit('run.removed', { run });
    // After the rows: a crash in between leaves an unused folder, never a run without its checkpoint.
    await rm(checkpointFolder(store.folder, run), { recursive: true, force: true });
  }

  /** A checkpoint file becomes a run of its own; the file is copied into the project. */
  importCheckpoint(path: string, name?: string): Promise<Run> {
    return importRun(this.#context(), path, name?.trim() || undefined);
  }

  #context(): RunContext {
    const { store, jobs } = this.#project.require();
    return { store, jobs, engine: this.#engine, emit: this.#emit };
  }
}

/** The version to train on, if one is asked for. @throws FailureError 'not-found', also where it is another dataset's. */
function versionOf({ store }: RunContext, { version, dataset }: TrainRequest): Version | null {
  if (version === undefined || version === null) return null;
  const found = requireVersion(store, version);
  if (found.dataset === dataset) return found;
  throw new FailureError({
    kind: 'not-found',
    message: `“${found.name}” is a version of another dataset.`,
    remedy: 'Choose one of the versions of the dataset to train on.',
  });
}

/** Files that the weights start from, the later over the earlier. @throws FailureError 'not-found'; 'conflict' for a run without weights. */
function initialWeightsOf(context: RunContext, { initialRun, initialWeights = [] }: TrainRequest): readonly string[] {
  if (initialRun === undefined) return initialWeights;
  return [requireCheckpoint(context, requireRun(context, initialRun)), ...initialWeights];
}

/** The same with the names that a passport gives them. */
function parentsOf(context: RunContext, { initialRun, initialWeights = [] }: TrainRequest): Origin['parents'] {
  const files = initialWeights.map((file) => ({ name: basename(file), file, sha256: null }));
  if (initialRun === undefined) return files;
  const { name, checkpointHash } = requireRun(context, initialRun);
  const file = requireCheckpoint(context, requireRun(context, initialRun));
  return [{ name, file, sha256: checkpointHash }, ...files];
}

function isLive({ status }: Job): boolean {
  return status === 'queued' || status === 'running';
}

function queueTraining(context: RunContext, { id: run, name }: Run, dataset: number, plan: TrainingPlan): number {
  const { store, jobs } = context;
  const training = new Training(context, run, dataset, plan);
  store.runs.update(run, { status: 'queued', endedAt: null, error: null });
  const spec = { kind: 'train', title: `Train ${name}`, unit: 'steps', lane: 'engine', run, dataset } as const;
  const job = jobs.start(spec, (body) => training.run(body));
  tellRun(context, run);
  void jobs.finished(job).then(({ status }) => {
    // Left in the queue of a project that is closed: there it stays, to be offered at the next opening.
    if (status === 'interrupted') return;
    // Stopped while it waited: its body never ran.
    if (store.runs.get(run)?.status !== 'queued') return;
    store.runs.update(run, { status, endedAt: new Date().toISOString() });
    tellRun(context, run);
  });
  return job;
}

/** "quick 1", "quick 2" …: the first that no run of the project has. */
function freeName(preset: string, runs: readonly Run[]): string {
  const taken = new Set(runs.map(({ name }) => name));
  let number = 1;
  while (taken.has(`${preset} ${number}`)) number++;
  return `${preset} ${number}`;
}
