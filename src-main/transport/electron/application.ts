/** The desktop application's life, over a small interface of Electron: what is here is tested without it. */
import type { EventSource } from '../bus.ts';
import type { Content } from '../content.ts';
import type { Dispatch } from '../dispatch.ts';
import { forwardEvents, serveCalls, type IpcReceiver } from './ipc.ts';
import {
  lockContents,
  lockSession,
  NETWORK_SWITCHES,
  type LockableContents,
  type LockableSession,
} from './lockdown.ts';
import { PAGE, SCHEME } from './names.ts';
import { createDevelopmentHandler, createSchemeHandler, PRIVILEGED_SCHEME } from './scheme.ts';
import { bringToFront, createWindow, type Window, type WindowDeps } from './window.ts';

/** The parts of Electron's App that are used here. */
export interface Application {
  readonly commandLine: { appendSwitch(name: string): void };
  requestSingleInstanceLock(): boolean;
  enableSandbox(): void;
  whenReady(): Promise<void>;
  quit(): void;
  on(event: 'second-instance', listener: () => void): unknown;
  on(event: 'window-all-closed', listener: () => void): unknown;
  on(event: 'will-quit', listener: (event: { preventDefault(): void }) => void): unknown;
  on(event: 'web-contents-created', listener: (event: unknown, contents: LockableContents) => void): unknown;
  on(
    event: 'child-process-gone',
    listener: (event: unknown, details: { readonly type: string; readonly reason: string }) => void,
  ): unknown;
}

export interface Schemes {
  registerSchemesAsPrivileged(schemes: (typeof PRIVILEGED_SCHEME)[]): void;
  handle(scheme: string, handler: (request: Request) => Promise<Response>): void;
}

export interface NetworkedSession extends LockableSession {
  setProxy(config: { mode: 'direct' }): Promise<void>;
  /** Electron's own fetch, used for the development server only. */
  fetch(url: string): Promise<Response>;
}

/** What the application serves, made once Electron is ready. */
export interface Served {
  readonly dispatch: Dispatch;
  readonly events: EventSource;
  readonly content: Content;
  /** Opens the project that the person sees first. */
  openFirst(): Promise<void>;
  close(): Promise<void>;
}

export interface DesktopDeps {
  readonly app: Application;
  readonly schemes: Schemes;
  readonly ipc: IpcReceiver;
  readonly session: () => NetworkedSession;
  readonly window: Omit<WindowDeps, 'quit' | 'log' | 'now'>;
  readonly serve: () => Served;
  /** Sets the menu; after Electron is ready. */
  readonly prepare: () => void;
  readonly developmentServer: string | null;
  readonly log: (thrown: unknown) => void;
}

/** Resolves when the window is open, or at once where another instance already runs and was brought to the front. */
export async function runDesktop(deps: DesktopDeps): Promise<void> {
  const { app, schemes, log, developmentServer } = deps;
  if (!app.requestSingleInstanceLock()) return app.quit();

  app.enableSandbox();
  schemes.registerSchemesAsPrivileged([PRIVILEGED_SCHEME]);
  for (const name of NETWORK_SWITCHES) app.commandLine.appendSwitch(name);
  let window: Window | null = null;
  app.on('web-contents-created', (_event, contents) => lockContents(contents));
  app.on('second-instance', () => window !== null && !window.isDestroyed() && bringToFront(window));
  app.on('window-all-closed', () => app.quit());
  app.on('child-process-gone', (_event, { type, reason }) => {
    // The engine's own end is told to whoever waits for it; this line is for the log.
    if (reason !== 'clean-exit' && reason !== 'killed') log(new Error(`A ${type} process ended: ${reason}.`));
  });
  await app.whenReady();

  const session = deps.session();
  lockSession(session, developmentServer);
  // No automatic proxy discovery either: nothing leaves this machine.
  await session.setProxy({ mode: 'direct' });
  const served = deps.serve();
  closeBeforeQuit(app, served, log);
  schemes.handle(
    SCHEME,
    developmentServer === null
      ? createSchemeHandler(served.content)
      : createDevelopmentHandler(served.content, developmentServer, (url) => session.fetch(url)),
  );
  serveCalls(deps.ipc, served.dispatch);
  forwardEvents(served.events, () => window?.webContents ?? null);
  deps.prepare();
  // A first project that cannot be opened leaves the home screen, which says why.
  await served.openFirst().catch(log);
  window = createWindow({ ...deps.window, quit: () => app.quit(), log, now: Date.now });
  await window.loadURL(PAGE);
}

/** Quitting waits until jobs are told, the engine is gone and the database is closed. */
function closeBeforeQuit(app: Application, served: Served, log: (thrown: unknown) => void): void {
  let closed: Promise<void> | null = null;
  let done = false;
  app.on('will-quit', (event) => {
    if (done) return;
    event.preventDefault();
    closed ??= served
      .close()
      .catch(log)
      .then(() => {
        done = true;
        app.quit();
      });
  });
}
