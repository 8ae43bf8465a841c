/** Intervals of scores, computed beside the services. */
import type { EvaluationIntervals } from '../../../src-shared/domain/evaluation.ts';
import { Thread } from '../threads/thread.ts';
import type { Question, ScoreQuestion } from './protocol.ts';
import type { UncertaintyCases, worthOf } from './worth.ts';

export class Statistics {
  readonly #thread: Thread<Question, unknown>;

  /** @param entry of the thread: this folder's, or where a bundle keeps it. */
  constructor(entry: URL | string = new URL('./thread.ts', import.meta.url)) {
    this.#thread = new Thread(entry, 'statistics');
  }

  /** @throws Error where the question cannot be answered, or the thread ended. */
  intervals(question: ScoreQuestion): Promise<EvaluationIntervals> {
    return this.#thread.ask(question) as Promise<EvaluationIntervals>;
  }

  /** How well each uncertainty finds the errors. */
  worth(cases: UncertaintyCases, seed: number): Promise<ReturnType<typeof worthOf>> {
    return this.#thread.ask({ kind: 'worth', cases, seed }) as Promise<ReturnType<typeof worthOf>>;
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}
