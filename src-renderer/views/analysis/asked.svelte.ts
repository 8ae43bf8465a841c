import type { Failure, Result } from '../../../src-shared/domain/failure.ts';
import { client } from '../../api/client.ts';
import { busy } from '../../state/busy.svelte.ts';

/**
 * An answer that takes a while: it stays when labels or predictions change, says that it is old, and is asked again when the person
 * wants it, so that labelling never sets off minutes of work.
 */
export class Asked<T> {
  #value = $state.raw<T | null>(null);
  #failure = $state.raw<Failure | null>(null);
  #waiting = $state(false);
  #stale = $state(false);
  #key = '';
  #call: (() => Promise<Result<T>>) | null = null;
  #turn = 0;
  readonly #subscriptions: readonly (() => void)[];

  constructor() {
    const grown = (): void => {
      if (this.#call !== null) this.#stale = true;
    };
    this.#subscriptions = [client.on('labels.changed', grown), client.on('predictions.changed', grown)];
  }

  get value(): T | null {
    return this.#value;
  }
  get failure(): Failure | null {
    return this.#failure;
  }
  get waiting(): boolean {
    return this.#waiting;
  }
  /** Labels or predictions have changed since it was computed. */
  get stale(): boolean {
    return this.#stale;
  }

  /** Asks, unless this question was asked last. */
  ask(key: string, call: () => Promise<Result<T>>): void {
    if (key === this.#key) return;
    this.#key = key;
    this.#value = null;
    this.#call = call;
    void this.again();
  }

  /** Asks the same question anew; the old answer stays until the new one is here. */
  async again(): Promise<void> {
    if (this.#call === null) return;
    const turn = ++this.#turn;
    this.#stale = false;
    this.#waiting = true;
    const result = await busy.track(this.#call());
    if (turn !== this.#turn) return;
    this.#waiting = false;
    this.#failure = result.ok ? null : result.error;
    this.#value = result.ok ? result.value : null;
  }

  stop(): void {
    this.#turn += 1;
    for (const unsubscribe of this.#subscriptions) unsubscribe();
  }
}
