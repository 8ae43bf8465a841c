import { boxText, type Box } from '../../src-shared/domain/box.ts';
import type { CamMethod } from '../../src-shared/domain/cam.ts';
import type { Failure } from '../../src-shared/domain/failure.ts';
import type { Explanation } from '../../src-shared/domain/run.ts';
import { client } from '../api/client.ts';

/** Maps of all classes of an image are 1.4 kB. */
const MOST_KEPT = 300;

/** Whose maps, by which model, of which kind. */
export interface Asked {
  readonly image: number;
  readonly run: number;
  /** The face as it is marked now: one that was marked anew has other maps. */
  readonly face: Box | null;
  readonly method: CamMethod;
}

function keyOf({ image, run, face, method }: Asked): string {
  return `${run}/${image}/${face === null ? '' : boxText(face)}/${method}`;
}

/** Class-activation maps that have been computed, of any run and kind; the newest are kept. */
class Explanations {
  #kept = $state.raw<ReadonlyMap<string, Explanation>>(new Map());
  #failed = $state.raw<ReadonlyMap<string, Failure>>(new Map());
  readonly #waiting = new Set<string>();

  of(asked: Asked | null): Explanation | null {
    return asked === null ? null : (this.#kept.get(keyOf(asked)) ?? null);
  }
  failure(asked: Asked | null): Failure | null {
    return asked === null ? null : (this.#failed.get(keyOf(asked)) ?? null);
  }

  /** Computes what is not there and not on its way; what failed before is tried again. */
  async ask(asked: Asked): Promise<void> {
    const key = keyOf(asked);
    if (this.#kept.has(key) || this.#waiting.has(key)) return;
    this.#waiting.add(key);
    this.#fail(key, null);
    const { image, run, method } = asked;
    const result = await client.call('runs.explain', { run, image, method });
    this.#waiting.delete(key);
    if (result.ok) this.#kept = new Map([...[...this.#kept].slice(1 - MOST_KEPT), [key, result.value]]);
    else this.#fail(key, result.error);
  }

  #fail(key: string, failure: Failure | null): void {
    if (failure === null && !this.#failed.has(key)) return;
    const others = [...this.#failed].filter(([one]) => one !== key);
    this.#failed = new Map(failure === null ? others : [...others, [key, failure]]);
  }
}

export const explanations = new Explanations();
