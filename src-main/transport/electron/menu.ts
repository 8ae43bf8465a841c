import type { MenuItemConstructorOptions } from 'electron';

/** The least that each platform needs: copying, zooming, quitting. What the workbench does lies in its own window. */
export function menuTemplate(platform: NodeJS.Platform, development: boolean): MenuItemConstructorOptions[] {
  const view: MenuItemConstructorOptions[] = [
    { role: 'reload' },
    { type: 'separator' },
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ];
  return [
    ...(platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    { role: 'fileMenu' },
    { role: 'editMenu' },
    { label: 'View', submenu: development ? [...view, { role: 'toggleDevTools' }] : view },
    { role: 'windowMenu' },
  ];
}
