/** One engine process and the calls that wait for it, one after another. */
import { FailureError } from '../../../../src-shared/domain/failure.ts';
import { StopReason } from '../../../../src-shared/domain/job.ts';
import type { CallMessage, CallName, Calls, FromEngine, ToEngine } from './protocol.ts';
import type { EngineProcess } from './spawn.ts';

/** A call on its way: waiting, then running. */
interface Pending {
  readonly id: number;
  readonly message: ToEngine;
  receive(message: FromEngine): void;
  /** Ends it from this side: lost with its process, or cancelled. */
  fail(error: FailureError): void;
}

type OnEvent<N extends CallName> = (event: Calls[N]['event']) => void | Promise<void>;

function cancelled(message: string): FailureError {
  return new FailureError({ kind: 'cancelled', message, remedy: '' });
}

export class Lane {
  readonly #spawn: () => EngineProcess;
  readonly #waiting: Pending[] = [];
  #current: Pending | null = null;
  #process: EngineProcess | null = null;
  #lastId = 0;
  #closed = false;

  constructor(spawn: () => EngineProcess) {
    this.#spawn = spawn;
  }

  /** Id of the engine process, for diagnosis; undefined while there is none. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * Queues a call. Events arrive in order and are awaited one by one; an error thrown by `onEvent` cancels the call and rejects it.
   * @throws FailureError of the call itself; 'lost' when its process ended; 'cancelled' after an abort.
   */
  call<N extends CallName>(
    name: N,
    params: Calls[N]['params'],
    onEvent: OnEvent<N> = () => undefined,
    signal?: AbortSignal,
  ): Promise<Calls[N]['value']> {
    return new Promise<Calls[N]['value']>((resolve, reject) => {
      const id = ++this.#lastId;
      const call: CallMessage<N> = { kind: 'call', id, name, params };
      let handled = Promise.resolve();
      let thrown: Error | null = null;
      const abort = (): void => this.#abort(pending, stopReason(signal));
      const end = (settle: () => void): void => {
        signal?.removeEventListener('abort', abort);
        if (this.#current === pending) this.#current = null;
        settle();
        this.#next();
      };
      const handle = async (event: Calls[N]['event']): Promise<void> => {
        try {
          if (thrown === null) await onEvent(event);
        } catch (error) {
          thrown = error instanceof Error ? error : new Error(String(error));
          this.#post({ kind: 'cancel', id, reason: 'keep' });
        }
        this.#post({ kind: 'taken', id });
      };
      const fail = (error: Error): void => end(() => reject(thrown ?? error));
      const pending: Pending = {
        id,
        message: call as ToEngine,
        fail,
        receive: (message) => {
          if (message.kind === 'event') {
            const event = message.event as Calls[N]['event'];
            handled = handled.then(() => handle(event));
          } else if (message.kind === 'failure') {
            void handled.then(() => {
              if (message.endsProcess) this.#renounce();
              fail(new FailureError(message.failure));
            });
          } else {
            const value = message.value as Calls[N]['value'];
            void handled.then(() => (thrown ? fail(thrown) : end(() => resolve(value))));
          }
        },
      };
      if (this.#closed || signal?.aborted) return fail(cancelled(`The call "${name}" was cancelled.`));
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(pending);
      this.#next();
    });
  }

  /** Ends the process if it has nothing to do: its memory goes back to the system, and the next call starts another. */
  rest(): void {
    if (this.#current === null && this.#waiting.length === 0) this.#renounce();
  }

  /** Ends the process and everything that runs or waits. Resolves when the process is gone. */
  close(): Promise<void> {
    this.#closed = true;
    const process = this.#process;
    for (const pending of this.#waiting.splice(0)) pending.fail(cancelled('The engine was closed.'));
    if (process === null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onGone = resolve;
      process.kill();
    });
  }

  #onGone: () => void = () => undefined;

  #next(): void {
    if (this.#current !== null) return;
    const pending = this.#waiting.shift();
    if (pending === undefined) return;
    this.#current = pending;
    this.#process ??= this.#start();
    this.#process.post(pending.message);
  }

  #start(): EngineProcess {
    const process = this.#spawn();
    process.onMessage((message) => {
      if (this.#process === process && this.#current?.id === message.id) this.#current.receive(message);
    });
    process.onExit((how) => {
      // One that was renounced before has no call, and another may be running in its place.
      if (this.#process !== process) return;
      this.#process = null;
      this.#current?.fail(this.#closed ? cancelled('The engine was closed.') : lost(how));
      this.#onGone();
    });
    return process;
  }

  /** Ends the process without waiting for it: the next call starts another. */
  #renounce(): void {
    const process = this.#process;
    this.#process = null;
    process?.kill();
  }

  #post(message: ToEngine): void {
    this.#process?.post(message);
  }

  /** Waiting: it never begins. Running: the engine stops at the next possible moment and says so. */
  #abort(pending: Pending, reason: StopReason): void {
    const place = this.#waiting.indexOf(pending);
    if (place >= 0) {
      this.#waiting.splice(place, 1);
      pending.fail(cancelled('Cancelled before it began.'));
    } else if (this.#current === pending) {
      this.#post({ kind: 'cancel', id: pending.id, reason });
    }
  }
}

/** Why a signal was aborted; work that was stopped for no such reason is kept. */
function stopReason(signal: AbortSignal | undefined): StopReason {
  return StopReason.catch('keep').parse(signal?.reason);
}

function lost(how: string): FailureError {
  return new FailureError({
    kind: 'lost',
    message: `The engine process ended unexpectedly (${how}).`,
    remedy:
      'Try again: a new engine process starts by itself. If it happens again, choose a smaller batch or another device.',
  });
}
