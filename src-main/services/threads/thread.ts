/** A worker thread that answers questions one at a time: long synchronous work beside the services, not in their way. */
import { Worker } from 'node:worker_threads';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Answered, Asked } from './protocol.ts';

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** Started at the first question; after its end the next question starts another. */
export class Thread<Question, Answer> {
  readonly #entry: URL | string;
  readonly #name: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #asked = 0;

  /** @param entry of the thread: a source file, or where a bundle keeps it. @param name for messages: "The … thread ended." */
  constructor(entry: URL | string, name: string) {
    this.#entry = entry;
    this.#name = name;
  }

  get started(): boolean {
    return this.#worker !== null;
  }

  /** @throws FailureError as the thread's function threw it; Error where it broke, or the thread ended. */
  ask(question: Question): Promise<Answer> {
    const id = ++this.#asked;
    const asked: Asked<Question> = { id, question };
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const worker = this.#running();
      worker.ref();
      worker.postMessage(asked);
    }) as Promise<Answer>;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #running(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(this.#entry);
    worker.on('message', (answered: Answered<unknown>) => {
      const waiting = this.#waiting.get(answered.id);
      this.#waiting.delete(answered.id);
      // Idle, it does not keep a command from ending.
      if (this.#waiting.size === 0) worker.unref();
      if ('failure' in answered) waiting?.reject(new FailureError(answered.failure));
      else if ('error' in answered) waiting?.reject(new Error(answered.error));
      else waiting?.resolve(answered.answer);
    });
    worker.on('error', (error: Error) => this.#failed(error));
    worker.on('exit', () => this.#failed(new Error(`The ${this.#name} thread ended.`)));
    this.#worker = worker;
    return worker;
  }

  #failed(error: Error): void {
    this.#worker = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const one of waiting) one.reject(error);
  }
}
