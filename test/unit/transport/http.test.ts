import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { decode, encode } from '../../../src-shared/contract/codec.ts';
import type { MethodName } from '../../../src-shared/contract/methods/index.ts';
import { ok } from '../../../src-shared/domain/failure.ts';
import { EventBus } from '../../../src-main/transport/bus.ts';
import { createContent } from '../../../src-main/transport/content.ts';
import { createDispatch } from '../../../src-main/transport/dispatch.ts';
import { startHttpServer, type HttpServer } from '../../../src-main/transport/http/server.ts';
import { webToken } from '../../../src-main/transport/http/token.ts';
import { fakeHandlers } from './fakes.ts';

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Headers = Readonly<Record<string, string>>;

const PIXELS = Uint8Array.of(0xff, 0xd8, 0xff, 1, 2, 3);
const METRICS = {
  steps: Int32Array.of(1, 2, 3),
  processSeconds: 1,
  loss: Float32Array.of(2.1, 1.5, NaN),
  stepsPerEpoch: 3,
  epochs: [],
};

describe('the loopback server', () => {
  const home = mkdtempSync(join(tmpdir(), 'poster-var-http-'));
  const bus = new EventBus(true);
  const logged: unknown[] = [];
  let server: HttpServer;
  let ran: MethodName[];
  let origin: string;
  let cookie: string;
  let mediaAsked: string[] = [];

  /** Node's own client, because fetch would not let a test forge Host. */
  function ask(method: string, path: string, headers: Headers, body?: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port: server.port, method, path, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  const own = (): Headers => ({ cookie, origin, 'content-type': 'application/json' });
  const call = (method: string, params: unknown, headers = own()) =>
    ask('POST', `/api/${method}`, headers, encode(params));

  /** Resolves to "open" or the HTTP status of the refusal. */
  function connect(headers: Headers, path = '/api/events'): Promise<{ socket: WebSocket; outcome: string }> {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers: { ...headers } });
    return new Promise((resolve) => {
      socket.on('open', () => resolve({ socket, outcome: 'open' }));
      socket.on('unexpected-response', (_request, response) => {
        response.resume();
        resolve({ socket, outcome: String(response.statusCode) });
      });
      socket.on('error', (error) => resolve({ socket, outcome: error.message }));
    });
  }

  beforeAll(async () => {
    const folder = join(home, 'renderer');
    mkdirSync(join(folder, 'assets'), { recursive: true });
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Workbench</title>');
    writeFileSync(join(folder, 'assets', 'main-1a2b.js'), 'export {};');
    writeFileSync(join(home, 'secret.txt'), 'secret');
    const media = {
      get: (path: string) => {
        mediaAsked.push(path);
        const found = path === 'media/thumbnail/7/96';
        return Promise.resolve(found ? { type: 'image/webp', body: PIXELS, etag: '"c0ffee-96"' } : null);
      },
    };
    const fakes = fakeHandlers({
      'runs.metrics': () => Promise.resolve(ok(METRICS)),
      'labels.redo': () => Promise.reject(new Error('boom')),
    });
    ran = fakes.ran;
    const log = (thrown: unknown): void => void logged.push(thrown);
    server = await startHttpServer({
      port: 0,
      token: webToken(home),
      dispatch: createDispatch({ handlers: fakes.handlers, log, checkValues: true }),
      events: bus,
      content: createContent({ folder, media }),
      log,
    });
    origin = `http://127.0.0.1:${server.port}`;
    const signedIn = await ask('GET', server.url.slice(origin.length), {});
    cookie = signedIn.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  });
  beforeEach(() => {
    ran.length = 0;
    mediaAsked = [];
  });
  afterAll(async () => {
    await server.close();
    rmSync(home, { recursive: true });
  });

  it('keeps a token of 256 bits in a file that only its owner reads, the same at the next start', () => {
    expect(webToken(home)).toMatch(/^[\w-]{43}$/);
    expect(webToken(home)).toBe(webToken(home));
    if (process.platform !== 'win32') expect(statSync(join(home, 'web-token')).mode & 0o777).toBe(0o600);
  });

  it('exchanges the token for a cookie and goes on to the clean address', async () => {
    const path = server.url.slice(origin.length);
    expect(await ask('GET', path, {})).toMatchObject({ status: 303, headers: { location: '/' } });
    // A Strict cookie would not follow a redirect that another site's link began.
    expect(await ask('GET', path, { 'sec-fetch-site': 'cross-site' })).toMatchObject({
      status: 200,
      headers: { refresh: '0; url=/' },
    });
    expect((await ask('GET', `${path}x`, {})).headers['set-cookie']).toBeUndefined();
    expect((await ask('GET', path, { host: 'evil.test' })).headers['set-cookie']).toBeUndefined();
    const ticket = server.ticketUrl().slice(origin.length);
    expect((await ask('GET', ticket, {})).status).toBe(303);
    expect((await ask('GET', ticket, {})).status).toBe(401);
  });

  it('runs no handler, serves no byte and opens no socket for anyone else: the whole matrix', async () => {
    const hosts = [`127.0.0.1:${server.port}`, `localhost:${server.port}`, 'evil.test', `127.0.0.1:${server.port + 1}`];
    const origins = ['', origin, 'http://evil.test', `http://127.0.0.1:${server.port + 1}`];
    const cookies = ['', cookie, `${cookie}x`];
    let asked = 0;
    const unauthorised: unknown[] = [];
    for (const host of hosts)
      for (const from of origins)
        for (const held of cookies) {
          const headers = {
            host,
            'content-type': 'application/json',
            ...(from && { origin: from }),
            ...(held && { cookie: held }),
          };
          const same = from === `http://${host}`;
          const insider = held === cookie && (host === hosts[0] || host === hosts[1]);
          const requests = [
            { allowed: insider && same, send: () => call('runs.metrics', { run: 1 }, headers) },
            { allowed: insider && (same || from === ''), send: () => ask('GET', '/', headers) },
            { allowed: insider && (same || from === ''), send: () => ask('GET', '/media/thumbnail/7/96', headers) },
            { allowed: false, send: () => ask('GET', '/api/runs.metrics', headers) },
            { allowed: false, send: () => ask('OPTIONS', '/api/runs.metrics', headers) },
            { allowed: false, send: () => ask('PUT', '/media/thumbnail/7/96', headers) },
          ];
          for (const { allowed, send } of requests) {
            [ran.length, mediaAsked.length] = [0, 0];
            const reply = await send();
            asked++;
            const reached = reply.status === 200 || ran.length + mediaAsked.length > 0;
            if (reached !== allowed) unauthorised.push({ headers, status: reply.status });
            if (Object.keys(reply.headers).some((name) => name.startsWith('access-control'))) unauthorised.push('CORS');
          }
          const { socket, outcome } = await connect(headers);
          asked++;
          if ((outcome === 'open') !== (insider && same)) unauthorised.push({ headers, outcome });
          socket.terminate();
        }
    expect(unauthorised).toEqual([]);
    expect(asked).toBe(4 * 4 * 3 * 7);
  });

  it('carries typed arrays both ways, NaN included', async () => {
    const reply = await call('runs.metrics', { run: 1 });
    expect(reply.status).toBe(200);
    expect(decode(reply.body)).toEqual(ok(METRICS));
    expect(ran).toEqual(['runs.metrics']);
  });

  it('answers what it cannot take with a sentence in the shape of a failure', async () => {
    const failure = async (reply: Promise<Reply>): Promise<unknown> => {
      const { status, body } = await reply;
      return { status, ...(decode(body) as object) };
    };
    expect(await failure(call('no.such', {}))).toMatchObject({ status: 200, ok: false, error: { kind: 'not-found' } });
    expect(await failure(call('images.page', {}))).toMatchObject({ status: 200, error: { kind: 'invalid' } });
    expect(await failure(ask('POST', '/api/jobs.list', own(), '{"a":'))).toMatchObject({ status: 400, ok: false });
    expect(await failure(ask('POST', '/api/jobs.list', own(), '{"x":{"$":"f32","b":"AAA="}}'))).toMatchObject({
      status: 400,
    });
    expect(await failure(call('jobs.list', {}, { ...own(), 'content-type': 'text/plain' }))).toMatchObject({
      status: 415,
    });
    const large = JSON.stringify({ path: 'x'.repeat(5 << 20) });
    expect(await failure(ask('POST', '/api/project.open', own(), large))).toMatchObject({ status: 413, ok: false });
    expect(ran).toEqual([]);
    expect(await failure(call('labels.redo', {}))).toMatchObject({ status: 200, error: { kind: 'internal' } });
    expect(String(logged.at(-1))).toBe('Error: boom');
  });

  it('serves the page with its policy, hashed files for good, and images that the browser asks about again', async () => {
    const page = await ask('GET', '/', { cookie });
    expect(page.body).toContain('Workbench');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';");
    expect(page.headers['content-security-policy']).toContain("img-src 'self' blob: data:");
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    const script = await ask('GET', '/assets/main-1a2b.js', { cookie });
    expect(script.headers).toMatchObject({ 'content-type': 'text/javascript; charset=utf-8' });
    expect(script.headers['cache-control']).toContain('immutable');
    const image = await ask('GET', '/media/thumbnail/7/96', { cookie });
    expect(image.headers).toMatchObject({ etag: '"c0ffee-96"', 'cache-control': 'private, no-cache' });
    const again = await ask('GET', '/media/thumbnail/7/96', { cookie, 'if-none-match': '"c0ffee-96"' });
    expect(again).toMatchObject({ status: 304, body: '' });
  });

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/assets/%00',
    '/./.env',
    '/assets',
    '/assets/',
    '//secret.txt',
    '/index.html%00.js',
  ])('gives no foreign byte for %s', async (path) => {
    const reply = await ask('GET', path, { cookie });
    expect(reply.status).toBe(404);
    expect(reply.body).not.toContain('secret');
  });

  it('sends events to every page that listens, and stops with it', async () => {
    const [one, two] = [await connect(own()), await connect(own())];
    const received = [one, two].map(
      ({ socket }) =>
        new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(decode(data.toString())))),
    );
    const payload = { run: 3, first: 1, loss: Float32Array.of(1, 2), processSeconds: 1 };
    bus.emit('run.steps', payload);
    expect(await Promise.all(received)).toEqual([1, 2].map(() => ({ event: 'run.steps', payload })));
    one.socket.terminate();
    const closed = new Promise<number>((resolve) => two.socket.once('close', resolve));
    await server.close();
    expect(await closed).toBe(1001);
  });
});
