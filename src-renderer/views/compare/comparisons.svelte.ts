import type { Comparison } from '../../../src-shared/domain/evaluation.ts';
import type { Failure } from '../../../src-shared/domain/failure.ts';
import { client } from '../../api/client.ts';
import { busy } from '../../state/busy.svelte.ts';
import { whenOutdated } from '../../state/outdated.ts';

export interface Asked {
  readonly baseline: number;
  readonly runs: readonly number[];
  readonly dataset: number;
  readonly split: string | null;
}

export type Compared = { readonly comparison: Comparison } | { readonly failure: Failure };

/** Each pinned run beside the baseline; compared again when labels or predictions change. */
export class Comparisons {
  #found = $state.raw<Readonly<Record<number, Compared>>>({});
  #asked: Asked | null = null;
  #turn = 0;
  readonly #end: () => void;

  constructor() {
    this.#end = whenOutdated(
      (run) => this.#asked !== null && (this.#asked.baseline === run || this.#asked.runs.includes(run)),
      () => {
        if (this.#asked !== null) void this.ask(this.#asked);
      },
    );
  }

  /** By the compared run's id; a run that is missing is still being compared. */
  get found(): Readonly<Record<number, Compared>> {
    return this.#found;
  }

  async ask(asked: Asked): Promise<void> {
    const turn = ++this.#turn;
    const last = this.#asked;
    const same = last?.baseline === asked.baseline && last.dataset === asked.dataset && last.split === asked.split;
    this.#asked = asked;
    // Numbers against another baseline would be wrong, not merely old.
    if (!same) this.#found = {};
    const { baseline, dataset, split } = asked;
    await busy.track(
      Promise.all(
        asked.runs.map(async (run) => {
          const result = await client.call('runs.compare', { baseline, run, dataset, split });
          if (turn !== this.#turn) return;
          const compared = result.ok ? { comparison: result.value } : { failure: result.error };
          this.#found = { ...this.#found, [run]: compared };
        }),
      ),
    );
  }

  retry(): void {
    if (this.#asked !== null) void this.ask(this.#asked);
  }

  stop(): void {
    this.#turn += 1;
    this.#end();
  }
}
