import type { MethodName, Params, Value } from '../../src-shared/contract/methods/index.ts';
import { client } from '../api/client.ts';
import { notifyFailure } from './notices.svelte.ts';

export interface CallOptions {
  /** Offered as Retry in the notice of a failure. */
  readonly retry?: () => void;
}

/** Calls a method; a failure becomes an error notice and null. Use `client.call` where the view shows the failure itself. */
export async function call<M extends MethodName>(
  method: M,
  params: Params<M>,
  options: CallOptions = {},
): Promise<Value<M> | null> {
  const result = await client.call(method, params);
  if (result.ok) return result.value;
  if (result.error.kind !== 'cancelled') notifyFailure(result.error, options.retry);
  return null;
}
