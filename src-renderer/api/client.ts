import type { Client } from '../../src-shared/contract/client.ts';
import { bridge } from './bridge.ts';
import { HttpClient } from './http.ts';

const desktop = bridge();
const http = desktop === null ? new HttpClient(new URL(document.baseURI)) : null;

/** The services, whichever door this page came through. */
export const client: Client = desktop ?? (http as HttpClient);

/** Called after a lost connection is back: what was fetched before may be stale. Never on the desktop. */
export function onReconnect(listener: () => void): void {
  http?.onReconnect(listener);
}

/** Called when the connection is made or lost. Never on the desktop. */
export function onConnection(listener: (connected: boolean) => void): void {
  http?.onConnection(listener);
}
