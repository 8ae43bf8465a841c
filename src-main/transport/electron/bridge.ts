/** The preload script's end of IPC: the page gets `call`, `on` and where a dropped file lies, and nothing else of Electron. */
import type { DesktopClient } from '../../../src-shared/contract/client.ts';
import type { EventMessage, EventName, EventPayload } from '../../../src-shared/contract/events.ts';
import type { MethodName, Params, Value } from '../../../src-shared/contract/methods/index.ts';
import type { Result } from '../../../src-shared/domain/failure.ts';
import { CALL_CHANNEL, EVENT_CHANNEL } from './names.ts';

/** The part of Electron's IpcRenderer that is used here. */
export interface IpcCaller {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
  on(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown;
  removeListener(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown;
}

/** Electron's `webUtils.getPathForFile`, which throws at anything but a File. */
export type PathOf = (file: File) => string;

export function createBridge(ipc: IpcCaller, pathOf: PathOf): DesktopClient {
  return {
    call: <M extends MethodName>(method: M, params: Params<M>) =>
      ipc.invoke(CALL_CHANNEL, method, params) as Promise<Result<Value<M>>>,
    on: <E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void) => {
      const receive = (_event: unknown, ...args: unknown[]): void => {
        const message = args[0] as EventMessage;
        if (message.event === event) listener(message.payload as EventPayload<E>);
      };
      ipc.on(EVENT_CHANNEL, receive);
      return () => void ipc.removeListener(EVENT_CHANNEL, receive);
    },
    pathOf,
  };
}
