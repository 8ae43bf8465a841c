import type { Emit } from '../../../src-shared/contract/client.ts';
import { FailureError, toFailure, type Failure } from '../../../src-shared/domain/failure.ts';
import type { Job, StopReason } from '../../../src-shared/domain/job.ts';
import type { JobTable } from '../store/interface.ts';
import { CLOSING } from './interface.ts';
import type { JobContext, Jobs, JobSpec } from './interface.ts';
import { Rate } from './rate.ts';

const EVENT_EVERY_MS = 200;
const STORE_EVERY_MS = 1_000;

function now(): string {
  return new Date().toISOString();
}

function cancelled(): Failure {
  return { kind: 'cancelled', message: 'Cancelled.', remedy: '' };
}

/** A job that is queued or running. */
class LiveJob {
  readonly controller = new AbortController();
  readonly rate = new Rate();
  readonly ended: Promise<Job>;
  readonly body: (context: JobContext) => Promise<void>;
  readonly spec: JobSpec;
  job: Job;
  /** When the last event and the last row were written, and the event that still waits. */
  toldAt = 0;
  storedAt = 0;
  pending: NodeJS.Timeout | null = null;
  #end: (job: Job) => void = () => undefined;

  constructor(job: Job, spec: JobSpec, body: (context: JobContext) => Promise<void>) {
    this.job = job;
    this.spec = spec;
    this.body = body;
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  end(): void {
    this.#end(this.job);
  }
}

class JobService implements Jobs {
  readonly #table: JobTable;
  readonly #emit: Emit;
  readonly #live = new Map<number, LiveJob>();
  readonly #lanes: Readonly<Record<JobSpec['lane'], LiveJob[]>> = { engine: [], files: [], install: [] };
  #closed = false;

  constructor(table: JobTable, emit: Emit) {
    this.#table = table;
    this.#emit = emit;
  }

  start(spec: JobSpec, body: (context: JobContext) => Promise<void>): number {
    if (this.#closed)
      throw new FailureError({ kind: 'conflict', message: 'The project is closing.', remedy: 'Open it again first.' });
    const draft: Omit<Job, 'id'> = {
      kind: spec.kind,
      title: spec.title,
      status: 'queued',
      done: 0,
      total: 0,
      unit: spec.unit,
      rate: null,
      etaSeconds: null,
      text: '',
      run: spec.run ?? null,
      dataset: spec.dataset ?? null,
      error: null,
      createdAt: now(),
      startedAt: null,
      endedAt: null,
    };
    const live = new LiveJob({ ...draft, id: this.#table.insert(draft) }, spec, body);
    this.#live.set(live.job.id, live);
    this.#tell(live);
    const lane = this.#lanes[spec.lane];
    lane.push(live);
    // Not at once: the caller gets its id before the first event of the running job.
    if (lane.length === 1) setImmediate(() => void this.#runLane(lane));
    return live.job.id;
  }

  list(): Job[] {
    return this.#table.list().map((job) => this.#live.get(job.id)?.job ?? job);
  }

  get(job: number): Job | null {
    return this.#live.get(job)?.job ?? this.#table.get(job);
  }

  cancel(job: number, reason: StopReason = 'keep'): boolean {
    const live = this.#live.get(job);
    if (live === undefined) return false;
    this.#stop(live, reason);
    return true;
  }

  #stop(live: LiveJob, reason: string): void {
    live.controller.abort(reason);
    if (live.job.status === 'queued') this.#finish(live, stopped(live), cancelled());
  }

  async finished(job: number): Promise<Job> {
    const live = this.#live.get(job);
    if (live !== undefined) return live.ended;
    const stored = this.#table.get(job);
    if (stored !== null) return stored;
    throw new FailureError({
      kind: 'not-found',
      message: `There is no job ${job}.`,
      remedy: 'Look at the list of jobs.',
    });
  }

  async shutdown(): Promise<void> {
    this.#closed = true;
    const all = [...this.#live.values()];
    for (const live of all) this.#stop(live, CLOSING);
    await Promise.all(all.map((live) => live.ended));
  }

  async #runLane(lane: LiveJob[]): Promise<void> {
    for (let live = lane[0]; live !== undefined; live = lane[0]) {
      if (live.job.status === 'queued') await this.#run(live);
      lane.shift();
    }
  }

  async #run(live: LiveJob): Promise<void> {
    live.job = { ...live.job, status: 'running', startedAt: now() };
    this.#store(live);
    this.#tell(live);
    try {
      await live.body({
        id: live.job.id,
        signal: live.controller.signal,
        progress: (done, total, text) => this.#progress(live, done, total, text),
        link: (to) => {
          live.job = { ...live.job, run: to.run ?? live.job.run, dataset: to.dataset ?? live.job.dataset };
          this.#store(live);
          this.#tell(live);
        },
      });
      this.#finish(live, 'done', null);
    } catch (thrown) {
      const failure = toFailure(thrown);
      if (failure.kind === 'internal') console.error(`Job ${live.job.id} (${live.job.title}):`, thrown);
      this.#finish(live, failure.kind === 'cancelled' ? stopped(live) : 'failed', failure);
    }
  }

  #progress(live: LiveJob, done: number, total: number, text?: string): void {
    if (live.job.status !== 'running') return;
    const at = performance.now();
    live.rate.add(at, done);
    const rate = live.rate.perSecond(at, done);
    live.job = {
      ...live.job,
      done,
      total,
      text: text ?? live.job.text,
      rate,
      etaSeconds: rate === null || total <= 0 ? null : Math.max(0, total - done) / rate,
    };
    if (at - live.storedAt >= STORE_EVERY_MS) this.#store(live);
    const wait = EVENT_EVERY_MS - (at - live.toldAt);
    if (wait <= 0) this.#tell(live);
    else live.pending ??= setTimeout(() => this.#tell(live), wait).unref();
  }

  #finish(live: LiveJob, status: 'done' | 'failed' | Stopped, error: Failure | null): void {
    const { job } = live;
    const complete = status === 'done' && job.total > 0 ? { done: job.total } : {};
    live.job = { ...job, ...complete, status, error, rate: null, etaSeconds: null, endedAt: now() };
    this.#live.delete(job.id);
    try {
      this.#store(live);
    } catch (thrown) {
      // On a full disk the row stays "running" and reads as interrupted at the next opening; the event still tells the truth.
      console.error(`Job ${job.id} could not be stored:`, thrown);
    }
    this.#tell(live);
    live.end();
  }

  #store(live: LiveJob): void {
    live.storedAt = performance.now();
    this.#table.update(live.job);
  }

  #tell(live: LiveJob): void {
    if (live.pending !== null) clearTimeout(live.pending);
    live.pending = null;
    live.toldAt = performance.now();
    this.#emit('job.changed', { job: live.job });
  }
}

type Stopped = 'cancelled' | 'paused' | 'interrupted';

/** How a job that was stopped has ended: only training can go on where it stood. */
function stopped({ spec, controller }: LiveJob): Stopped {
  const { reason } = controller.signal as { reason: unknown };
  if (spec.kind !== 'train') return 'cancelled';
  return reason === 'pause' ? 'paused' : reason === CLOSING ? 'interrupted' : 'cancelled';
}

/** Runs a project's jobs: one at a time in each lane, each with progress, cancel, and its outcome as a value. */
export function createJobs(table: JobTable, emit: Emit): Jobs {
  return new JobService(table, emit);
}
