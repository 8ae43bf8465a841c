/** Long reads of the open project, done beside the services by a thread with a connection of its own. */
import { Thread } from '../threads/thread.ts';
import type { Answers } from './answers.ts';

export type Question =
  | { readonly kind: keyof Answers; readonly folder: string; readonly request: unknown }
  /** Lets go of the project's file. */
  | { readonly kind: 'close' };

export class Queries {
  readonly #thread: Thread<Question, unknown>;

  /** @param entry of the thread: this folder's, or where a bundle keeps it. */
  constructor(entry: URL | string = new URL('./thread.ts', import.meta.url)) {
    this.#thread = new Thread(entry, 'query');
  }

  /** @param folder of the project. @throws FailureError as the function of that name does. */
  ask<K extends keyof Answers>(
    kind: K,
    folder: string,
    request: Parameters<Answers[K]>[1],
  ): Promise<ReturnType<Answers[K]>> {
    return this.#thread.ask({ kind, folder, request }) as Promise<ReturnType<Answers[K]>>;
  }

  /** Before a project is closed: no other connection may be left on its file. */
  async release(): Promise<void> {
    if (this.#thread.started) await this.#thread.ask({ kind: 'close' });
  }

  async close(): Promise<void> {
    await this.release();
    await this.#thread.close();
  }
}
