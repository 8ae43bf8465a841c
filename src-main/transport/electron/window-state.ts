/** Where the window stood: kept in the application's home, believed only while it still lies on a screen. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Bounds = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(640).max(20_000),
  height: z.number().int().min(480).max(20_000),
});
export type Bounds = z.infer<typeof Bounds>;

const WindowState = z.object({ bounds: Bounds, maximised: z.boolean() });
export type WindowState = z.infer<typeof WindowState>;

/** Pixels of the window that must be on a screen, so that a person can get hold of it. */
const VISIBLE = 120;

const FILE = 'window.json';

function isReachable(bounds: Bounds, screen: Bounds): boolean {
  const across = Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x);
  const down = Math.min(bounds.y + bounds.height, screen.y + screen.height) - Math.max(bounds.y, screen.y);
  return across >= VISIBLE && down >= VISIBLE;
}

/** Null where nothing is kept, or it is damaged, or lies on a screen that is gone. */
export function readWindowState(home: string, screens: readonly Bounds[]): WindowState | null {
  try {
    const state = WindowState.safeParse(JSON.parse(readFileSync(join(home, FILE), 'utf8')));
    return state.success && screens.some((screen) => isReachable(state.data.bounds, screen)) ? state.data : null;
  } catch {
    return null;
  }
}

/** A window's place is not worth an error: where it cannot be kept, it is forgotten. */
export function keepWindowState(home: string, state: WindowState): void {
  try {
    writeFileSync(join(home, FILE), JSON.stringify(state));
  } catch {
    return;
  }
}
