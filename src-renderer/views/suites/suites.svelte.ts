import type { Suite, SuiteRequest } from '../../../src-shared/domain/suite.ts';
import type { Trial, TrialRequest } from '../../../src-shared/domain/trial.ts';
import type { Failure } from '../../../src-shared/domain/failure.ts';
import { client, onReconnect } from '../../api/client.ts';
import { busy } from '../../state/busy.svelte.ts';
import { call } from '../../state/call.ts';
import { session } from '../../state/session.svelte.ts';

/** Ablations and trials of the open project, kept fresh by events from the first look on. */
class Suites {
  #suites = $state.raw<readonly Suite[] | null>(null);
  #trials = $state.raw<readonly Trial[] | null>(null);
  /** Folder of the project that they belong to. */
  #of: string | null = null;

  constructor() {
    client.on('suites.changed', () => void this.refresh());
    client.on('trials.changed', () => void this.refresh());
    onReconnect(() => void this.refresh());
  }

  /** Newest first; null until they are known. */
  get suites(): readonly Suite[] | null {
    return this.#suites;
  }
  get trials(): readonly Trial[] | null {
    return this.#trials;
  }

  /** Asks once for each project. */
  know(): void {
    const path = session.project?.path ?? null;
    if (path === this.#of) return;
    this.#of = path;
    [this.#suites, this.#trials] = [null, null];
    void this.refresh();
  }

  async refresh(): Promise<void> {
    const path = this.#of;
    if (path === null) return;
    const [suites, trials] = await busy.track(
      Promise.all([client.call('suites.list', {}), client.call('trials.list', {})]),
    );
    if (path !== this.#of) return;
    if (suites.ok) this.#suites = suites.value;
    if (trials.ok) this.#trials = trials.value;
  }

  async start(request: SuiteRequest): Promise<{ suite: Suite } | { failure: Failure }> {
    const result = await busy.track(client.call('suites.start', request));
    if (!result.ok) return { failure: result.error };
    await Promise.all([this.refresh(), session.refreshRuns()]);
    return { suite: result.value };
  }

  /** @returns why it was refused, or null. */
  async look(request: TrialRequest): Promise<Failure | null> {
    const result = await busy.track(client.call('trials.start', request));
    return result.ok ? null : result.error;
  }

  async resume(suite: number): Promise<void> {
    await call('suites.resume', { suite });
    await this.refresh();
  }
  async stop(suite: number): Promise<void> {
    await call('suites.stop', { suite });
  }
  async remove(suite: number): Promise<void> {
    await call('suites.remove', { suite });
    await this.refresh();
  }
}

export const suites = new Suites();
