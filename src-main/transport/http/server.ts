/** Loopback HTTP + WebSocket: the renderer, its images, the contract's methods and events, for one person on this machine. */
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decode } from '../../../src-shared/contract/codec.ts';
import { FailureError } from '../../../src-shared/domain/failure.ts';
import type { EventSource } from '../bus.ts';
import type { Content } from '../content.ts';
import type { Dispatch } from '../dispatch.ts';
import { Access, type RequestFacts } from './access.ts';
import { readBody } from './body.ts';
import { reply, replyFailure, replyResult, replyText } from './reply.ts';
import { EventSockets } from './sockets.ts';

export interface HttpServerOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly token: string;
  readonly dispatch: Dispatch;
  readonly events: EventSource;
  readonly content: Content;
  readonly log: (thrown: unknown) => void;
}

export interface HttpServer {
  readonly port: number;
  /** Address with the token: whoever has it is let in. */
  readonly url: string;
  /** Address that works once, for the browser that the host itself opens. */
  ticketUrl(): string;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const BODY_LIMIT_BYTES = 4 << 20;
/** Time that answers under way are given when the host closes. */
const GRACE_MS = 2_000;
const API = '/api/';
const EVENTS = '/api/events';

function facts(request: IncomingMessage): RequestFacts {
  const header = (name: string): string | null => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    method: request.method ?? '',
    host: header('host'),
    origin: header('origin'),
    cookie: header('cookie'),
    site: header('sec-fetch-site'),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      const message = taken ? `Port ${port} is in use by another program.` : `Port ${port}: ${error.message}.`;
      const remedy = 'Name another one with --port, or leave it away to take any that is free.';
      reject(new FailureError({ kind: taken ? 'conflict' : 'unavailable', message, remedy }));
    });
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => resolve((server.address() as AddressInfo).port));
  });
}

/** @throws FailureError 'conflict' where the port is taken, 'unavailable' where it may not be used. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { token, dispatch, events, content, log } = options;
  const sockets = new EventSockets(events);

  const call = async (request: IncomingMessage, response: ServerResponse, method: string): Promise<void> => {
    if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
      return replyFailure(response, 415, 'invalid', 'Methods take JSON only.', 'Send content-type: application/json.');
    const body = await readBody(request, BODY_LIMIT_BYTES);
    if ('refused' in body) {
      response.setHeader('connection', 'close');
      return body.refused === 'too-large'
        ? replyFailure(response, 413, 'invalid', `A call may have ${BODY_LIMIT_BYTES >> 20} MB at most.`)
        : replyFailure(response, 400, 'invalid', 'The call is not valid UTF-8.');
    }
    let params: unknown;
    try {
      params = decode(body.text);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      return replyFailure(response, 400, 'invalid', `The call is not valid JSON: ${reason}`);
    }
    replyResult(response, 200, await dispatch(method, params));
  };

  const page = async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const answer = await content(path, request.headers['if-none-match'] ?? null);
    reply(response, answer.status, answer.headers, answer.body);
  };

  /** The address with the token: in exchange for a cookie, on to the clean address. */
  const signIn = (request: RequestFacts, response: ServerResponse, given: string): void => {
    const refusal = access.refuseForeign(request, 'read');
    if (refusal !== null) return replyText(response, refusal.status, `${refusal.message} ${refusal.remedy}`);
    const cookie = access.exchange(given);
    if (cookie === null) return replyText(response, 401, 'This token is not right. Open the address printed last.');
    const headers = { 'set-cookie': cookie, 'cache-control': 'no-store' };
    // A Strict cookie is not sent along a redirect that another page's link began: then the empty page itself moves on.
    if (request.site === 'cross-site' || request.site === 'same-site')
      return reply(response, 200, { ...headers, 'content-type': 'text/html', refresh: '0; url=/' }, '');
    reply(response, 303, { ...headers, location: '/' }, null);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = facts(request);
    // Joined, not resolved: "//elsewhere" is a path here, not another host.
    const url = request.url?.startsWith('/') ? URL.parse(`http://${LOOPBACK}${request.url}`) : null;
    if (url === null) return replyText(response, 400, 'This is not an address.');
    const given = url.pathname === '/' ? url.searchParams.get('token') : null;
    if (given !== null) return signIn(asked, response, given);
    const isCall = url.pathname.startsWith(API);
    const refusal = access.refuse(asked, isCall ? 'call' : 'read');
    if (refusal !== null) {
      if (isCall) return replyFailure(response, refusal.status, 'forbidden', refusal.message, refusal.remedy);
      return replyText(response, refusal.status, `${refusal.message} ${refusal.remedy}`);
    }
    await (isCall ? call(request, response, url.pathname.slice(API.length)) : page(request, response, url.pathname));
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((thrown: unknown) => {
      // A client that went away while it was being read is no defect.
      if (request.destroyed && !request.complete) return;
      log(thrown);
      if (!response.headersSent) replyFailure(response, 500, 'internal', 'The workbench failed to answer.');
      else response.destroy();
    });
  });

  server.on('upgrade', (request, socket, head) => {
    const refusal = request.url === EVENTS ? access.refuse(facts(request), 'listen') : { status: 400 };
    if (refusal === null) return sockets.accept(request, socket, head);
    socket.on('error', () => socket.destroy());
    socket.end(
      `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
  });

  const port = await listen(server, options.port);
  const access = new Access(token, port);

  return {
    port,
    url: access.url,
    ticketUrl: () => access.ticketUrl(),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      sockets.close();
      server.closeIdleConnections();
      const grace = setTimeout(() => {
        sockets.terminate();
        server.closeAllConnections();
      }, GRACE_MS);
      await closed;
      clearTimeout(grace);
    },
  };
}
