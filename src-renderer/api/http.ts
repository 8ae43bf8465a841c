import type { Client } from '../../src-shared/contract/client.ts';
import { decode, encode } from '../../src-shared/contract/codec.ts';
import type { EventMessage, EventName, EventPayload } from '../../src-shared/contract/events.ts';
import type { MethodName, Params, Value } from '../../src-shared/contract/methods/index.ts';
import { fail, type Result } from '../../src-shared/domain/failure.ts';

const RECONNECT_MS = [250, 500, 1_000, 2_000, 5_000];

type Listener = (payload: EventPayload<EventName>) => void;

/**
 * The client over loopback HTTP and one WebSocket for events. The socket is reconnected for ever; since events may have been
 * missed meanwhile, `onReconnect` listeners then fetch again.
 */
export class HttpClient implements Client {
  readonly #base: URL;
  readonly #listeners = new Map<EventName, Set<Listener>>();
  readonly #reconnected = new Set<() => void>();
  readonly #connection = new Set<(connected: boolean) => void>();
  #attempts = 0;

  constructor(base: URL) {
    this.#base = base;
    this.#connect(false);
  }

  async call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<Value<M>>> {
    try {
      const response = await fetch(new URL(`api/${method}`, this.#base), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: encode(params),
      });
      return decode(await response.text()) as Result<Value<M>>;
    } catch {
      return fail(
        'unavailable',
        'The workbench’s server does not answer.',
        'Start it again where it was started; this page then reconnects by itself.',
      );
    }
  }

  on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set<Listener>();
    this.#listeners.set(event, listeners);
    // A message is handed only to the listeners of its own event, so the payload is the one they declared.
    const untyped = listener as Listener;
    listeners.add(untyped);
    return () => listeners.delete(untyped);
  }

  onReconnect(listener: () => void): void {
    this.#reconnected.add(listener);
  }

  onConnection(listener: (connected: boolean) => void): void {
    this.#connection.add(listener);
  }

  #connect(again: boolean): void {
    const url = new URL('api/events', this.#base);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    socket.addEventListener('open', () => {
      this.#attempts = 0;
      for (const listener of this.#connection) listener(true);
      if (again) for (const listener of this.#reconnected) listener();
    });
    socket.addEventListener('message', (message: MessageEvent<string>) => {
      const { event, payload } = decode(message.data) as EventMessage;
      for (const listener of this.#listeners.get(event) ?? []) listener(payload);
    });
    socket.addEventListener('close', () => {
      for (const listener of this.#connection) listener(false);
      const wait = RECONNECT_MS[Math.min(this.#attempts, RECONNECT_MS.length - 1)];
      this.#attempts += 1;
      setTimeout(() => this.#connect(true), wait);
    });
  }
}
