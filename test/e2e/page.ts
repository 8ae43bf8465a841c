import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Opens the workbench at this size; a console error or a failed request of the page's own fails the test that asks for `problems`. */
export async function openPage(
  browser: Browser,
  url: string,
  options: { width?: number; height?: number } = {},
): Promise<{ page: Page; context: BrowserContext; problems: string[] }> {
  const { width = 1440, height = 900 } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') problems.push(`left the machine: ${request.url()}`);
  });
  await page.goto(url);
  return { page, context, problems };
}

/** From the address to faces: the sample is opened by its button, as a newcomer does. */
export async function openSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Open sample/ }).click();
  await page.locator('[role=gridcell][data-image]').first().waitFor();
}

/** The focused tile: its image's id and its accessible name. */
export async function focusedTile(page: Page): Promise<{ image: number; index: number; name: string }> {
  const tile = page.locator('.tile.current');
  await tile.waitFor();
  return {
    image: Number(await tile.getAttribute('data-image')),
    index: Number(await tile.getAttribute('data-index')),
    name: (await tile.getAttribute('aria-label')) ?? '',
  };
}

/** Waits until a tile's accessible name matches. */
export async function expectTile(page: Page, image: number, name: RegExp): Promise<void> {
  await expect
    .poll(() => page.locator(`.tile[data-image="${image}"]`).getAttribute('aria-label'), { timeout: 10_000 })
    .toMatch(name);
}

/** How many images the context bar counts: "1,204 of 1,000,000". */
export async function countedImages(page: Page): Promise<number> {
  const text = await page.getByTestId('count').innerText();
  return Number(/[\d,]+/.exec(text)?.[0].replaceAll(',', '') ?? NaN);
}
