/** A training of the head alone: features of every image once, then an epoch in less than a second. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { BestEpoch } from '../../../src-shared/domain/run.ts';
import type { HeadProgress, TrainingEvent, TrainingImage, TrainingOutcome, TrainingPlan } from '../engine/interface.ts';
import type { NewPrediction } from '../store/interface.ts';
import type { RunContext } from './context.ts';
import { featuresOf } from './features.ts';
import type { Features } from './features.ts';

interface HeadJob {
  readonly dataset: number;
  readonly signal: AbortSignal;
  readonly tell: (event: TrainingEvent) => Promise<void>;
  readonly onFeatures: (done: number, total: number) => void;
}

export interface TrainedHead {
  readonly outcome: TrainingOutcome;
  /** Of every image of the dataset that could be read: the features are there, so its prediction costs nothing. */
  readonly predictions: readonly NewPrediction[];
}

/**
 * Trains the plan's head on the features of its one initial model, and tells what a training of the whole network would.
 * @throws FailureError 'invalid' where a split has no readable image, and those of the engine.
 */
export async function trainHeadAlone(
  { store, engine }: Pick<RunContext, 'store' | 'engine'>,
  plan: TrainingPlan,
  { dataset, signal, tell, onFeatures }: HeadJob,
): Promise<TrainedHead> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const { settings, classes, folder, device } = plan;
  const [checkpoint = ''] = plan.initialWeights ?? [];
  const info = await engine.inspect(checkpoint);
  const images = new Map(
    [...store.images.files(dataset, null), ...plan.train, ...plan.val].map(({ id, file, box = null }) => [
      id,
      { id, file, box },
    ]),
  );
  const all = [...images.values()];
  const onProgress = (done: number): void => onFeatures(done, all.length);
  const features = await featuresOf({ store, engine }, { checkpoint, info, device }, all, signal, onProgress);
  const text = `Features of ${features.rowOf.size} images by a ${info.size} model, ${features.known} of them known before.`;
  await tell({ kind: 'note', text });
  const { epochs } = settings;
  await tell({
    kind: 'started',
    device: device === 'auto' ? 'cpu' : device,
    stepsPerEpoch: 1,
    totalSteps: epochs,
    done: 0,
  });
  mkdirSync(folder, { recursive: true });
  const out = join(folder, 'best.safetensors');
  let best: BestEpoch = { metric: settings.bestBy, value: 0, epoch: 0 };
  let last = 0;
  const rounds = [
    { train: rowsOf(plan.train, features, 'training'), judge: Uint32Array.from(features.rowOf.values()) },
  ];
  const follow = rowsOf(plan.val, features, 'validation');
  const found = await engine.trainHead(
    {
      ...{ checkpoint, device, classes, settings, rounds, follow, out, features: features.rows, start: 'fresh' },
      ...targetsOf(plan, features, all.length),
    },
    async (progress) => {
      last = progress.epoch;
      const { followed } = progress;
      if (followed?.best) best = { ...best, value: followed.valAccuracy, epoch: progress.epoch };
      await tell({
        kind: 'steps',
        first: progress.epoch,
        loss: Float32Array.of(progress.loss),
        processSeconds: seconds(),
      });
      await tell(epochEvent(progress, seconds()));
    },
    signal,
  );
  const hash = found.written?.hash ?? '';
  await tell({ kind: 'kept', checkpoint: out, hash });
  if (last < epochs)
    await tell({ kind: 'note', text: `Stopped after epoch ${last}; the best was epoch ${best.epoch}.` });
  const width = classes.length;
  const row = (of: Float32Array, at: number): Float32Array => of.slice(at * width, (at + 1) * width);
  const predictions = [...features.rowOf].map(([image, at]) => ({
    image,
    mu: row(found.mu, at),
    logvar: found.logvar && row(found.logvar, at),
  }));
  return { outcome: { epochs: last, best, checkpoint: out, hash, processSeconds: seconds() }, predictions };
}

function epochEvent({ epoch, loss, learningRate, followed }: HeadProgress, processSeconds: number): TrainingEvent {
  const { trainAccuracy = NaN, valLoss = null, valAccuracy = null, meanSigma = null } = followed ?? {};
  const { valBalancedAccuracy = null, valMacroF1 = null } = followed ?? {};
  return {
    kind: 'epoch',
    metrics: {
      ...{ epoch, learningRate, trainLoss: loss, trainAccuracy, valLoss, valAccuracy, meanSigma },
      ...{ valBalancedAccuracy, valMacroF1, waitSeconds: null, processSeconds },
    },
    best: followed?.best ?? false,
    bestHash: null,
    dynamics: null,
  };
}

/** Rows of a split's images. */
function rowsOf(images: readonly TrainingImage[], { rowOf }: Features, split: string): Uint32Array {
  const rows = images.flatMap(({ id }) => rowOf.get(id) ?? []);
  if (rows.length > 0) return Uint32Array.from(rows);
  throw new FailureError({
    kind: 'invalid',
    message: `No image of the ${split} split could be read.`,
    remedy: 'Look whether the folder of the dataset is there.',
  });
}

/** What the rows are trained towards; rows outside of the two splits have no label and are never trained on. */
function targetsOf(
  { train, val, classes }: TrainingPlan,
  { rowOf }: Features,
  count: number,
): { targets: Float32Array; labels: Int32Array; certainty: Float32Array } {
  const targets = new Float32Array(count * classes.length);
  const labels = new Int32Array(count);
  const certainty = new Float32Array(count).fill(1);
  for (const image of [...train, ...val]) {
    const row = rowOf.get(image.id);
    if (row === undefined) continue;
    labels[row] = image.label;
    certainty[row] = image.certainty ?? 1;
    if (image.target) targets.set(image.target, row * classes.length);
    else targets[row * classes.length + image.label] = 1;
  }
  return { targets, labels, certainty };
}
