/**
 * Probabilities of labels out of sample: heads of a run's network are trained anew on the features of its images, in folds, so that each
 * image is judged by heads that did not see its label. The features come from a network that may have: that is why the heads are short
 * and plain, and their answers are averaged over several foldings.
 */
import type { Job } from '../../../src-shared/domain/job.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { softmax } from '../../../src-shared/metrics/vich.ts';
import type { HeadPlan } from '../engine/interface.ts';
import { crossValidation } from '../engine/train/head-loop.ts';
import type { JobContext } from '../jobs/interface.ts';
import { requireCheckpoint, requireDataset, requireRun, type RunContext } from '../runs/context.ts';
import { featuresOf } from '../runs/features.ts';

const FOLDS = 5;
/** Foldings whose answers are averaged: where the folds are cut is chance. */
const FOLDINGS = 3;

/** A plain linear head, a few epochs, decoupled weight decay: what learns the rule and not the exception. */
const HEAD: Omit<HeadPlan['settings'], 'seed'> = {
  vich: false,
  epochs: 10,
  batch: 32,
  learningRate: 3e-3,
  gamma: 0.95,
  weightDecay: 0.05,
  lambda: 0,
  vichKl: 'paper',
  labelSmoothing: 0,
  optimizer: 'adamw',
  momentum: 0.9,
  clipNorm: 0,
  classWeights: 'none',
  targets: 'hard',
};
/** Fewer images than this in a class cannot be spread over the folds. */
const LEAST_IMAGES = 2 * FOLDS;

/** Queues the work; its outcome stands in `store.heldOut`. @throws FailureError 'not-found', 'conflict' without a checkpoint, 'invalid'. */
export function startHeldOut(context: RunContext, run: number, dataset: number): Job['id'] {
  const row = requireRun(context, run);
  const { name } = requireDataset(context, dataset);
  requireCheckpoint(context, row);
  return context.jobs.start(
    {
      kind: 'judge',
      title: `Judge the labels of ${name} out of sample`,
      unit: 'images',
      run,
      dataset,
      lane: 'engine',
    },
    (job) => judgeHeldOut(context, run, dataset, job),
  );
}

/** The body of the job: features of every labelled image, then the heads. @throws FailureError of the engine or store, 'cancelled'. */
export async function judgeHeldOut(
  context: RunContext,
  run: number,
  dataset: number,
  job: Pick<JobContext, 'signal' | 'progress'>,
): Promise<void> {
  const { store, engine, emit } = context;
  const row = requireRun(context, run);
  const checkpoint = requireCheckpoint(context, row);
  const { classes } = row;
  const files = store.images
    .files(dataset, null)
    .filter(({ label }) => label !== null && classes.includes(label))
    .map((file) => ({ ...file, at: file.label === null ? -1 : classes.indexOf(file.label) }));
  if (files.length < LEAST_IMAGES)
    throw new FailureError({
      kind: 'invalid',
      message: `Only ${files.length} images have a label that the run “${row.name}” knows.`,
      remedy: `Judging labels takes at least ${LEAST_IMAGES} of them.`,
    });
  const info = await engine.inspect(checkpoint);
  const { width, rows, rowOf } = await featuresOf(
    { store, engine },
    { checkpoint, info, device: 'auto' },
    files,
    job.signal,
    (done) => job.progress(done, files.length, 'Looking at the faces'),
  );
  // Files that could not be read have no features.
  const judged = files.filter(({ id }) => rowOf.has(id));
  const labels = judged.map(({ at }) => at);
  const features = new Float32Array(judged.length * width);
  for (const [at, { id }] of judged.entries()) {
    const row = rowOf.get(id) ?? 0;
    features.set(rows.subarray(row * width, (row + 1) * width), at * width);
  }
  const targets = new Float32Array(labels.length * classes.length);
  labels.forEach((label, at) => (targets[at * classes.length + label] = 1));
  const sums = new Float32Array(targets.length);
  for (let folding = 1; folding <= FOLDINGS; folding++) {
    const rounds = crossValidation(labels, FOLDS, folding);
    const settings = { ...HEAD, seed: folding };
    const plan: HeadPlan = {
      checkpoint,
      device: 'auto',
      features,
      targets,
      classes,
      settings,
      start: 'fresh',
      rounds,
      out: null,
    };
    const { mu } = await engine.trainHead(
      plan,
      ({ round }) => {
        const text = `Head ${(folding - 1) * FOLDS + round + 1} of ${FOLDINGS * FOLDS}`;
        job.progress(files.length, files.length, text);
      },
      job.signal,
    );
    for (let at = 0; at < labels.length; at++) {
      const own = softmax(mu.subarray(at * classes.length, (at + 1) * classes.length));
      own.forEach((p, j) => (sums[at * classes.length + j] = (sums[at * classes.length + j] ?? 0) + p / FOLDINGS));
    }
  }
  store.heldOut.put(
    run,
    dataset,
    judged.map(({ id }, at) => ({ image: id, p: sums.slice(at * classes.length, (at + 1) * classes.length) })),
  );
  emit('predictions.changed', { run, dataset });
}
