/** One way in for both transports: from a name and unchecked params to a Result. */
import type { Handlers } from '../../src-shared/contract/client.ts';
import { METHODS, type MethodName, type Params, type Value } from '../../src-shared/contract/methods/index.ts';
import { fail, toFailure, type Result } from '../../src-shared/domain/failure.ts';
import { firstIssue } from './issues.ts';

export interface DispatchOptions {
  readonly handlers: Handlers;
  /** Where a defect is written: the caller gets its message only. */
  readonly log: (thrown: unknown) => void;
  /** Also check what handlers return against the contract; for development and tests. */
  readonly checkValues: boolean;
}

export type Dispatch = (method: unknown, params: unknown) => Promise<Result<unknown>>;

function isMethod(name: unknown): name is MethodName {
  return typeof name === 'string' && Object.hasOwn(METHODS, name);
}

/**
 * Never rejects. Params that do not fit are `invalid` and name the field; an unknown method is `not-found`; whatever a handler
 * throws is `internal` and goes to the log.
 */
export function createDispatch({ handlers, log, checkValues }: DispatchOptions): Dispatch {
  const invoke = async <M extends MethodName>(method: M, raw: unknown): Promise<Result<Value<M>>> => {
    const parsed = METHODS[method].params.safeParse(raw);
    if (!parsed.success) {
      const { field, problem } = firstIssue(parsed.error);
      return fail('invalid', `${method}: ${field}: ${problem}.`, `Correct ${field} and try again.`);
    }
    const result = await handlers[method](parsed.data as Params<M>);
    if (checkValues && result.ok) {
      const checked = METHODS[method].value.safeParse(result.value);
      if (!checked.success) {
        const { field, problem } = firstIssue(checked.error);
        throw new TypeError(`${method} returned a value that breaks the contract: ${field}: ${problem}.`);
      }
    }
    return result;
  };

  return async (method, params) => {
    if (!isMethod(method)) return fail('not-found', `There is no method ${JSON.stringify(method)}.`);
    try {
      return await invoke(method, params);
    } catch (thrown) {
      const error = toFailure(thrown);
      if (error.kind === 'internal') log(thrown);
      return { ok: false, error };
    }
  };
}
