import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { EventSource } from '../bus.ts';
import { Outbox } from './outbox.ts';

/** Often enough that a tunnel does not fall asleep, and that a client that vanished is forgotten. */
const HEARTBEAT_MS = 30_000;
/** Clients have nothing to say on this channel. */
const MOST_INCOMING_BYTES = 1_024;
const GOING_AWAY = 1001;

/** The WebSockets that carry events. Admission has been decided before `accept`. */
export class EventSockets {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MOST_INCOMING_BYTES, perMessageDeflate: false });
  readonly #alive = new WeakSet<WebSocket>();
  readonly #source: EventSource;
  readonly #heartbeat: NodeJS.Timeout;

  constructor(source: EventSource) {
    this.#source = source;
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (client) => {
      const outbox = new Outbox(client);
      const unsubscribe = this.#source.subscribe((message) => outbox.push(message));
      this.#alive.add(client);
      client.on('pong', () => this.#alive.add(client));
      client.on('close', unsubscribe);
      client.on('error', () => client.terminate());
    });
  }

  /** Says good-bye to every client; who does not answer soon is cut off by the server's end. */
  close(): void {
    clearInterval(this.#heartbeat);
    for (const client of this.#server.clients) client.close(GOING_AWAY, 'The workbench was closed.');
    this.#server.close();
  }

  terminate(): void {
    for (const client of this.#server.clients) client.terminate();
  }

  #beat(): void {
    for (const client of this.#server.clients) {
      if (!this.#alive.has(client)) client.terminate();
      else if (client.readyState === WebSocket.OPEN) {
        this.#alive.delete(client);
        client.ping();
      }
    }
  }
}
