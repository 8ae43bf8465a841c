/** Intervals of scores, computed beside the services: started at the first question, one thread, one question at a time. */
import { Worker } from 'node:worker_threads';
import type { EvaluationIntervals } from '../../../src-shared/domain/evaluation.ts';
import type { Answered, Asked, Question } from './protocol.ts';

interface Waiting {
  resolve(intervals: EvaluationIntervals): void;
  reject(error: Error): void;
}

export class Statistics {
  readonly #entry: URL | string;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | null = null;
  #asked = 0;

  /** @param entry of the thread: this folder's, or where a bundle keeps it. */
  constructor(entry: URL | string = new URL('./thread.ts', import.meta.url)) {
    this.#entry = entry;
  }

  /** @throws Error where the question cannot be answered, or the thread ended. */
  intervals(question: Question): Promise<EvaluationIntervals> {
    const id = ++this.#asked;
    const asked: Asked = { id, question };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const thread = this.#started();
      thread.ref();
      thread.postMessage(asked);
    });
  }

  async close(): Promise<void> {
    await this.#thread?.terminate();
  }

  #started(): Worker {
    if (this.#thread !== null) return this.#thread;
    const thread = new Worker(this.#entry);
    thread.on('message', (answered: Answered) => {
      const waiting = this.#waiting.get(answered.id);
      this.#waiting.delete(answered.id);
      // Idle, it does not keep a command from ending.
      if (this.#waiting.size === 0) thread.unref();
      if ('error' in answered) waiting?.reject(new Error(answered.error));
      else waiting?.resolve(answered.intervals);
    });
    thread.on('error', (error: Error) => this.#failed(error));
    thread.on('exit', () => this.#failed(new Error('The statistics thread ended.')));
    this.#thread = thread;
    return thread;
  }

  #failed(error: Error): void {
    this.#thread = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const one of waiting) one.reject(error);
  }
}
