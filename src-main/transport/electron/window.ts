/** The one window: its settings, its place, and what happens when its page dies. */
import type { EventTarget } from './ipc.ts';
import type { LockableContents } from './lockdown.ts';
import { keepWindowState, readWindowState, type Bounds } from './window-state.ts';

/** Why a renderer ended, as Electron tells. */
export interface GoneDetails {
  readonly reason: string;
  readonly exitCode: number;
}

/** The parts of Electron's BrowserWindow that are used here. */
export interface WindowContents extends LockableContents, EventTarget {
  reload(): void;
  on(event: 'will-navigate', listener: (event: { preventDefault(): void }) => void): unknown;
  on(event: 'render-process-gone', listener: (event: unknown, details: GoneDetails) => void): unknown;
}

export interface Window {
  readonly webContents: WindowContents;
  loadURL(url: string): Promise<void>;
  show(): void;
  focus(): void;
  restore(): void;
  maximize(): void;
  isMinimized(): boolean;
  isMaximized(): boolean;
  isDestroyed(): boolean;
  getNormalBounds(): Bounds;
  once(event: 'ready-to-show', listener: () => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

/** Everything a page could misuse is off; what Electron has by default is written out, so that a default cannot change it. */
export function webPreferences(preload: string) {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    webSecurity: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    plugins: false,
    navigateOnDragDrop: false,
    spellcheck: false,
  } as const;
}

const SMALLEST = { minWidth: 1024, minHeight: 640 };
const FIRST = { width: 1440, height: 900 };

export function windowOptions(preload: string, bounds: Bounds | null) {
  return {
    ...FIRST,
    ...SMALLEST,
    ...bounds,
    // Shown once it has something to show, on the theme's own ground: no white flash.
    show: false,
    backgroundColor: '#141414',
    title: 'POSTER-Var Workbench',
    autoHideMenuBar: true,
    webPreferences: webPreferences(preload),
  };
}
export type WindowOptions = ReturnType<typeof windowOptions>;

/** A page that died twice within this time would die again. */
const CRASH_PAUSE_MS = 30_000;

export interface WindowDeps {
  readonly create: (options: WindowOptions) => Window;
  readonly screens: () => readonly Bounds[];
  readonly home: string;
  readonly preload: string;
  /** Asks a person what to do about a page that keeps dying. */
  readonly askAfterCrash: (reason: string) => Promise<'reload' | 'quit'>;
  readonly quit: () => void;
  readonly log: (thrown: unknown) => void;
  readonly now: () => number;
}

/** Makes the window, hidden and empty: the caller loads the page. */
export function createWindow(deps: WindowDeps): Window {
  const state = readWindowState(deps.home, deps.screens());
  const window = deps.create(windowOptions(deps.preload, state?.bounds ?? null));
  if (state?.maximised) window.maximize();
  window.once('ready-to-show', () => window.show());
  window.on('close', () =>
    keepWindowState(deps.home, { bounds: window.getNormalBounds(), maximised: window.isMaximized() }),
  );
  recover(window, deps);
  return window;
}

/** The services live in another process: a page that died is loaded again and nothing is lost. */
function recover(window: Window, deps: WindowDeps): void {
  let last = -Infinity;
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return;
    deps.log(new Error(`The page’s process ended: ${reason} (${exitCode}).`));
    const again = deps.now() - last < CRASH_PAUSE_MS;
    last = deps.now();
    if (!again) return window.webContents.reload();
    deps.askAfterCrash(reason).then((choice) => {
      if (choice === 'quit') deps.quit();
      else if (!window.isDestroyed()) window.webContents.reload();
    }, deps.log);
  });
}

/** A second start shows the window that is there. */
export function bringToFront(window: Window): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
