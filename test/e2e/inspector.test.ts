import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Api } from './api.ts';
import { CHROMIUM, launch, NO_CHROMIUM } from './chromium.ts';
import { copyHome, Host, removeHome } from './host.ts';
import { openPage, openSample } from './page.ts';

const PATIENCE = { timeout: 30_000 };
const suite = CHROMIUM === null ? `the inspector in a browser (${NO_CHROMIUM})` : 'the inspector in a browser';

describe.skipIf(CHROMIUM === null)(suite, () => {
  let home: string;
  let host: Host;
  let api: Api;
  let browser: Browser;
  let page: Page;
  let context: BrowserContext;
  let problems: string[];

  beforeAll(async () => {
    browser = await launch();
    home = copyHome(inject('preparedHome'));
    host = await Host.start(home, []);
    api = await Api.connect(host.url);
    ({ page, context, problems } = await openPage(browser, host.url));
    await openSample(page);
    await page.locator('.tile[data-index="0"]').click();
  });
  afterAll(async () => {
    await context?.close();
    await browser?.close();
    await host?.stop();
    removeHome(home);
  });

  const map = () => page.locator('.inspector [data-testid=cam]').first();
  const painted = () =>
    map()
      .locator('canvas')
      .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());

  it('shows Grad-CAM and its kin, by key and from a menu that tells what each is', async () => {
    await page.keyboard.press('h');
    await map().waitFor(PATIENCE);
    const seen = [await painted()];
    for (const title of ['Grad-CAM++ for', 'HiResCAM for', 'Uncertainty of']) {
      await page.keyboard.press('w');
      await expect.poll(() => map().getAttribute('aria-label'), PATIENCE).toMatch(title);
      await expect.poll(async () => seen.includes(await painted()), PATIENCE).toBe(false);
      seen.push(await painted());
    }
    await page.locator('.inspector').getByRole('button', { name: 'Kind of map' }).click();
    const items = page.getByRole('menuitem');
    expect(await items.allInnerTexts()).toEqual([
      expect.stringMatching(/^Grad-CAM\s+What speaks for the class/),
      expect.stringMatching(/^Grad-CAM\+\+/),
      expect.stringMatching(/^HiResCAM/),
      expect.stringMatching(/^Uncertainty\s+What makes it unsure/),
    ]);
    await items.first().click();
    await expect.poll(painted, PATIENCE).toBe(seen[0]);
    expect(problems).toEqual([]);
  });

  it('gives the maps that it shows to other programs too', async () => {
    const [run] = await api.get('runs.list', {});
    const image = Number(await page.locator('.tile.current').getAttribute('data-image'));
    const found = await api.get('runs.explain', { run: run?.id ?? 0, image, method: 'hirescam' });
    expect(found.method).toBe('hirescam');
    expect(Math.max(...found.cams)).toBe(1);
  });
});
