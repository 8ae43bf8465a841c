import { describe, expect, it } from 'vitest';
import { decode } from '../../../src-shared/contract/codec.ts';
import type { EventMessage } from '../../../src-shared/contract/events.ts';
import { Outbox, TOO_SLOW, type EventSocket } from '../../../src-main/transport/http/outbox.ts';

/** A client that reads only when told to. */
class StubSocket implements EventSocket {
  bufferedAmount = 0;
  readonly sent: EventMessage[] = [];
  closed: number | null = null;
  #acknowledge: (() => void)[] = [];

  send(data: string, sent: (error?: Error) => void): void {
    this.sent.push(decode(data) as EventMessage);
    this.bufferedAmount += data.length;
    this.#acknowledge.push(() => sent());
  }

  close(code: number): void {
    this.closed = code;
  }

  read(): void {
    this.bufferedAmount = 0;
    for (const acknowledge of this.#acknowledge.splice(0)) acknowledge();
  }
}

const steps = (first: number, count: number): EventMessage => ({
  event: 'run.steps',
  payload: { run: 1, first, loss: new Float32Array(count).fill(first), processSeconds: first },
});
const datasets = (dataset: number): EventMessage => ({ event: 'datasets.changed', payload: { dataset } });

describe('outbox', () => {
  it('sends at once, in order, while the client keeps up', () => {
    const socket = new StubSocket();
    const outbox = new Outbox(socket);
    for (let dataset = 1; dataset <= 3; dataset++) outbox.push(datasets(dataset));
    expect(socket.sent).toEqual([datasets(1), datasets(2), datasets(3)]);
  });

  it('holds events back from a slow client, merges what repeats, and sends the rest when it reads again', () => {
    const socket = new StubSocket();
    const outbox = new Outbox(socket);
    outbox.push(steps(1, 400_000));
    for (let i = 0; i < 50; i++) outbox.push(datasets(i % 2));
    outbox.push(steps(400_001, 1));
    expect(socket.sent).toHaveLength(1);
    socket.read();
    expect(socket.sent.slice(1)).toEqual([datasets(0), datasets(1), steps(400_001, 1)]);
  });

  it('closes on a client that never reads, and keeps nothing for it', () => {
    const socket = new StubSocket();
    const outbox = new Outbox(socket);
    outbox.push(steps(1, 400_000));
    for (let i = 0; i < 3_000; i++) outbox.push(steps(i, 1));
    expect(socket.closed).toBe(TOO_SLOW);
    socket.read();
    expect(socket.sent).toHaveLength(1);
  });
});
