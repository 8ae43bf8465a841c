/** What a run has told of itself so far: its losses and epochs, put together from one answer and the events around it. Pure. */
import { quantile } from 'd3-array';
import type { EpochMetrics, Run, RunMetrics } from '../../../src-shared/domain/run.ts';
import { fixed, plural } from '../../text/format.ts';
import { scientific } from '../../text/rates.ts';
import { clock } from '../../text/time.ts';

export const NO_METRICS: RunMetrics = {
  steps: new Int32Array(0),
  loss: new Float32Array(0),
  stepsPerEpoch: 0,
  epochs: [],
};

/** The metrics with further losses, of the steps from `first` on. Steps that are known already are not taken twice. */
export function withSteps(metrics: RunMetrics, first: number, loss: Float32Array): RunMetrics {
  const known = metrics.steps.at(-1) ?? 0;
  const skip = Math.max(0, known - first + 1);
  if (skip >= loss.length) return metrics;
  const fresh = loss.subarray(skip);
  const steps = new Int32Array(metrics.steps.length + fresh.length);
  const losses = new Float32Array(steps.length);
  steps.set(metrics.steps);
  losses.set(metrics.loss);
  for (let i = 0; i < fresh.length; i++) steps[metrics.steps.length + i] = first + skip + i;
  losses.set(fresh, metrics.loss.length);
  return { ...metrics, steps, loss: losses };
}

/** The metrics with an epoch's numbers; an epoch told twice is kept once. */
export function withEpoch(metrics: RunMetrics, epoch: EpochMetrics): RunMetrics {
  const others = metrics.epochs.filter((one) => one.epoch !== epoch.epoch);
  return { ...metrics, epochs: [...others, epoch].toSorted((a, b) => a.epoch - b.epoch) };
}

export interface RunProgress {
  /** Steps done, and in all; 0 while the number of steps an epoch is unknown. */
  readonly step: number;
  readonly total: number;
  /** The epoch at work, from 1, and the steps done in it. */
  readonly epoch: number;
  readonly stepInEpoch: number;
}

/** Where a run stands. */
export function progressOf(metrics: RunMetrics, epochs: number): RunProgress {
  const per = metrics.stepsPerEpoch;
  const step = metrics.steps.at(-1) ?? 0;
  const total = per * epochs;
  if (per === 0) return { step, total: 0, epoch: step === 0 ? 0 : 1, stepInEpoch: step };
  const complete = metrics.epochs.at(-1)?.epoch ?? 0;
  // After an epoch's last step, validation runs: the epoch is at its end, not yet over.
  const epoch = Math.min(epochs, Math.max(complete + 1, Math.ceil(step / per)));
  return { step, total, epoch, stepInEpoch: Math.min(per, Math.max(0, step - (epoch - 1) * per)) };
}

/** Steps that must have been seen before a range of the remaining time means anything. */
const STEPS_FOR_ETA = 20;

/**
 * Remaining seconds as a range: at the faster and at the slower quarter of the recent speeds (units a second).
 * Null before 20 steps or without speeds.
 */
export function remainingRange(
  { step, total }: Pick<RunProgress, 'step' | 'total'>,
  rates: readonly number[],
): readonly [low: number, high: number] | null {
  const speeds = rates.filter((rate) => rate > 0);
  const slow = quantile(speeds, 0.25);
  const fast = quantile(speeds, 0.75);
  if (step < STEPS_FOR_ETA || total <= step || slow === undefined || fast === undefined) return null;
  return [(total - step) / fast, (total - step) / slow];
}

export interface LogLine {
  /** Process time, "12:03". */
  readonly time: string;
  readonly text: string;
  readonly kind: 'plain' | 'error';
}

/** The run's story in lines, oldest first. */
export function logLines(run: Run, metrics: RunMetrics): LogLine[] {
  const said: (Omit<LogLine, 'time'> & { readonly seconds: number })[] = [];
  const say = (seconds: number, text: string, kind: LogLine['kind'] = 'plain') => said.push({ seconds, text, kind });
  if (run.startedAt !== null) say(0, `started on ${run.device}, ${metrics.stepsPerEpoch || '?'} steps an epoch`);
  for (const epoch of metrics.epochs) {
    const parts = [
      `epoch ${epoch.epoch}`,
      `loss ${epoch.trainLoss.toFixed(3)}`,
      `acc ${fixed(epoch.trainAccuracy * 100, 1)}`,
      epoch.valLoss === null ? '' : `val_loss ${epoch.valLoss.toFixed(3)}`,
      epoch.valAccuracy === null ? '' : `val_acc ${fixed(epoch.valAccuracy * 100, 1)}`,
      `lr ${scientific(epoch.learningRate)}`,
      run.best?.epoch === epoch.epoch ? 'best' : '',
    ];
    say(epoch.processSeconds, parts.filter((part) => part !== '').join('   '));
  }
  const end = run.processSeconds;
  for (const note of run.notes) say(note.seconds ?? end, note.text);
  said.sort((a, b) => a.seconds - b.seconds);
  if (run.status === 'done') say(end, `done after ${plural(run.epoch, 'epoch')}`);
  if (run.status === 'cancelled') say(end, `stopped in epoch ${Math.min(run.epochs, run.epoch + 1)}`);
  if (run.status === 'interrupted') say(end, 'interrupted: its process ended while it ran', 'error');
  if (run.error !== null) say(end, `${run.error.message} ${run.error.remedy}`.trim(), 'error');
  return said.map(({ seconds, text, kind }) => ({ time: clock(seconds), text, kind }));
}

/** Share of the process time that steps waited for their images, over the epochs that measured it; null for none. */
export function waitingShare({ epochs }: Pick<RunMetrics, 'epochs'>): number | null {
  let [waited, worked, before] = [0, 0, 0];
  for (const { waitSeconds, processSeconds } of epochs) {
    if (waitSeconds !== null) {
      waited += waitSeconds;
      worked += processSeconds - before;
    }
    before = processSeconds;
  }
  return worked > 0 ? waited / worked : null;
}
