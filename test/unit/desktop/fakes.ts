/** Stand-ins for the parts of Electron that the desktop layer uses: they remember what they were told. */
import type { Application, NetworkedSession, Schemes } from '../../../src-main/transport/electron/application.ts';
import type { Frame, Invocation, IpcReceiver } from '../../../src-main/transport/electron/ipc.ts';
import type { Preventable } from '../../../src-main/transport/electron/lockdown.ts';
import type { Window, WindowContents, WindowOptions } from '../../../src-main/transport/electron/window.ts';
import type { Bounds } from '../../../src-main/transport/electron/window-state.ts';

type Listener = (...args: never[]) => void;

/** Listeners by event, called by `tell`. */
class Listeners {
  readonly #byEvent = new Map<string, Listener[]>();

  readonly on = (event: string, listener: Listener): void => {
    this.#byEvent.set(event, [...(this.#byEvent.get(event) ?? []), listener]);
  };

  tell(event: string, ...args: unknown[]): void {
    for (const listener of this.#byEvent.get(event) ?? []) listener(...(args as never[]));
  }

  has(event: string): boolean {
    return this.#byEvent.has(event);
  }
}

export class FakeApplication implements Application {
  readonly events = new Listeners();
  readonly on = this.events.on;
  readonly calls: string[] = [];
  readonly commandLine = { appendSwitch: (name: string) => void this.calls.push(`--${name}`) };
  readonly #first: boolean;

  constructor(first = true) {
    this.#first = first;
  }

  requestSingleInstanceLock(): boolean {
    this.calls.push('lock');
    return this.#first;
  }

  enableSandbox(): void {
    this.calls.push('sandbox');
  }

  whenReady(): Promise<void> {
    this.calls.push('ready');
    return Promise.resolve();
  }

  quit(): void {
    this.calls.push('quit');
    this.events.tell('will-quit', { preventDefault: () => void this.calls.push('wait') });
  }
}

export class FakeSchemes implements Schemes {
  readonly privileged: unknown[] = [];
  handler: ((request: Request) => Promise<Response>) | null = null;

  registerSchemesAsPrivileged(schemes: unknown[]): void {
    this.privileged.push(...schemes);
  }

  handle(_scheme: string, handler: (request: Request) => Promise<Response>): void {
    this.handler = handler;
  }
}

export class FakeSession implements NetworkedSession {
  permission: Parameters<NetworkedSession['setPermissionRequestHandler']>[0] | null = null;
  check: Parameters<NetworkedSession['setPermissionCheckHandler']>[0] | null = null;
  device: (() => boolean) | null = null;
  spellchecks = true;
  proxy: unknown = null;
  before: Parameters<NetworkedSession['webRequest']['onBeforeRequest']>[0] | null = null;
  readonly webRequest = {
    onBeforeRequest: (listener: NonNullable<FakeSession['before']>) => {
      this.before = listener;
    },
  };

  setPermissionRequestHandler(handler: NonNullable<FakeSession['permission']>): void {
    this.permission = handler;
  }
  setPermissionCheckHandler(handler: NonNullable<FakeSession['check']>): void {
    this.check = handler;
  }
  setDevicePermissionHandler(handler: () => boolean): void {
    this.device = handler;
  }
  setSpellCheckerEnabled(enabled: boolean): void {
    this.spellchecks = enabled;
  }
  setProxy(config: { mode: 'direct' }): Promise<void> {
    this.proxy = config;
    return Promise.resolve();
  }
  fetch(url: string): Promise<Response> {
    return Promise.resolve(new Response(`development ${url}`));
  }

  cancels(url: string): boolean {
    let cancelled = false;
    this.before?.({ url }, ({ cancel }) => (cancelled = cancel ?? false));
    return cancelled;
  }

  grants(permission: string): boolean {
    let granted = false;
    this.permission?.(null, permission, (answer) => (granted = answer));
    return granted && (this.check?.(null, permission) ?? false);
  }
}

export class FakeContents implements WindowContents {
  readonly events = new Listeners();
  readonly on = this.events.on;
  readonly sent: unknown[][] = [];
  reloads = 0;
  destroyed = false;
  openHandler: (() => { action: 'deny' }) | null = null;

  setWindowOpenHandler(handler: () => { action: 'deny' }): void {
    this.openHandler = handler;
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  send(...args: unknown[]): void {
    this.sent.push(args);
  }
  reload(): void {
    this.reloads++;
  }

  /** Whether the page was kept from doing this. */
  prevents(event: string): boolean {
    let prevented = false;
    const navigation: Preventable = { preventDefault: () => (prevented = true) };
    this.events.tell(event, navigation);
    return prevented;
  }
}

export class FakeWindow implements Window {
  readonly webContents = new FakeContents();
  readonly events = new Listeners();
  readonly on = this.events.on;
  readonly once = this.events.on;
  readonly options: WindowOptions;
  readonly calls: string[] = [];
  bounds: Bounds = { x: 10, y: 20, width: 1200, height: 800 };
  minimised = false;

  constructor(options: WindowOptions) {
    this.options = options;
  }

  loadURL(url: string): Promise<void> {
    this.calls.push(url);
    return Promise.resolve();
  }
  show(): void {
    this.calls.push('show');
  }
  focus(): void {
    this.calls.push('focus');
  }
  restore(): void {
    this.calls.push('restore');
  }
  maximize(): void {
    this.calls.push('maximize');
  }
  isMinimized(): boolean {
    return this.minimised;
  }
  isMaximized(): boolean {
    return this.calls.includes('maximize');
  }
  isDestroyed(): boolean {
    return this.webContents.destroyed;
  }
  getNormalBounds(): Bounds {
    return this.bounds;
  }
}

export class FakeIpc implements IpcReceiver {
  readonly handlers = new Map<string, (event: Invocation, ...args: unknown[]) => Promise<unknown>>();

  handle(channel: string, listener: (event: Invocation, ...args: unknown[]) => Promise<unknown>): void {
    this.handlers.set(channel, listener);
  }
  removeHandler(channel: string): void {
    this.handlers.delete(channel);
  }

  call(channel: string, senderFrame: Frame | null, ...args: unknown[]): Promise<unknown> {
    const handler = this.handlers.get(channel);
    return handler === undefined ? Promise.reject(new Error('no handler')) : handler({ senderFrame }, ...args);
  }
}
