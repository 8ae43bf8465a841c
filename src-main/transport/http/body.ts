import type { IncomingMessage } from 'node:http';

export type Body = { readonly text: string } | { readonly refused: 'too-large' | 'not-utf8' };

/** Reads a request's body; stops keeping it once it is over the limit. Rejects when the client goes away. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return { refused: 'too-large' };
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > limitBytes) return { refused: 'too-large' };
    chunks.push(chunk);
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)) };
  } catch {
    return { refused: 'not-utf8' };
  }
}
