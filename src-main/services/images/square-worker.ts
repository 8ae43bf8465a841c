/** A thread that decodes and resizes images for the model; see square-pool.ts. */
import { parentPort } from 'node:worker_threads';
import { toFailure } from '../../../src-shared/domain/failure.ts';
import { decodeSquareHere } from './square.ts';
import type { SquareAnswer, SquareQuestion } from './square-pool.ts';

if (parentPort === null) throw new Error('This file runs as a worker thread.');
const port = parentPort;

async function answer({ id, file, box }: SquareQuestion): Promise<void> {
  try {
    const rgb = await decodeSquareHere(file, box);
    port.postMessage({ id, rgb } satisfies SquareAnswer, [rgb.buffer]);
  } catch (thrown) {
    port.postMessage({ id, failure: toFailure(thrown) } satisfies SquareAnswer);
  }
}

port.on('message', (question: SquareQuestion) => void answer(question));
