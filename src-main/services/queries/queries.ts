/** Long reads of the open project, done beside the services by a thread with a connection of its own. */
import type { Facets } from '../../../src-shared/domain/image.ts';
import { Thread } from '../threads/thread.ts';
import type { FacetQuery, Question } from './protocol.ts';

export class Queries {
  readonly #thread: Thread<Question, unknown>;

  /** @param entry of the thread: this folder's, or where a bundle keeps it. */
  constructor(entry: URL | string = new URL('./thread.ts', import.meta.url)) {
    this.#thread = new Thread(entry, 'query');
  }

  /** @throws FailureError 'invalid' for a filter that cannot be read. */
  facets(folder: string, query: FacetQuery): Promise<Facets> {
    return this.#thread.ask({ kind: 'facets', folder, query }) as Promise<Facets>;
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
