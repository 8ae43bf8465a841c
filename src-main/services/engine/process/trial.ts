/** Short trainings that look for a setting: nothing of them is kept but what they measured. */
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { DIVERGED, rateOfStep } from '../../../../src-shared/metrics/rate-range.ts';
import { decodeSquare } from '../../images/pixels.ts';
import type { TrainingPlan } from '../interface.ts';
import { Random } from '../random.ts';
import type { DeviceId } from '../runtime/devices.ts';
import { BatchMaker } from '../train/batches.ts';
import type { TrainingBatch } from '../train/batches.ts';
import { PixelCache } from '../train/pixels.ts';
import { epochBatches, repeatsIn } from '../train/sampler.ts';
import { openLearner } from './learner.ts';
import type { OpenLearner } from './learner.ts';
import type { CallTable } from './protocol.ts';
import { configOf } from './train.ts';

/** Share of the past in the mean by which a test is ended. */
const BETA = 0.9;
/** Steps that are timed, after one that opens what it needs. */
const TIMED = 2;

type Plan = TrainingPlan & { readonly device: DeviceId };

export const rangeTest: CallTable['rangeTest'] = async ({ plan, from, to, steps }, { tell, signal }) => {
  await withBatches(plan, async (learner, batches) => {
    const noise = Random.seeded(plan.settings.seed).split('noise');
    let [mean, lowest] = [0, Infinity];
    for (let step = 0; step < steps; step += 1) {
      stopIfAborted(signal);
      const rate = rateOfStep(step, { from, to, steps });
      const { loss } = await learner.step(await batches.next(), rate, noise.split(`${step + 1}`));
      if (!Number.isFinite(loss)) return;
      await tell({ step, rate, loss });
      mean = BETA * mean + (1 - BETA) * loss;
      const corrected = mean / (1 - BETA ** (step + 1));
      lowest = Math.min(lowest, corrected);
      if (corrected > DIVERGED * lowest) return;
    }
  });
  return null;
};

export const measureBatch: CallTable['measureBatch'] = async (plan, { signal }) => {
  const { batch } = plan.settings;
  return withBatches(plan, async (learner, batches, ranOut) => {
    const noise = Random.seeded(1);
    const step = async (): Promise<void> => {
      stopIfAborted(signal);
      await learner.step(await batches.next(), plan.settings.learningRate, noise.split('step'));
    };
    await step();
    const started = performance.now();
    for (let timed = 0; timed < TIMED; timed += 1) await step();
    const seconds = (performance.now() - started) / 1000;
    const fits = !ranOut();
    return { imagesPerSecond: fits ? (TIMED * batch) / seconds : null, memory: process.memoryUsage().rss };
  });
};

/** Whole batches of the plan's images, epoch after epoch; few images are taken again until a batch is full. */
async function withBatches<T>(
  plan: Plan,
  body: (learner: OpenLearner, batches: { next(): Promise<TrainingBatch> }, ranOut: () => boolean) => Promise<T>,
): Promise<T> {
  let isOut = false;
  const { settings } = plan;
  const train = Array.from(
    { length: Math.max(plan.train.length, settings.batch) },
    (_, index) => plan.train[index % plan.train.length],
  ).flatMap((image) => image ?? []);
  // Resumed: what the initial weights brought is no news here.
  const whole = { ...plan, train, resume: true };
  const maker = new BatchMaker(whole, new PixelCache(decodeSquare));
  let [epoch, at] = [1, 0];
  const next = (): Promise<TrainingBatch> => {
    const batches = epochBatches(train, settings, epoch);
    const positions = batches[at];
    if (positions === undefined || positions.length < settings.batch) {
      [epoch, at] = [epoch + 1, 0];
      return next();
    }
    const repeats = repeatsIn(batches)[at];
    at += 1;
    return maker.make(positions, epoch, repeats ?? new Uint32Array());
  };
  const learner = await openLearner(whole, configOf(whole), plan.device, () => (isOut = true));
  try {
    return await body(learner, { next }, () => isOut);
  } finally {
    await learner.dispose();
  }
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new FailureError({ kind: 'cancelled', message: 'The trial was stopped.', remedy: '' });
}
