import type { Handlers } from '../../../src-shared/contract/client.ts';
import { METHODS, type MethodName, type Params, type Value } from '../../../src-shared/contract/methods/index.ts';
import { fail, type Result } from '../../../src-shared/domain/failure.ts';

/** Handlers that count their runs and answer "unsupported"; a test brings the ones it is about. */
export function fakeHandlers(own: Partial<Handlers>): { handlers: Handlers; ran: MethodName[] } {
  const ran: MethodName[] = [];
  const counted = <M extends MethodName>(method: M): Handlers[M] => {
    const body = own[method];
    const run = (params: Params<M>): Promise<Result<Value<M>>> => {
      ran.push(method);
      return body === undefined
        ? Promise.resolve(fail('unsupported', `${method} is not part of this test.`))
        : body(params);
    };
    return run as Handlers[M];
  };
  const handlers = Object.fromEntries((Object.keys(METHODS) as MethodName[]).map((name) => [name, counted(name)]));
  return { handlers: handlers as Handlers, ran };
}
