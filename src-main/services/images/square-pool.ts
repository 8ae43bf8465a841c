import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Box } from '../../../src-shared/domain/box.ts';
import { FailureError, type Failure } from '../../../src-shared/domain/failure.ts';

export interface SquareQuestion {
  readonly id: number;
  readonly file: string;
  readonly box: Box | null;
}

export type SquareAnswer =
  { readonly id: number; readonly rgb: Uint8Array<ArrayBuffer> } | { readonly id: number; readonly failure: Failure };

interface Waiting extends SquareQuestion {
  readonly resolve: (rgb: Uint8Array<ArrayBuffer>) => void;
  readonly reject: (error: Error) => void;
}

/** Images a thread has at a time: while libvips decodes one in a thread of its own, another is resized. */
const IN_HAND = 3;

/** The worker's file: beside this one in the sources, in the bundle's top folder when bundled. */
function workerFile(): string {
  const here = fileURLToPath(import.meta.url);
  if (here.endsWith('.ts')) return join(dirname(here), 'square-worker.ts');
  const beside = join(dirname(here), 'square-worker.js');
  return existsSync(beside) ? beside : join(dirname(here), '..', 'square-worker.js');
}

class Thread {
  readonly #worker = new Worker(workerFile(), { execArgv: [] });
  readonly #inHand = new Map<number, Waiting>();

  /** `onFree` is called after each answer, `onGone` when the thread has ended by itself. */
  constructor(onFree: () => void, onGone: () => void) {
    this.#worker.on('message', (answer: SquareAnswer) => {
      const waiting = this.#inHand.get(answer.id);
      this.#inHand.delete(answer.id);
      if (this.#inHand.size === 0) this.#worker.unref();
      if ('rgb' in answer) waiting?.resolve(answer.rgb);
      else waiting?.reject(new FailureError(answer.failure));
      onFree();
    });
    this.#worker.on('error', (cause) => {
      for (const { reject } of this.#inHand.values()) reject(cause instanceof Error ? cause : new Error(String(cause)));
      this.#inHand.clear();
      onGone();
    });
    // An idle thread keeps no process alive.
    this.#worker.unref();
  }

  get load(): number {
    return this.#inHand.size;
  }

  take(waiting: Waiting): void {
    this.#inHand.set(waiting.id, waiting);
    this.#worker.ref();
    const { id, file, box } = waiting;
    this.#worker.postMessage({ id, file, box } satisfies SquareQuestion);
  }
}

/**
 * Decodes images in threads, one a core, begun when there is work for them. The first asked for is the first begun, so
 * that a batch is whole before the next one.
 */
export class SquarePool {
  readonly #most: number;
  readonly #queue: Waiting[] = [];
  #threads: Thread[] = [];
  #lastId = 0;

  constructor(threads = availableParallelism()) {
    this.#most = threads;
  }

  /** @returns interleaved bytes [224 · 224 · 3]. @throws FailureError 'unreadable'. */
  decode(file: string, box: Box | null = null): Promise<Uint8Array<ArrayBuffer>> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ id: ++this.#lastId, file, box, resolve, reject });
      this.#deal();
    });
  }

  #deal(): void {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const thread = this.#free();
      if (thread === null) return;
      this.#queue.shift();
      thread.take(next);
    }
  }

  /** The least busy thread that takes more; a new one before a busy one gets a second image. */
  #free(): Thread | null {
    const [least] = this.#threads.toSorted((a, b) => a.load - b.load);
    if (least !== undefined && (least.load === 0 || this.#threads.length >= this.#most))
      return least.load < IN_HAND ? least : null;
    const thread: Thread = new Thread(
      () => this.#deal(),
      () => {
        this.#threads = this.#threads.filter((other) => other !== thread);
        this.#deal();
      },
    );
    this.#threads.push(thread);
    return thread;
  }
}
