/** What a thread is asked and answers. Numbers go as typed arrays, copied by the platform. */
import { parentPort } from 'node:worker_threads';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { Failure } from '../../../src-shared/domain/failure.ts';

export interface Asked<Question> {
  readonly id: number;
  readonly question: Question;
}

export type Answered<Answer> =
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly failure: Failure }
  | { readonly id: number; readonly error: string };

/** Makes this thread answer with a function; its errors go to whoever asked. */
export function answerWith<Question>(answer: (question: Question) => unknown): void {
  parentPort?.on('message', ({ id, question }: Asked<Question>) => {
    let answered: Answered<unknown>;
    try {
      answered = { id, answer: answer(question) };
    } catch (thrown) {
      answered =
        thrown instanceof FailureError
          ? { id, failure: thrown.failure }
          : { id, error: thrown instanceof Error ? thrown.message : String(thrown) };
    }
    parentPort?.postMessage(answered);
  });
}
