/** What a page loads by URL: the built renderer and the project's images. Both transports serve exactly this. */
import { readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** One image as the media service hands it out. */
export interface MediaFile {
  readonly type: string;
  readonly body: Uint8Array;
  /** Changes with the pixels: made from the content's hash. */
  readonly etag: string;
}

export interface MediaSource {
  /** A path of contract/media.ts, "media/thumbnail/12/96"; null for one that names nothing. */
  get(path: string): Promise<MediaFile | null>;
}

export interface Answer {
  readonly status: 200 | 304 | 404;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
}

export type Content = (pathname: string, ifNoneMatch: string | null) => Promise<Answer>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** Names as the bundler makes them: no percent sign, no backslash, and no part that begins with a dot. */
const RENDERER_PATH = /^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/;

/** Row ids begin anew in every project: an image's URL alone never proves its bytes, so the browser asks each time. */
const REVALIDATE = 'private, no-cache';
/** The bundler puts the content's hash into these names. */
const HASHED = 'private, max-age=31536000, immutable';

const NOT_FOUND: Answer = {
  status: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  body: new TextEncoder().encode('Not found.\n'),
};

function answer(type: string, etag: string, caching: string, ifNoneMatch: string | null, body: Uint8Array): Answer {
  const headers = { 'content-type': type, 'cache-control': caching, etag };
  if (ifNoneMatch === etag) return { status: 304, headers, body: null };
  return { status: 200, headers: { ...headers, 'content-length': String(body.byteLength) }, body };
}

async function rendererFile(folder: string, path: string, ifNoneMatch: string | null): Promise<Answer> {
  const type = TYPES[extname(path)];
  if (!RENDERER_PATH.test(path) || type === undefined) return NOT_FOUND;
  const file = join(folder, path);
  const info = await stat(file).catch(() => null);
  if (info?.isFile() !== true) return NOT_FOUND;
  const etag = `"${info.size.toString(36)}-${Math.round(info.mtimeMs).toString(36)}"`;
  return answer(type, etag, path.startsWith('assets/') ? HASHED : REVALIDATE, ifNoneMatch, await readFile(file));
}

/** Serves the renderer's folder and media. `pathname` is a URL's, as it was sent: nothing in it is decoded. */
export function createContent({ folder, media }: { folder: string; media: MediaSource }): Content {
  return async (pathname, ifNoneMatch) => {
    const path = pathname.replace(/^\//, '');
    if (!path.startsWith('media/')) return rendererFile(folder, path === '' ? 'index.html' : path, ifNoneMatch);
    const file = await media.get(path);
    if (file === null) return NOT_FOUND;
    return answer(file.type, file.etag, REVALIDATE, ifNoneMatch, file.body);
  };
}
