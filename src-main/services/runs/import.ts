/** Checkpoints from elsewhere as runs of the project. */
import { copyFile, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { BestEpoch, EpochMetrics, TrainSettings } from '../../../src-shared/domain/run.ts';
import type { Run } from '../../../src-shared/domain/run.ts';
import type { TrainingDynamics } from '../../../src-shared/domain/dynamics.ts';
import type { CheckpointInfo } from '../engine/interface.ts';
import { writeFailure } from '../files/write.ts';
import { PASSPORT_FILE, passportBeside } from '../passports/passports.ts';
import type { Store } from '../store/interface.ts';
import { requireRun, tellRun } from './context.ts';
import type { RunContext } from './context.ts';
import { checkpointFolder } from './checkpoint-folder.ts';
import { packDynamics, PackedDynamics, packFloats, unpackDynamics, unpackFloats } from './packed-history.ts';

/** How a run came about: what lies beside a checkpoint that travels with its curves. */
export const TrainedHistory = z.object({
  name: z.string().min(1).max(120),
  settings: TrainSettings,
  trainSplit: z.string(),
  valSplit: z.string(),
  device: z.string(),
  best: BestEpoch,
  epochs: z.array(EpochMetrics).min(1),
  stepsPerEpoch: z.number().int(),
  /** Loss of every optimizer step. */
  losses: z.array(z.number()),
  processSeconds: z.number(),
  startedAt: z.string(),
  endedAt: z.string(),
  /** SHA-256 of the checkpoint that belongs to it. */
  checkpointHash: z.string(),
  /** What training saw of each image, in the order of the training split. */
  dynamics: PackedDynamics.optional(),
  /** Held-out probabilities of every labelled image of the dataset, in the order of their ids: [n, classes], base64. */
  heldOut: z.base64().optional(),
});
export type TrainedHistory = z.infer<typeof TrainedHistory>;

/** The history of a run that has ended, ready to be written beside its checkpoint. @throws FailureError 'conflict' */
export function historyOf({ store }: Pick<RunContext, 'store'>, run: number): TrainedHistory {
  const row = requireRun({ store }, run);
  const { epochs, loss, stepsPerEpoch } = store.runs.metrics(run);
  const dynamics = store.runs.dynamics(run);
  const heldOut = row.dataset === null ? [] : [...store.heldOut.of(run, row.dataset)].sort(([a], [b]) => a - b);
  const history = TrainedHistory.safeParse({
    ...row,
    epochs,
    stepsPerEpoch,
    losses: [...loss],
    ...(dynamics !== null && { dynamics: packDynamics(dynamics) }),
    ...(heldOut.length > 0 && { heldOut: packFloats(Float32Array.from(heldOut.flatMap(([, p]) => [...p]))) }),
  });
  if (history.success) return history.data;
  throw new FailureError({
    kind: 'conflict',
    message: `The run "${row.name}" has no complete history.`,
    remedy: 'Only a run that was trained here, to its end, has one.',
  });
}

/**
 * Checks a checkpoint file, copies it into the project and makes a run of it.
 * @param source the file that it was made from, beside which its passport may lie.
 * @throws FailureError as `Engine.inspect`; 'invalid' when a history or a passport belongs to another checkpoint, or was altered.
 */
export async function importRun(
  context: RunContext,
  path: string,
  name?: string,
  trained?: { history: TrainedHistory; dataset: number },
  source = path,
): Promise<Run> {
  const { store, engine } = context;
  const passport = await passportBeside(source);
  const info = await engine.inspect(path);
  if (trained && trained.history.checkpointHash !== info.hash) {
    throw new FailureError({
      kind: 'invalid',
      message: `The history beside ${basename(path)} belongs to another checkpoint.`,
      remedy: 'Take both files from the same run.',
    });
  }
  const run = insertRow(context, info, name ?? basename(path).replace(/\.[^.]+$/, ''), trained);
  const folder = checkpointFolder(store.folder, run);
  const checkpoint = join(folder, 'best.safetensors');
  try {
    await mkdir(folder, { recursive: true });
    await copyDurably(path, checkpoint);
    if (passport !== null) await writeFile(join(folder, PASSPORT_FILE), passport.text, { flush: true });
  } catch (cause) {
    store.runs.remove(run);
    await rm(folder, { recursive: true, force: true });
    throw writeFailure(checkpoint, cause);
  }
  if (trained) storeHeldOut(store, run, trained.history, trained.dataset);
  store.runs.update(run, { checkpoint, checkpointHash: info.hash, status: 'done' });
  tellRun(context, run);
  return requireRun(context, run);
}

function insertRow(
  { store }: RunContext,
  { size, classes, vich, layerEmbedding }: CheckpointInfo,
  name: string,
  trained?: { history: TrainedHistory; dataset: number },
): number {
  const history = trained?.history;
  const run = store.runs.insert({
    name,
    kind: trained ? 'trained' : 'imported',
    status: 'queued',
    dataset: trained?.dataset ?? null,
    size,
    classes: [...classes],
    vich,
    layerEmbedding,
    trainSplit: history?.trainSplit ?? null,
    valSplit: history?.valSplit ?? null,
    settings: history?.settings ?? null,
    device: history?.device ?? '',
    epochs: history?.settings.epochs ?? 0,
  });
  if (history) {
    store.runs.appendSteps(run, 1, Float32Array.from(history.losses));
    const dynamics = dynamicsOf(store, history, trained.dataset);
    if (dynamics !== null) store.runs.setTrainingImages(run, dynamics.images, dynamics.labels);
    for (const metrics of history.epochs)
      store.runs.addEpoch(
        run,
        metrics,
        dynamics?.epochs.find(({ epoch }) => epoch === metrics.epoch),
      );
    const { best, stepsPerEpoch, processSeconds, startedAt, endedAt } = history;
    const epoch = history.epochs.length;
    store.runs.update(run, { best, epoch, stepsPerEpoch, processSeconds, startedAt, endedAt });
  }
  return run;
}

/** Ids of a part of a dataset as it was imported, whatever was labelled since. */
function idsOf(store: Store, dataset: number, q: string): number[] {
  return [...store.images.ids({ dataset, run: null, q, sort: 'id', descending: false })];
}

/** The training's notes with the ids that its images have here; null where the dataset is another. */
function dynamicsOf(store: Store, { dynamics, trainSplit }: TrainedHistory, dataset: number): TrainingDynamics | null {
  if (dynamics === undefined) return null;
  const images = idsOf(store, dataset, `split:"${trainSplit}"`);
  const unpacked = unpackDynamics(dynamics, images);
  return unpacked.labels.length === images.length ? unpacked : null;
}

/** Stores the held-out probabilities that came with a history; where the dataset is another, nothing. */
function storeHeldOut(store: Store, run: number, { heldOut }: TrainedHistory, dataset: number): void {
  if (heldOut === undefined) return;
  const images = idsOf(store, dataset, '');
  const classes = store.runs.get(run)?.classes.length ?? 0;
  const p = unpackFloats(heldOut);
  if (p.length !== images.length * classes) return;
  store.heldOut.put(
    run,
    dataset,
    images.map((image, at) => ({ image, p: p.slice(at * classes, (at + 1) * classes) })),
  );
}

/** Copies so that the file is there whole or not at all. */
async function copyDurably(from: string, to: string): Promise<void> {
  const temporary = `${to}.tmp`;
  await copyFile(from, temporary);
  const handle = await open(temporary, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, to);
}
