/** Long reads of the open project, done beside the services by threads with connections of their own. */
import { FailureError } from '../../../src-shared/domain/failure.ts';
import { Thread } from '../threads/thread.ts';
import { SUPERSEDED, type Answers } from './answers.ts';

export type Question =
  | {
      readonly kind: keyof Answers;
      readonly folder: string;
      readonly request: unknown;
      /** Which of the gallery's questions this is, and the number of the newest one, shared with the thread. */
      readonly turn: { readonly own: number; readonly newest: Int32Array<SharedArrayBuffer> };
    }
  /** Lets go of the project's file. */
  | { readonly kind: 'close' };

/** What the gallery waits for: never behind an evaluation, which may take seconds. */
const AT_ONCE: ReadonlySet<keyof Answers> = new Set(['select', 'facets', 'sigmaRank'] as const);

export class Queries {
  readonly #gallery: Thread<Question, unknown>;
  readonly #analysis: Thread<Question, unknown>;
  readonly #newest = new Int32Array(new SharedArrayBuffer(4));
  #facets = 0;

  /** @param entry of the threads: this folder's, or where a bundle keeps it. */
  constructor(entry: URL | string = new URL('./thread.ts', import.meta.url)) {
    this.#gallery = new Thread(entry, 'gallery query');
    this.#analysis = new Thread(entry, 'query');
  }

  /** @param folder of the project. @throws FailureError as the function of that name does. */
  ask<K extends Exclude<keyof Answers, 'facets'>>(
    kind: K,
    folder: string,
    request: Parameters<Answers[K]>[1],
  ): Promise<ReturnType<Answers[K]>> {
    if (kind === 'select') Atomics.add(this.#newest, 0, 1);
    return this.#send(kind, folder, request) as Promise<ReturnType<Answers[K]>>;
  }

  /**
   * Counts step aside for the grid: where a query comes meanwhile, they are broken off and begin again after it, and where counts of
   * something newer are asked for, they end.
   * @throws FailureError 'cancelled' for that; as `facets` does.
   */
  async facets(
    folder: string,
    request: Parameters<Answers['facets']>[1],
  ): Promise<Exclude<ReturnType<Answers['facets']>, typeof SUPERSEDED>> {
    const own = ++this.#facets;
    for (;;) {
      Atomics.add(this.#newest, 0, 1);
      const answer = (await this.#send('facets', folder, request)) as ReturnType<Answers['facets']>;
      if (answer !== SUPERSEDED) return answer;
      if (own !== this.#facets)
        throw new FailureError({ kind: 'cancelled', message: 'Something newer is being counted.', remedy: '' });
    }
  }

  /** Before a project is closed: no other connection may be left on its file. */
  async release(): Promise<void> {
    const started = [this.#gallery, this.#analysis].filter((thread) => thread.started);
    await Promise.all(started.map((thread) => thread.ask({ kind: 'close' })));
  }

  async close(): Promise<void> {
    await this.release();
    await Promise.all([this.#gallery.close(), this.#analysis.close()]);
  }

  #send(kind: keyof Answers, folder: string, request: unknown): Promise<unknown> {
    const turn = { own: Atomics.load(this.#newest, 0), newest: this.#newest };
    return (AT_ONCE.has(kind) ? this.#gallery : this.#analysis).ask({ kind, folder, request, turn });
  }
}
