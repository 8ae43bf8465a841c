import type { Job, JobKind, StopReason } from '../../../src-shared/domain/job.ts';

/** Reason of the signal when the project is closed: what can go on later may leave what it has. */
export const CLOSING = 'closing';

/** What the body of a job is given. */
export interface JobContext {
  readonly id: number;
  /** Aborted by cancel, with its StopReason; the body then throws FailureError 'cancelled' after leaving nothing half done. */
  readonly signal: AbortSignal;
  /** Rate and ETA are measured by the job service. Cheap to call often. */
  progress(done: number, total: number, text?: string): void;
  /** Names the run or dataset that the job makes. */
  link(to: { run?: number; dataset?: number }): void;
}

export interface JobSpec {
  readonly kind: JobKind;
  readonly title: string;
  /** What is counted: "images", "steps". */
  readonly unit: string;
  readonly run?: number;
  readonly dataset?: number;
  /** Jobs of one lane run one after another: the engine does one thing at a time. */
  readonly lane: 'engine' | 'files' | 'install';
}

export interface Jobs {
  /** Queues and returns the id at once; the outcome arrives as an event and stands in the list. */
  start(spec: JobSpec, body: (context: JobContext) => Promise<void>): number;
  list(): Job[];
  get(job: number): Job | null;
  /** False when the job is not queued or running. */
  cancel(job: number, reason?: StopReason): boolean;
  /** Resolves when the job has ended, however it ended. */
  finished(job: number): Promise<Job>;
  /** Cancels what runs and waits for it; for closing the project. */
  shutdown(): Promise<void>;
}
