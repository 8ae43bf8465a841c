/** A walk through the scenes on a web host of its own: for pictures, and for checks of every view. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Api } from './api.ts';
import { launch } from './chromium.ts';
import { Host, removeHome } from './host.ts';
import { openPage } from './page.ts';
import { SCENES } from './scenes.ts';
import type { Place } from './scenes/scene.ts';

export interface Walk {
  readonly width: number;
  readonly height: number;
  /** Names of scenes; all where none is given. */
  readonly wanted?: readonly string[];
  /** What is done at a scene, in each theme. */
  readonly at: (page: Page, scene: string, theme: 'dark' | 'light') => Promise<void>;
}

const SETTLED_MS = 250;

/** Shows the wanted scenes and those that they build on, in order, from a fresh profile. */
export async function walk({ width, height, wanted = [], at }: Walk): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'poster-var-walk-'));
  const host = await Host.start(home, []);
  const api = await Api.connect(host.url);
  const browser = await launch();
  try {
    const { page } = await openPage(browser, host.url, { width, height });
    const place: Place = { page, api, home, go: (route) => go(page, route) };
    for (const scene of SCENES) {
      const isWanted = wanted.length === 0 || wanted.includes(scene.name);
      if (!isWanted && !scene.always) continue;
      await scene.show(place);
      for (const theme of isWanted ? (['dark', 'light'] as const) : []) {
        await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
        await page.waitForTimeout(SETTLED_MS);
        await at(page, scene.name, theme);
      }
      await scene.leave?.(place);
    }
  } finally {
    await browser.close();
    await host.stop();
    removeHome(home);
  }
}

async function go(page: Page, route: string): Promise<void> {
  await page.goto(`${page.url().split('#')[0]}#${route}`);
  await page.waitForTimeout(1_200);
}
