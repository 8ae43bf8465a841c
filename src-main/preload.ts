/** Runs in the window before the page, isolated from it: hands it the bridge and nothing else. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { createBridge } from './transport/electron/bridge.ts';
import { BRIDGE } from './transport/electron/names.ts';

contextBridge.exposeInMainWorld(
  BRIDGE,
  createBridge(ipcRenderer, (file) => webUtils.getPathForFile(file)),
);
