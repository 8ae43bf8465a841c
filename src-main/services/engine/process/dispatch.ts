/** Runs calls as they come in and sends back what they tell, give or throw. */
import type { EnginePort } from './port.ts';
import type { CallBodies, CallMessage, CallName } from './protocol.ts';
import { troubleOf } from './trouble.ts';

interface Running {
  readonly abort: AbortController;
  /** Resolvers of told events that wait to be taken, in order. */
  readonly untaken: (() => void)[];
}

/** Serves a table of calls on a port; a call that stands in no table of this process fails as a defect. */
export function serve(port: EnginePort, table: Partial<CallBodies>): void {
  const running = new Map<number, Running>();

  const run = async <N extends CallName>({ id, name, params }: CallMessage<N>): Promise<void> => {
    const call: Running = { abort: new AbortController(), untaken: [] };
    running.set(id, call);
    try {
      const body = table[name];
      if (!body) throw new Error(`this process does not serve ${name}`);
      const value = await body(params, {
        signal: call.abort.signal,
        tell: (event) =>
          new Promise((resolve) => {
            call.untaken.push(resolve);
            port.post({ kind: 'event', id, event });
          }),
      });
      port.post({ kind: 'value', id, value });
    } catch (thrown) {
      const { failure, endsProcess } = troubleOf(thrown);
      // Only a defect has a stack worth reading; the other side keeps the end of this stream.
      if (failure.kind === 'internal' || endsProcess) console.error(thrown);
      port.post({ kind: 'failure', id, failure, ...(endsProcess && { endsProcess }) });
    } finally {
      running.delete(id);
    }
  };

  port.onMessage((message) => {
    if (message.kind === 'call') void run(message);
    else if (message.kind === 'cancel') running.get(message.id)?.abort.abort(message.reason);
    else running.get(message.id)?.untaken.shift()?.();
  });
}
