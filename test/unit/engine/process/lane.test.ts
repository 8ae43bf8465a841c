import { describe, expect, it } from 'vitest';
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { Lane } from '../../../../src-main/services/engine/process/lane.ts';
import type { FromEngine, ToEngine } from '../../../../src-main/services/engine/process/protocol.ts';
import type { EngineProcess } from '../../../../src-main/services/engine/process/spawn.ts';

/** An engine process of the test: keeps what it was sent and says what the test says. */
class Scripted implements EngineProcess {
  readonly pid: number;
  readonly sent: ToEngine[] = [];
  say: (message: FromEngine) => void = () => undefined;
  die: (how: string) => void = () => undefined;

  constructor(pid: number) {
    this.pid = pid;
  }
  post(message: ToEngine): void {
    this.sent.push(message);
  }
  onMessage(listener: (message: FromEngine) => void): void {
    this.say = listener;
  }
  onExit(listener: (how: string) => void): void {
    this.die = listener;
  }
  kill(): void {
    this.die('signal SIGKILL');
  }
}

function scriptedLane() {
  const started: Scripted[] = [];
  const lane = new Lane(() => {
    const process = new Scripted(started.length + 1);
    started.push(process);
    return process;
  });
  const process = (index: number): Scripted => {
    const found = started[index];
    if (found === undefined) throw new Error(`Process ${index} was not started.`);
    return found;
  };
  return { lane, started, process };
}

async function failureOf(call: Promise<unknown>) {
  const thrown: unknown = await call.catch((cause: unknown) => cause);
  if (thrown instanceof FailureError) return thrown.failure;
  throw new Error(`No failure: ${String(thrown)}`);
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const request = { checkpoint: 'a', files: [], device: 'cpu' } as const;
const batch = (id: number) => ({ ids: [id], mu: new Float32Array(7), logvar: null, failed: [] });

describe('Lane', () => {
  it('starts no process before the first call and one for all calls, which run one at a time', async () => {
    const { lane, started, process } = scriptedLane();
    expect(started).toHaveLength(0);
    const first = lane.call('inventory', null);
    const second = lane.call('inspect', { checkpoint: 'a' });
    expect(process(0).sent).toEqual([{ kind: 'call', id: 1, name: 'inventory', params: null }]);
    process(0).say({ kind: 'value', id: 1, value: [] });
    expect(await first).toEqual([]);
    expect(process(0).sent.at(-1)).toMatchObject({ id: 2, name: 'inspect' });
    process(0).say({ kind: 'failure', id: 2, failure: { kind: 'not-found', message: 'No.', remedy: '' } });
    expect(await failureOf(second)).toMatchObject({ kind: 'not-found' });
    expect(started).toHaveLength(1);
  });

  it('lets a process go that has nothing to do, and starts another for the next call', async () => {
    const { lane, started, process } = scriptedLane();
    const first = lane.call('inventory', null);
    lane.rest();
    process(0).say({ kind: 'value', id: 1, value: [] });
    expect(await first).toEqual([]);
    expect(started).toHaveLength(1);
    lane.rest();
    const second = lane.call('inventory', null);
    // What the old one still says, or that it ends, is nothing to the new one's call.
    process(0).say({ kind: 'failure', id: 2, failure: { kind: 'internal', message: 'Old.', remedy: '' } });
    process(0).die('signal SIGKILL');
    expect(process(1).sent).toEqual([{ kind: 'call', id: 2, name: 'inventory', params: null }]);
    process(1).say({ kind: 'value', id: 2, value: [] });
    expect(await second).toEqual([]);
  });

  it('hands events over one by one and tells when each is taken', async () => {
    const { lane, process } = scriptedLane();
    const seen: number[] = [];
    let release: () => void = () => undefined;
    const call = lane.call('predict', request, async ({ ids }) => {
      await new Promise<void>((resolve) => (release = resolve));
      seen.push(...ids);
    });
    process(0).say({ kind: 'event', id: 1, event: batch(1) });
    process(0).say({ kind: 'event', id: 1, event: batch(2) });
    process(0).say({ kind: 'value', id: 1, value: null });
    await turn();
    expect(seen).toEqual([]);
    expect(process(0).sent).toHaveLength(1);
    release();
    await turn();
    expect(seen).toEqual([1]);
    expect(process(0).sent.slice(1)).toEqual([{ kind: 'taken', id: 1 }]);
    release();
    await call;
    expect(seen).toEqual([1, 2]);
  });

  it('rejects the running call when the process dies, and starts another for the next', async () => {
    const { lane, started, process } = scriptedLane();
    const lost = lane.call('inventory', null);
    const next = lane.call('inventory', null);
    process(0).die('signal SIGKILL');
    expect(await failureOf(lost)).toMatchObject({ kind: 'lost', message: /unexpectedly \(signal SIGKILL\)/ });
    expect(started).toHaveLength(2);
    process(1).say({ kind: 'value', id: 2, value: [] });
    expect(await next).toEqual([]);
  });

  it('survives the death of an idle process', async () => {
    const { lane, started, process } = scriptedLane();
    const first = lane.call('inventory', null);
    process(0).say({ kind: 'value', id: 1, value: [] });
    await first;
    process(0).die('exit code 0');
    void lane.call('inventory', null);
    expect(started).toHaveLength(2);
  });

  it('cancels a waiting call at once and asks a running one to stop', async () => {
    const { lane, process } = scriptedLane();
    const [a, b] = [new AbortController(), new AbortController()];
    const running = lane.call('predict', request, undefined, a.signal);
    const waiting = lane.call('predict', request, undefined, b.signal);
    b.abort();
    expect(await failureOf(waiting)).toMatchObject({ kind: 'cancelled' });
    expect(process(0).sent).toHaveLength(1);
    a.abort();
    expect(process(0).sent.at(-1)).toEqual({ kind: 'cancel', id: 1, reason: 'keep' });
    process(0).say({ kind: 'failure', id: 1, failure: { kind: 'cancelled', message: 'Stopped.', remedy: '' } });
    expect(await failureOf(running)).toMatchObject({ kind: 'cancelled', message: 'Stopped.' });
    expect(await failureOf(lane.call('predict', request, undefined, a.signal))).toMatchObject({ kind: 'cancelled' });
    expect(process(0).sent.filter((message) => message.kind === 'call')).toHaveLength(1);
  });

  it('cancels the call when dealing with an event fails, and says why', async () => {
    const { lane, process } = scriptedLane();
    const full = new FailureError({ kind: 'disk-full', message: 'Full.', remedy: '' });
    const call = lane.call('predict', request, () => Promise.reject(full));
    process(0).say({ kind: 'event', id: 1, event: batch(1) });
    await turn();
    expect(process(0).sent.slice(1)).toEqual([
      { kind: 'cancel', id: 1, reason: 'keep' },
      { kind: 'taken', id: 1 },
    ]);
    process(0).say({ kind: 'failure', id: 1, failure: { kind: 'cancelled', message: '', remedy: '' } });
    expect(await failureOf(call)).toMatchObject({ kind: 'disk-full' });
  });

  it('ends everything on close and starts nothing afterwards', async () => {
    const { lane, started } = scriptedLane();
    const calls = [lane.call('inventory', null), lane.call('inventory', null)];
    const failures = Promise.all(calls.map(failureOf));
    await lane.close();
    for (const failure of await failures) expect(failure.kind).toBe('cancelled');
    expect((await failureOf(lane.call('inventory', null))).kind).toBe('cancelled');
    expect(started).toHaveLength(1);
  });
});
