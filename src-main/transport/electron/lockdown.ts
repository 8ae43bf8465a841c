/** What the window may not do. Each rule of Electron's security checklist, once. */
import { ORIGIN } from './names.ts';

/** The parts of Electron's Session and WebContents that are used here. */
export interface LockableSession {
  setPermissionRequestHandler(
    handler: (contents: unknown, permission: string, callback: (granted: boolean) => void) => void,
  ): void;
  setPermissionCheckHandler(handler: (contents: unknown, permission: string) => boolean): void;
  setDevicePermissionHandler(handler: () => boolean): void;
  setSpellCheckerEnabled(enabled: boolean): void;
  readonly webRequest: {
    onBeforeRequest(
      listener: (details: { readonly url: string }, callback: (response: { cancel?: boolean }) => void) => void,
    ): void;
  };
}

export interface Preventable {
  preventDefault(): void;
}

export interface LockableContents {
  on(
    event: 'will-navigate' | 'will-frame-navigate' | 'will-redirect' | 'will-attach-webview',
    listener: (event: Preventable) => void,
  ): unknown;
  setWindowOpenHandler(handler: () => { action: 'deny' }): void;
}

/** The one permission a workbench needs: copying a table or a figure. */
const GRANTED: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

const NAVIGATIONS = ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'] as const;

/** Chromium services that would talk to the network by themselves. */
export const NETWORK_SWITCHES = [
  'disable-background-networking',
  'disable-component-update',
  'disable-domain-reliability',
  'disable-sync',
  'no-pings',
] as const;

/** Whether the window may load this; `developmentServer` only while developing. */
export function mayLoad(url: string, developmentServer: string | null): boolean {
  if (url.startsWith(`${ORIGIN}/`) || url.startsWith(`blob:${ORIGIN}/`) || url.startsWith('data:')) return true;
  if (developmentServer === null) return false;
  const target = URL.parse(url);
  return target?.protocol === 'devtools:' || target?.host === new URL(developmentServer).host;
}

export function lockSession(session: LockableSession, developmentServer: string | null): void {
  session.setPermissionRequestHandler((_contents, permission, callback) => callback(GRANTED.has(permission)));
  session.setPermissionCheckHandler((_contents, permission) => GRANTED.has(permission));
  session.setDevicePermissionHandler(() => false);
  session.setSpellCheckerEnabled(false);
  session.webRequest.onBeforeRequest(({ url }, callback) => callback({ cancel: !mayLoad(url, developmentServer) }));
}

/** The page stays where it is: no navigation, no redirect, no webview, no second window. */
export function lockContents(contents: LockableContents): void {
  for (const event of NAVIGATIONS) contents.on(event, (navigation) => navigation.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
