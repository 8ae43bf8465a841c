import type { EventName, EventPayload } from './events.ts';
import type { MethodName, Params, Value } from './methods/index.ts';
import type { Result } from '../domain/failure.ts';

/** What the renderer and other clients see; implemented over Electron IPC and over HTTP + WebSocket. */
export interface Client {
  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<Value<M>>>;
  /** Returns the function that ends the subscription. */
  on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void;
}

/** What the desktop's page has beside it: a browser never tells where a file lies. */
export interface DesktopClient extends Client {
  /** Path of a dropped or chosen `File`; empty for one that lies on no disk. */
  pathOf(file: object): string;
}

/** What the services offer: one handler a method. Params are already validated. */
export type Handlers = {
  readonly [M in MethodName]: (params: Params<M>) => Promise<Result<Value<M>>>;
};

/** Sends an event to every client. */
export type Emit = <E extends EventName>(event: E, payload: EventPayload<E>) => void;
