/** The main process's end of IPC. The only place that listens to it: every call passes the same checks. */
import type { EventSource } from '../bus.ts';
import type { Dispatch } from '../dispatch.ts';
import { CALL_CHANNEL, EVENT_CHANNEL, ORIGIN } from './names.ts';

/** The parts of Electron's WebFrameMain, IpcMainInvokeEvent, IpcMain and WebContents that are used here. */
export interface Frame {
  readonly origin: string;
  readonly parent: Frame | null;
}

export interface Invocation {
  /** Null when the frame has navigated away or is gone. */
  readonly senderFrame: Frame | null;
}

export interface IpcReceiver {
  handle(channel: string, listener: (event: Invocation, ...args: unknown[]) => Promise<unknown>): void;
  removeHandler(channel: string): void;
}

export interface EventTarget {
  isDestroyed(): boolean;
  send(channel: string, ...args: unknown[]): void;
}

/** Only the main frame of our own page may call; anything else is rejected, never answered with silence. */
function assertOwnPage({ senderFrame }: Invocation): void {
  if (senderFrame === null) throw new Error('Refused: the frame that called is gone.');
  if (senderFrame.parent !== null) throw new Error('Refused: only the main frame may call the workbench.');
  if (senderFrame.origin !== ORIGIN) throw new Error('Refused: this page is not the workbench’s own.');
}

/** Returns the function that stops serving. */
export function serveCalls(ipc: IpcReceiver, dispatch: Dispatch): () => void {
  ipc.handle(CALL_CHANNEL, async (event, method, params) => {
    assertOwnPage(event);
    return dispatch(method, params);
  });
  return () => ipc.removeHandler(CALL_CHANNEL);
}

/** Sends every event to the page that is there at that moment; returns the function that stops it. */
export function forwardEvents(source: EventSource, page: () => EventTarget | null): () => void {
  return source.subscribe((message) => {
    const target = page();
    if (target !== null && !target.isDestroyed()) target.send(EVENT_CHANNEL, message);
  });
}
