import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fail } from '../../../src-shared/domain/failure.ts';
import { EventBus } from '../../../src-main/transport/bus.ts';
import { createContent } from '../../../src-main/transport/content.ts';
import { runDesktop, type DesktopDeps, type Served } from '../../../src-main/transport/electron/application.ts';
import { EVENT_CHANNEL, PAGE } from '../../../src-main/transport/electron/names.ts';
import { FakeApplication, FakeIpc, FakeSchemes, FakeSession, FakeWindow } from './fakes.ts';

describe('the desktop application', () => {
  const home = mkdtempSync(join(tmpdir(), 'poster-var-desktop-'));
  beforeAll(() => writeFileSync(join(home, 'index.html'), '<title>Workbench</title>'));
  afterAll(() => rmSync(home, { recursive: true }));

  async function start(own: { first?: boolean; developmentServer?: string; openFirst?: () => Promise<void> } = {}) {
    const app = new FakeApplication(own.first);
    const schemes = new FakeSchemes();
    const session = new FakeSession();
    const ipc = new FakeIpc();
    const bus = new EventBus(true);
    const windows: FakeWindow[] = [];
    const logged: unknown[] = [];
    const asked: string[] = [];
    const choice = { next: 'reload' as 'reload' | 'quit' };
    const served: Served = {
      dispatch: () => Promise.resolve(fail('unsupported', 'Not here.')),
      events: bus,
      content: createContent({ folder: home, media: { get: () => Promise.resolve(null) } }),
      openFirst: own.openFirst ?? (() => Promise.resolve()),
      close: () => {
        app.calls.push('closed');
        return Promise.resolve();
      },
    };
    const deps: DesktopDeps = {
      app,
      schemes,
      ipc,
      session: () => session,
      window: {
        create: (options) => {
          const window = new FakeWindow(options);
          windows.push(window);
          return window;
        },
        screens: () => [{ x: 0, y: 0, width: 1920, height: 1080 }],
        home,
        preload: '/out/preload/preload.cjs',
        askAfterCrash: (reason) => {
          asked.push(reason);
          return Promise.resolve(choice.next);
        },
      },
      serve: () => served,
      prepare: () => void app.calls.push('menu'),
      developmentServer: own.developmentServer ?? null,
      log: (thrown) => logged.push(thrown),
    };
    await runDesktop(deps);
    const [window] = windows;
    return { app, schemes, session, ipc, bus, windows, window, logged, asked, choice };
  }

  it('leaves at once where another instance runs, without touching anything', async () => {
    const { app, schemes, windows } = await start({ first: false });
    expect(app.calls).toEqual(['lock', 'quit']);
    expect(schemes.privileged).toEqual([]);
    expect(windows).toEqual([]);
  });

  it('turns on sandbox and scheme before it is ready, and keeps Chromium from the network', async () => {
    const { app, schemes } = await start();
    const ready = app.calls.indexOf('ready');
    expect(app.calls.indexOf('sandbox')).toBeLessThan(ready);
    expect(app.calls.slice(0, ready)).toContain('--disable-background-networking');
    expect(schemes.privileged).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ]);
  });

  it('gives the window every setting of the checklist', async () => {
    const { window } = await start();
    expect(window?.options.webPreferences).toEqual({
      preload: '/out/preload/preload.cjs',
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
    });
    expect(window?.calls).toEqual([PAGE]);
    window?.events.tell('ready-to-show');
    expect(window?.calls).toEqual([PAGE, 'show']);
  });

  it('grants copying and nothing else, and loads from our own origin only', async () => {
    const { session } = await start();
    expect(session.grants('clipboard-sanitized-write')).toBe(true);
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'fileSystem'])
      expect(session.grants(permission)).toBe(false);
    expect(session.device?.()).toBe(false);
    expect(session.spellchecks).toBe(false);
    expect(session.proxy).toEqual({ mode: 'direct' });
    for (const url of [
      'https://evil.test/x',
      'http://127.0.0.1/',
      'app://other/',
      'app://workbench.evil/',
      'file:///etc/passwd',
      'ws://x/',
      'blob:https://evil.test/1',
      'devtools://devtools/',
    ])
      expect(session.cancels(url)).toBe(true);
    for (const url of ['app://workbench/index.html', 'app://workbench/media/image/1', 'blob:app://workbench/1'])
      expect(session.cancels(url)).toBe(false);
  });

  it('keeps every page where it is: no navigation, no webview, no second window', async () => {
    const { app } = await start();
    const { webContents } = new FakeWindow({} as never);
    app.events.tell('web-contents-created', {}, webContents);
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])
      expect(webContents.prevents(event)).toBe(true);
    expect(webContents.openHandler?.()).toEqual({ action: 'deny' });
  });

  it('serves page and policy over its scheme, for reading and for its own host only', async () => {
    const { schemes } = await start();
    const ask = (url: string, init?: RequestInit) => schemes.handler?.(new Request(url, init));
    const page = await ask('app://workbench/');
    expect(page?.status).toBe(200);
    expect(await page?.text()).toContain('Workbench');
    expect(page?.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await ask('app://elsewhere/'))?.status).toBe(404);
    expect((await ask('app://workbench/', { method: 'POST' }))?.status).toBe(405);
    expect((await ask('app://workbench/media/image/1'))?.status).toBe(404);
    expect((await ask('app://workbench/..%2fsecret'))?.status).toBe(404);
  });

  it('takes the page from the development server while developing, media never', async () => {
    const { schemes, session } = await start({ developmentServer: 'http://localhost:5173' });
    const page = await schemes.handler?.(new Request('app://workbench/index.html'));
    expect(await page?.text()).toBe('development http://localhost:5173/index.html');
    expect(page?.headers.get('content-security-policy')).toContain('ws://localhost:5173');
    expect((await schemes.handler?.(new Request('app://workbench/media/image/1')))?.status).toBe(404);
    expect(session.cancels('ws://localhost:5173/')).toBe(false);
    expect(session.cancels('http://localhost:5174/')).toBe(true);
  });

  it('sends events to the window and comes to the front at a second start', async () => {
    const { app, bus, window } = await start();
    bus.emit('datasets.changed', { dataset: 1 });
    expect(window?.webContents.sent).toEqual([[EVENT_CHANNEL, { event: 'datasets.changed', payload: { dataset: 1 } }]]);
    if (window) window.minimised = true;
    app.events.tell('second-instance');
    expect(window?.calls.slice(-3)).toEqual(['restore', 'show', 'focus']);
  });

  it('loads a page that died again, and asks when it dies again at once', async () => {
    const { app, window, asked, choice, logged } = await start();
    const die = (reason: string) => window?.webContents.events.tell('render-process-gone', {}, { reason, exitCode: 5 });
    die('clean-exit');
    expect(window?.webContents.reloads).toBe(0);
    die('crashed');
    expect(window?.webContents.reloads).toBe(1);
    expect(logged).toHaveLength(1);
    die('oom');
    await Promise.resolve();
    expect(asked).toEqual(['oom']);
    expect(window?.webContents.reloads).toBe(2);
    choice.next = 'quit';
    die('oom');
    await Promise.resolve();
    await Promise.resolve();
    expect(app.calls).toContain('quit');
  });

  it('closes the services before it quits, once', async () => {
    const { app } = await start();
    app.calls.length = 0;
    app.events.tell('window-all-closed');
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(app.calls).toEqual(['quit', 'wait', 'closed', 'quit']);
  });

  it('opens the window even where the first project cannot be opened', async () => {
    const locked = new Error('locked');
    const { window, logged } = await start({ openFirst: () => Promise.reject(locked) });
    expect(window?.calls).toEqual([PAGE]);
    expect(logged).toEqual([locked]);
  });

  it('remembers where the window stood, unless that screen is gone or the file is damaged', async () => {
    const { window } = await start();
    window?.events.tell('close');
    expect((await start()).window?.options).toMatchObject({ x: 10, y: 20, width: 1200, height: 800 });
    if (window) window.bounds = { x: 5000, y: 20, width: 1200, height: 800 };
    window?.events.tell('close');
    expect((await start()).window?.options).toMatchObject({ width: 1440, height: 900 });
    expect((await start()).window?.options).not.toHaveProperty('x');
    writeFileSync(join(home, 'window.json'), '{"bounds":');
    expect((await start()).window?.options).toMatchObject({ width: 1440 });
  });
});
