/** Runs that the last session left unfinished, as far as they still are. */
import type { Run } from '../../src-shared/domain/run.ts';
import { call } from './call.ts';
import { session } from './session.svelte.ts';

class Left {
  #ids = $state.raw<readonly number[]>([]);

  /** In the order in which they would go on. */
  get runs(): Run[] {
    return this.#ids.flatMap((id) => session.runs.find((run) => run.id === id && run.status === 'interrupted') ?? []);
  }

  /** Asks anew: for another project. */
  async fetch(): Promise<void> {
    this.#ids = session.project === null ? [] : ((await call('runs.left', {})) ?? []);
  }

  async resume(): Promise<void> {
    await call('runs.resumeLeft', {});
  }

  async forget(): Promise<void> {
    this.#ids = [];
    await call('runs.forgetLeft', {});
  }
}

export const left = new Left();
