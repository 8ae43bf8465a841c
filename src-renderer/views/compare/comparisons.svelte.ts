import type { Comparison } from '../../../src-shared/domain/evaluation.ts';
import type { Failure } from '../../../src-shared/domain/failure.ts';
import { client } from '../../api/client.ts';
import { busy } from '../../state/busy.svelte.ts';

export interface Asked {
  readonly baseline: number;
  readonly runs: readonly number[];
  readonly dataset: number;
  readonly split: string | null;
}

export type Compared = { readonly comparison: Comparison } | { readonly failure: Failure };

/** How long to wait for further labels before comparing again. */
const SETTLE_MS = 400;

/** Each pinned run beside the baseline; compared again when labels or predictions change. */
export class Comparisons {
  #found = $state.raw<Readonly<Record<number, Compared>>>({});
  #asked: Asked | null = null;
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #subscriptions: readonly (() => void)[];

  constructor() {
    this.#subscriptions = [
      client.on('labels.changed', () => this.#again()),
      client.on('predictions.changed', ({ run }) => {
        const asked = this.#asked;
        if (asked !== null && (asked.baseline === run || asked.runs.includes(run))) this.#again();
      }),
    ];
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

  stop(): void {
    clearTimeout(this.#timer);
    this.#turn += 1;
    for (const unsubscribe of this.#subscriptions) unsubscribe();
  }

  #again(): void {
    const asked = this.#asked;
    if (asked === null) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.ask(asked), SETTLE_MS);
  }
}
