/** The statistics thread: thousands of resamples would hold up every click if they ran where the services do. */
import { parentPort } from 'node:worker_threads';
import { answer } from './protocol.ts';
import type { Answered, Asked } from './protocol.ts';

parentPort?.on('message', ({ id, question }: Asked) => {
  let answered: Answered;
  try {
    answered = { id, intervals: answer(question) };
  } catch (thrown) {
    answered = { id, error: thrown instanceof Error ? thrown.message : String(thrown) };
  }
  parentPort?.postMessage(answered);
});
