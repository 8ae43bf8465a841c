import type { RunMetrics } from '../../../src-shared/domain/run.ts';
import { client } from '../../api/client.ts';
import { call } from '../../state/call.ts';
import { NO_METRICS, withEpoch, withSteps } from './history.ts';

/** Speeds that are remembered for the range of the remaining time: about the last minute's. */
const RATES = 30;

/** One run's metrics, first fetched and then kept up by events. Make one for each run that is shown; `stop` ends it. */
export class LiveRun {
  readonly run: number;
  #metrics = $state.raw<RunMetrics>(NO_METRICS);
  #rates = $state.raw<readonly number[]>([]);
  /** Seconds of work that the last losses came with, and when they came. */
  #processSeconds = $state(0);
  #toldAt = $state<number | null>(null);
  #loaded = $state(false);
  #loading = false;
  readonly #subscriptions: readonly (() => void)[];

  constructor(run: number) {
    this.run = run;
    // First listen, then ask: what comes twice is taken once, and nothing is missed in between.
    this.#subscriptions = [
      client.on('run.steps', ({ run: of, first, loss, processSeconds }) => {
        if (of !== run) return;
        this.#processSeconds = processSeconds;
        this.#toldAt = Date.now();
        this.#metrics = withSteps(this.#metrics, first, loss);
        // How many steps an epoch has is known only once it has begun; before, the first answer could not tell.
        if (this.#loaded && this.#metrics.stepsPerEpoch === 0) void this.load();
      }),
      client.on('run.epoch', ({ run: of, metrics }) => {
        if (of === run) this.#metrics = withEpoch(this.#metrics, metrics);
      }),
      client.on('job.changed', ({ job }) => {
        if (job.run === run && job.kind === 'train' && job.rate !== null)
          this.#rates = [...this.#rates, job.rate].slice(-RATES);
      }),
    ];
    void this.load();
  }

  get metrics(): RunMetrics {
    return this.#metrics;
  }
  get rates(): readonly number[] {
    return this.#rates;
  }
  get processSeconds(): number {
    return this.#processSeconds;
  }
  get toldAt(): number | null {
    return this.#toldAt;
  }
  /** The first answer has come. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Fetches what is stored and puts on top what events have told meanwhile. */
  async load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    const stored = await call('runs.metrics', { run: this.run });
    this.#loading = false;
    if (stored === null) return;
    const told = this.#metrics;
    let merged: RunMetrics = stored;
    const first = told.steps[0];
    if (first !== undefined) merged = withSteps(merged, first, told.loss);
    for (const epoch of told.epochs) merged = withEpoch(merged, epoch);
    this.#metrics = merged;
    this.#loaded = true;
  }

  stop(): void {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
  }
}
