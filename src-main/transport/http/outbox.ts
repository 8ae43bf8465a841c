import { encode } from '../../../src-shared/contract/codec.ts';
import type { EventMessage } from '../../../src-shared/contract/events.ts';

/** The part of a WebSocket that sending needs. */
export interface EventSocket {
  readonly bufferedAmount: number;
  send(data: string, sent: (error?: Error) => void): void;
  close(code: number, reason: string): void;
}

/** Above this many bytes on their way, a client is slow and its events wait here, newest state only. */
const HIGH_WATER = 1 << 20;
/** Events that may wait; beyond it the client is told to come back and ask anew. */
const MOST_WAITING = 2_000;
/** WebSocket close code "try again later". */
export const TOO_SLOW = 1013;

/** Events with the same key replace each other: only the last state of a job matters to someone who is late. */
function key(message: EventMessage, order: number): string {
  switch (message.event) {
    case 'job.changed':
      return `job ${message.payload.job.id}`;
    case 'run.changed':
      return `run ${message.payload.run.id}`;
    case 'project.changed':
      return 'project';
    case 'datasets.changed':
      return `dataset ${message.payload.dataset}`;
    case 'predictions.changed':
      return `predictions ${message.payload.run} ${message.payload.dataset}`;
    default:
      return `#${order}`;
  }
}

/** One client's events: sent at once while it keeps up, held back and merged while it does not. */
export class Outbox {
  readonly #socket: EventSocket;
  readonly #waiting = new Map<string, EventMessage>();
  #order = 0;
  #closed = false;

  constructor(socket: EventSocket) {
    this.#socket = socket;
  }

  push(message: EventMessage): void {
    if (this.#closed) return;
    const slot = key(message, this.#order++);
    // Taken out first, so that the newest state also takes the newest place.
    this.#waiting.delete(slot);
    this.#waiting.set(slot, message);
    this.#drain();
    if (this.#waiting.size <= MOST_WAITING) return;
    this.#closed = true;
    this.#waiting.clear();
    this.#socket.close(TOO_SLOW, 'Too slow for the events: connect again.');
  }

  #drain(): void {
    for (const [slot, message] of this.#waiting) {
      if (this.#socket.bufferedAmount > HIGH_WATER) return;
      this.#waiting.delete(slot);
      this.#socket.send(encode(message), (error) => {
        if (error === undefined) this.#drain();
      });
    }
  }
}
