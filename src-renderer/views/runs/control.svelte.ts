import { SvelteMap } from 'svelte/reactivity';
import { isResumable, type Run } from '../../../src-shared/domain/run.ts';
import type { Result } from '../../../src-shared/domain/failure.ts';
import { client } from '../../api/client.ts';
import { call } from '../../state/call.ts';
import { notifyFailure } from '../../state/notices.svelte.ts';
import { isActive, statusTitle } from './status.ts';

type Asked = 'pausing' | 'stopping';

/** What was asked of a run that is still at work: it answers between two steps, which can take minutes. */
class RunControl {
  readonly #asked = new SvelteMap<number, Asked>();

  asked(run: Run): Asked | null {
    return isActive(run) ? (this.#asked.get(run.id) ?? null) : null;
  }

  /** The run's state in a word, "Pausing" and "Stopping" among them. */
  title(run: Run): string {
    const asked = this.asked(run);
    if (asked !== null) return asked === 'pausing' ? 'Pausing' : 'Stopping';
    return statusTitle(run.status);
  }

  async pause(run: Run): Promise<void> {
    await this.#ask(run, 'pausing', () => client.call('runs.pause', { run: run.id }));
  }

  async stop(run: Run, keep: boolean): Promise<void> {
    await this.#ask(run, 'stopping', () => client.call('runs.stop', { run: run.id, keep }));
  }

  async resume(run: Run): Promise<void> {
    this.#asked.delete(run.id);
    if (isResumable(run)) await call('runs.resume', { run: run.id });
  }

  async #ask(run: Run, asked: Asked, ask: () => Promise<Result<null>>): Promise<void> {
    this.#asked.set(run.id, asked);
    const result = await ask();
    if (result.ok) return;
    this.#asked.delete(run.id);
    notifyFailure(result.error);
  }
}

export const runControl = new RunControl();
