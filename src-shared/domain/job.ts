import { z } from 'zod';
import { Failure } from './failure.ts';

export const JobKind = z.enum([
  'sample',
  'import',
  'train',
  'predict',
  'features',
  'trial',
  'export',
  'duplicates',
  'install',
  'benchmark',
  'judge',
]);
export type JobKind = z.infer<typeof JobKind>;

export const JobStatus = z.enum(['queued', 'running', 'paused', 'done', 'failed', 'cancelled', 'interrupted']);
export type JobStatus = z.infer<typeof JobStatus>;

/**
 * Why a job is stopped: to go on later, for good, or with nothing of it kept. Only training knows the difference; for other work
 * each is a cancel.
 */
export const StopReason = z.enum(['pause', 'keep', 'discard']);
export type StopReason = z.infer<typeof StopReason>;

/** Long work. `interrupted`: it was running when the application ended without finishing it. */
export const Job = z.object({
  id: z.number().int(),
  kind: JobKind,
  title: z.string(),
  status: JobStatus,
  done: z.number(),
  /** 0 while unknown. */
  total: z.number(),
  unit: z.string(),
  /** Units a second over the last seconds; null until measured. */
  rate: z.number().nullable(),
  etaSeconds: z.number().nullable(),
  text: z.string(),
  /** The run or dataset it makes, once known. */
  run: z.number().int().nullable(),
  dataset: z.number().int().nullable(),
  error: Failure.nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
});
export type Job = z.infer<typeof Job>;
