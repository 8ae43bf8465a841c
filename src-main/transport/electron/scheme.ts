/** `app://workbench/`: the page and its images, served by the main process without any port. */
import type { Content } from '../content.ts';
import { developmentPolicy, SECURITY_HEADERS } from '../policy.ts';
import { HOST, SCHEME } from './names.ts';

/** Registered once, before the application is ready. */
export const PRIVILEGED_SCHEME = {
  scheme: SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true },
};

/** Answers a request of the scheme; only reading, only this host. */
export function createSchemeHandler(content: Content): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    if (url.host !== HOST) return new Response('Not found.\n', { status: 404, headers: SECURITY_HEADERS });
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Response('Pages and images are only read.\n', { status: 405, headers: SECURITY_HEADERS });
    const { status, headers, body } = await content(url.pathname, request.headers.get('if-none-match'));
    // A body of its own: a Response takes no view of memory that others might share.
    const own = request.method === 'HEAD' || body === null ? null : new Uint8Array(body);
    return new Response(own, {
      status,
      headers: { ...SECURITY_HEADERS, ...headers },
    });
  };
}

/** During development the page comes from the development server, so that changes show at once; media stay ours. */
export function createDevelopmentHandler(
  content: Content,
  server: string,
  load: (url: string) => Promise<Response>,
): (request: Request) => Promise<Response> {
  const own = createSchemeHandler(content);
  return async (request) => {
    const url = new URL(request.url);
    if (url.pathname.startsWith('/media/')) return own(request);
    const loaded = await load(new URL(url.pathname + url.search, server).href);
    const headers = new Headers(loaded.headers);
    headers.set('content-security-policy', developmentPolicy(server));
    return new Response(loaded.body, { status: loaded.status, headers });
  };
}
