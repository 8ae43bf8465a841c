import type { BenchmarkResult } from '../../../src-shared/domain/benchmark.ts';
import type { AutoChoice, TensorflowStatus } from '../../../src-shared/domain/device.ts';
import type { Failure } from '../../../src-shared/domain/failure.ts';
import { busy } from '../../state/busy.svelte.ts';
import { call } from '../../state/call.ts';
import { session } from '../../state/session.svelte.ts';

/** What this machine can compute with, and what was measured on it. */
export class Machine {
  #results = $state.raw<readonly BenchmarkResult[]>([]);
  #tensorflow = $state.raw<TensorflowStatus | null>(null);
  #failure = $state.raw<Failure | null>(null);
  #looking = $state(false);
  #measuring = $state(false);

  get auto(): readonly AutoChoice[] {
    return session.auto;
  }
  /** Newest first. */
  get results(): readonly BenchmarkResult[] {
    return this.#results;
  }
  get tensorflow(): TensorflowStatus | null {
    return this.#tensorflow;
  }
  /** Why the devices could not be listed. */
  get failure(): Failure | null {
    return this.#failure;
  }
  get looking(): boolean {
    return this.#looking;
  }
  get measuring(): boolean {
    return this.#measuring;
  }

  /** @param refresh tries every device again. */
  async look(refresh = false): Promise<void> {
    this.#looking = true;
    this.#failure = await busy.track(session.refreshDevices(refresh));
    this.#looking = false;
    if (this.#failure !== null) return;
    const [tensorflow] = await Promise.all([call('tensorflow.status', {}), this.refreshResults()]);
    this.#tensorflow = tensorflow;
  }

  async refreshResults(): Promise<void> {
    this.#results = (await call('devices.benchmarks', {})) ?? this.#results;
  }

  async measure(): Promise<void> {
    this.#measuring = true;
    const known = this.auto.every(({ device }) => device !== null);
    this.#failure = await busy.track(session.chooseAuto(known ? 'again' : 'missing'));
    this.#measuring = false;
  }

  async clear(): Promise<void> {
    await call('devices.clearBenchmarks', {});
    await this.refreshResults();
  }

  async removeTensorflow(): Promise<void> {
    const status = await busy.track(call('tensorflow.remove', {}));
    if (status !== null) await this.look();
  }
}
