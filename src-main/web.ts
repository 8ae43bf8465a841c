/** The web host: the same renderer in a browser on this machine, or on another one through an SSH tunnel. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FailureError } from '../src-shared/domain/failure.ts';
import type { Services } from './compose.ts';
import { createHandlers } from './handlers/handlers.ts';
import { createContent } from './transport/content.ts';
import { createDispatch } from './transport/dispatch.ts';
import { startHttpServer } from './transport/http/server.ts';
import { webToken } from './transport/http/token.ts';

export interface WebHostOptions {
  readonly services: Services;
  readonly version: string;
  /** Null: the usual port, or any free one where that is taken. */
  readonly port: number | null;
  /** The built renderer. */
  readonly rendererFolder: string;
  /** Opens a browser; given an address that works once. */
  readonly open?: (url: string) => void;
  readonly log: (thrown: unknown) => void;
}

export interface WebHost {
  /** With the token in it. */
  readonly url: string;
  close(): Promise<void>;
}

/** The same at each start, so that an SSH tunnel and an open page find the host again. */
const USUAL_PORT = 8760;

/** @throws FailureError 'unavailable' where the renderer has not been built, and as `startHttpServer`. */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const { services, version, port, rendererFolder, open, log } = options;
  if (!existsSync(join(rendererFolder, 'index.html')))
    throw new FailureError({
      kind: 'unavailable',
      message: 'The page has not been built.',
      remedy: 'Run "npm run build" once, then start the web host again.',
    });
  const handlers = createHandlers(services, { host: 'web', version });
  const start = (at: number) =>
    startHttpServer({
      port: at,
      token: webToken(services.home),
      dispatch: createDispatch({ handlers, log, checkValues: services.checked }),
      events: services.events,
      content: createContent({ folder: rendererFolder, media: services.media }),
      log,
    });
  const server =
    port !== null
      ? await start(port)
      : await start(USUAL_PORT).catch((thrown: unknown) => {
          if (thrown instanceof FailureError && thrown.failure.kind === 'conflict') return start(0);
          throw thrown;
        });
  open?.(server.ticketUrl());
  return { url: server.url, close: () => server.close() };
}
