/** The learning rate of a step: warm-up, then the schedule. */
import type { TrainSettings } from '../../../../src-shared/domain/run.ts';

export type ScheduleSettings = Pick<TrainSettings, 'learningRate' | 'gamma' | 'schedule' | 'warmup' | 'epochs'>;

/**
 * Warm-up rises by equal parts from the first step to the full rate (PyTorch's LinearLR, whose first factor is 1 / steps). After
 * it, `exponential` multiplies by gamma an epoch (ExponentialLR, stepped after each epoch); `cosine` falls to 0 with the last step
 * (CosineAnnealingLR, stepped after each step; Loshchilov and Hutter 2017, without restarts).
 * @param step of the whole training, from 0.
 */
export function learningRateAt(step: number, stepsPerEpoch: number, settings: ScheduleSettings): number {
  const { learningRate, gamma, schedule, warmup, epochs } = settings;
  const warm = Math.round(warmup * stepsPerEpoch);
  if (step < warm) return (learningRate * (step + 1)) / warm;
  const since = step - warm;
  if (schedule === 'exponential') return learningRate * gamma ** Math.floor(since / stepsPerEpoch);
  const whole = Math.max(1, epochs * stepsPerEpoch - warm);
  return (learningRate * (1 + Math.cos((Math.PI * since) / whole))) / 2;
}
