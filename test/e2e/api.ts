import { decode, encode } from '../../src-shared/contract/codec.ts';
import type { MethodName, Params, Value } from '../../src-shared/contract/methods/index.ts';
import type { Result } from '../../src-shared/domain/failure.ts';
import type { Job } from '../../src-shared/domain/job.ts';

/** Talks to a web host as the page does: the token is exchanged for the cookie, every call carries its Origin. */
export class Api {
  readonly #origin: string;
  readonly #cookie: string;

  private constructor(origin: string, cookie: string) {
    this.#origin = origin;
    this.#cookie = cookie;
  }

  static async connect(url: string): Promise<Api> {
    const response = await fetch(url, { redirect: 'manual' });
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
    if (cookie === undefined) throw new Error(`${new URL(url).origin} gave no cookie: ${response.status}`);
    return new Api(new URL(url).origin, cookie);
  }

  async call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<Value<M>>> {
    const response = await fetch(`${this.#origin}/api/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.#origin, cookie: this.#cookie },
      body: encode(params),
    });
    return decode(await response.text()) as Result<Value<M>>;
  }

  /** The value, or an Error with the failure's words. */
  async get<M extends MethodName>(method: M, params: Params<M>): Promise<Value<M>> {
    const result = await this.call(method, params);
    if (!result.ok) throw new Error(`${method}: ${result.error.kind}: ${result.error.message} ${result.error.remedy}`);
    return result.value;
  }

  /** Waits until a job has ended, and returns it however it ended. */
  async finished(job: number, timeoutMs = 240_000): Promise<Job> {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      const found = (await this.get('jobs.list', {})).find((one) => one.id === job);
      if (found !== undefined && found.status !== 'queued' && found.status !== 'running') return found;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`Job ${job} did not end within ${timeoutMs / 1000} s.`);
  }
}
