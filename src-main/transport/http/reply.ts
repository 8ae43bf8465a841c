import type { ServerResponse } from 'node:http';
import { encode } from '../../../src-shared/contract/codec.ts';
import { fail, type FailureKind, type Result } from '../../../src-shared/domain/failure.ts';
import { SECURITY_HEADERS } from '../policy.ts';

type Headers = Readonly<Record<string, string>>;

export function reply(
  response: ServerResponse,
  status: number,
  headers: Headers,
  body: Uint8Array | string | null,
): void {
  response.writeHead(status, { ...SECURITY_HEADERS, ...headers });
  response.end(response.req.method === 'HEAD' ? undefined : (body ?? undefined));
}

export function replyResult(response: ServerResponse, status: number, result: Result<unknown>): void {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  reply(response, status, headers, encode(result));
}

/** A refusal of the transport itself, in the same shape as any other failure. */
export function replyFailure(
  response: ServerResponse,
  status: number,
  kind: FailureKind,
  message: string,
  remedy = '',
): void {
  replyResult(response, status, fail(kind, message, remedy));
}

/** A refusal that a person reads in the browser's window. */
export function replyText(response: ServerResponse, status: number, text: string): void {
  reply(response, status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }, `${text}\n`);
}
