import { z } from 'zod';
import { TrainRequest } from './run.ts';

/**
 * A short training that looks for a setting: `learning-rate`, steps whose rate rises from `from` to `to` (Smith 2017); `batch`,
 * batches that double until one does not fit or brings nothing.
 */
export const TrialRequest = z.object({
  kind: z.enum(['learning-rate', 'batch']),
  request: TrainRequest,
  from: z.number().positive().default(1e-7),
  to: z.number().positive().default(1),
  /** Steps from the one to the other. */
  steps: z.number().int().min(10).max(1_000).default(100),
});
export type TrialRequest = z.infer<typeof TrialRequest>;

export const TrialResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('learning-rate'),
    rates: z.array(z.number()),
    loss: z.array(z.number()),
    /** Exponential mean of the loss, corrected for its start. */
    smoothed: z.array(z.number()),
    /** A tenth of the rate at the lowest smoothed loss; null where it never fell. */
    suggested: z.number().nullable(),
  }),
  z.object({
    kind: z.literal('batch'),
    sizes: z.array(
      z.object({
        batch: z.number().int(),
        /** Null: it did not fit. */
        imagesPerSecond: z.number().nullable(),
        /** What the engine’s process holds after its steps, bytes. */
        memory: z.number().nullable(),
      }),
    ),
    suggested: z.number().int().nullable(),
  }),
]);
export type TrialResult = z.infer<typeof TrialResult>;
export type RateTrialResult = Extract<TrialResult, { kind: 'learning-rate' }>;
export type BatchTrialResult = Extract<TrialResult, { kind: 'batch' }>;

export const Trial = z.object({
  id: z.number().int(),
  request: TrialRequest,
  result: TrialResult,
  createdAt: z.string(),
});
export type Trial = z.infer<typeof Trial>;
