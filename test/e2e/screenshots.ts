/**
 * Pictures of every view in both themes, from a web host of its own on the sample: `node test/e2e/screenshots.ts FOLDER [WIDTHxHEIGHT]
 * [SCENE...]`. For docs/ and for looking at what a change did.
 */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Api } from './api.ts';
import { launch } from './chromium.ts';
import { Host, removeHome } from './host.ts';
import { openPage } from './page.ts';
import { SCENES, type Place } from './scenes.ts';

const [folder, size = '1280x800', ...wanted] = process.argv.slice(2);
if (folder === undefined) throw new Error('Where to? FOLDER [WIDTHxHEIGHT] [SCENE...]');
const [width = 1280, height = 800] = size.split('x').map(Number);
mkdirSync(folder, { recursive: true });

const home = mkdtempSync(join(tmpdir(), 'poster-var-pictures-'));
const host = await Host.start(home, []);
const api = await Api.connect(host.url);
const browser = await launch();
try {
  const { page } = await openPage(browser, host.url, { width, height });
  const place: Place = { page, api, home, go: (route) => go(page, route) };
  for (const scene of SCENES) {
    if (wanted.length > 0 && !wanted.includes(scene.name) && !scene.always) continue;
    await scene.show(place);
    const taken = wanted.length === 0 || wanted.includes(scene.name);
    for (const theme of taken ? ['dark', 'light'] : []) {
      await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
      await page.waitForTimeout(250);
      await page.screenshot({ path: join(folder, `${scene.name}-${theme}.png`) });
    }
    await scene.leave?.(place);
  }
} finally {
  await browser.close();
  await host.stop();
  removeHome(home);
}

async function go(page: Page, route: string): Promise<void> {
  await page.goto(`${page.url().split('#')[0]}#${route}`);
  await page.waitForTimeout(1_200);
}
