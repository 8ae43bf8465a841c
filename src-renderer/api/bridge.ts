import type { DesktopClient } from '../../src-shared/contract/client.ts';

declare global {
  interface Window {
    /** Set by the desktop's preload script; absent in a browser. */
    readonly posterVar?: DesktopClient;
  }
}

/** The client over Electron IPC, or null in a browser. */
export function bridge(): DesktopClient | null {
  return window.posterVar ?? null;
}
