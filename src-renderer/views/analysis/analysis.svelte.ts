import type { Failure } from '../../../src-shared/domain/failure.ts';
import type { ImageRow } from '../../../src-shared/domain/image.ts';
import type { Evaluation } from '../../../src-shared/domain/evaluation.ts';
import { formatQuery } from '../../../src-shared/domain/query/format.ts';
import { client } from '../../api/client.ts';
import { busy } from '../../state/busy.svelte.ts';
import { whenOutdated } from '../../state/outdated.ts';

export interface Measured {
  readonly run: number;
  readonly dataset: number;
  /** Null = all splits. */
  readonly split: string | null;
}

/** Worst images that are shown. */
const WORST = 96;

/** A run measured on what the context bar names; measured again when labels or predictions change. Old numbers stay until new are here. */
export class Analysis {
  #evaluation = $state.raw<Evaluation | null>(null);
  #failure = $state.raw<Failure | null>(null);
  #worst = $state.raw<readonly ImageRow[]>([]);
  #excluded = $state(false);
  #wanted: Measured | null = null;
  #turn = 0;
  readonly #end: () => void;

  constructor() {
    this.#end = whenOutdated(
      (run) => run === this.#wanted?.run,
      () => {
        if (this.#wanted !== null) void this.measure(this.#wanted);
      },
    );
  }

  get evaluation(): Evaluation | null {
    return this.#evaluation;
  }
  /** Why there is nothing to show. */
  get failure(): Failure | null {
    return this.#failure;
  }
  /** Images with the highest loss, highest first. */
  get worst(): readonly ImageRow[] {
    return this.#worst;
  }
  /** The dataset has images that a person left out. */
  get excluded(): boolean {
    return this.#excluded;
  }

  async measure(wanted: Measured): Promise<void> {
    const turn = ++this.#turn;
    const same = this.#wanted?.run === wanted.run && this.#wanted.dataset === wanted.dataset;
    this.#wanted = wanted;
    // Another run's numbers under this run's name would be wrong, not merely old.
    if (!same) this.#evaluation = null;
    const [evaluated, facets, worst] = await busy.track(
      Promise.all([
        client.call('runs.evaluate', wanted),
        client.call('images.facets', { dataset: wanted.dataset, run: wanted.run, q: '' }),
        this.#findWorst(wanted),
      ]),
    );
    if (turn !== this.#turn) return;
    this.#failure = evaluated.ok ? null : evaluated.error;
    this.#evaluation = evaluated.ok ? evaluated.value : null;
    this.#excluded = facets.ok && (facets.value.status['excluded'] ?? 0) > 0;
    this.#worst = worst;
  }

  retry(): void {
    if (this.#wanted !== null) void this.measure(this.#wanted);
  }

  stop(): void {
    this.#turn += 1;
    this.#end();
  }

  async #findWorst({ run, dataset, split }: Measured): Promise<readonly ImageRow[]> {
    const q = formatQuery([
      ...(split === null ? [] : [{ negated: false, condition: { kind: 'split', values: [split] } } as const]),
      { negated: true, condition: { kind: 'word', word: 'excluded' } },
    ]);
    const opened = await client.call('images.open', { dataset, run, q, sort: 'loss', descending: true });
    if (!opened.ok) return [];
    const page = await client.call('images.page', { snapshot: opened.value.snapshot, offset: 0, limit: WORST });
    return page.ok ? page.value.filter((row) => row.loss !== null) : [];
  }
}
