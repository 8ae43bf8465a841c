/** What a thread is asked and answers. Numbers go as typed arrays: one that is an answer by itself changes hands, others are copied. */
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
    const given = 'answer' in answered ? answered.answer : null;
    const own = ArrayBuffer.isView(given) && given.buffer instanceof ArrayBuffer ? [given.buffer] : [];
    parentPort?.postMessage(answered, own);
  });
}
