import type { Client } from '../../src-shared/contract/client.ts';

declare global {
  interface Window {
    /** Set by the desktop's preload script; absent in a browser. */
    readonly posterVar?: Client;
  }
}

/** The client over Electron IPC, or null in a browser. */
export function bridge(): Client | null {
  return window.posterVar ?? null;
}
