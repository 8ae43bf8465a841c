/** The desktop door: Electron's parts handed to functions that are tested without it. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, BrowserWindow, dialog, ipcMain, Menu, protocol, screen, session, utilityProcess } from 'electron';
import { composeServices } from './compose.ts';
import { createHandlers } from './handlers/handlers.ts';
import { applicationHome } from './home.ts';
import { createContent } from './transport/content.ts';
import { createDispatch } from './transport/dispatch.ts';
import { runDesktop, type Served } from './transport/electron/application.ts';
import { createUtilityEngine } from './transport/electron/engine.ts';
import { menuTemplate } from './transport/electron/menu.ts';

/** out/main, beside out/preload and out/renderer. */
const here = dirname(fileURLToPath(import.meta.url));
const home = applicationHome();
/** Set by `electron-vite dev`; a packaged application never listens to it. */
const developmentServer = app.isPackaged ? null : (process.env['ELECTRON_RENDERER_URL'] ?? null);

function log(thrown: unknown): void {
  console.error(thrown);
}

function serve(): Served {
  const services = composeServices({
    home,
    door: 'desktop',
    resources: join(app.getAppPath(), 'resources'),
    statisticsThread: join(here, 'statistics.js'),
    queryThread: join(here, 'queries.js'),
    engineSpawn: createUtilityEngine((entry, args, options) => utilityProcess.fork(entry, args, options), {
      engine: join(here, 'engine.js'),
      reader: join(here, 'reader.js'),
    }),
  });
  const handlers = createHandlers(services, { host: 'desktop', version: app.getVersion() });
  return {
    dispatch: createDispatch({ handlers, log, checkValues: services.checked }),
    events: services.events,
    content: createContent({ folder: join(here, '..', 'renderer'), media: services.media }),
    openFirst: async () => {
      await services.sample.open();
    },
    close: () => services.close(),
  };
}

runDesktop({
  app,
  schemes: protocol,
  ipc: ipcMain,
  session: () => session.defaultSession,
  window: {
    create: (options) => new BrowserWindow(options),
    screens: () => screen.getAllDisplays().map((display) => display.workArea),
    home,
    preload: join(here, '..', 'preload', 'preload.cjs'),
    askAfterCrash: async (reason) => {
      const { response } = await dialog.showMessageBox({
        type: 'error',
        title: 'POSTER-Var Workbench',
        message: 'The window stopped working twice.',
        detail: `Reason: ${reason}. Labels and runs are safe: they are stored as they are made.`,
        buttons: ['Load it again', 'Quit'],
      });
      return response === 0 ? 'reload' : 'quit';
    },
  },
  serve,
  prepare: () =>
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, developmentServer !== null))),
  developmentServer,
  log,
}).catch((thrown: unknown) => {
  log(thrown);
  app.exit(1);
});
