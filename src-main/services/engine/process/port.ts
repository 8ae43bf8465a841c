/** The engine process's end of the channel: a forked Node process, or Electron's utility process. */
import type { FromEngine, ToEngine } from './protocol.ts';

export interface EnginePort {
  post(message: FromEngine): void;
  onMessage(listener: (message: ToEngine) => void): void;
  /** The other side is gone. */
  onClose(listener: () => void): void;
}

/** The part of Electron's `process.parentPort` that is used here; this code must not depend on Electron. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
}

function isParentPort(value: unknown): value is ParentPort {
  return typeof value === 'object' && value !== null && 'postMessage' in value && 'on' in value;
}

/** @throws Error when this process was not started as an engine. */
export function openPort(): EnginePort {
  const parent: unknown = Reflect.get(process, 'parentPort');
  if (isParentPort(parent)) {
    return {
      post: (message) => parent.postMessage(message),
      onMessage: (listener) => parent.on('message', ({ data }) => listener(data as ToEngine)),
      // Electron ends its utility processes with itself.
      onClose: () => undefined,
    };
  }
  if (process.send === undefined) throw new Error('The engine process is started by the workbench, not by hand.');
  return {
    post: (message) => process.send?.(message),
    onMessage: (listener) => process.on('message', (message) => listener(message as ToEngine)),
    onClose: (listener) => process.on('disconnect', listener),
  };
}
