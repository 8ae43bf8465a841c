/** Two tabs of one browser on one project: what one of them does, the other shows; what both do at once is kept in the order of the log. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { CHROMIUM, NO_CHROMIUM } from './chromium.ts';
import { copyHome } from './host.ts';
import { openWorkbench, type OpenedWorkbench } from './open-workbench.ts';
import { openSample } from './page.ts';

const suite = CHROMIUM === null ? `two tabs (${NO_CHROMIUM})` : 'two tabs';
/** Long enough for a busy machine. */
const PATIENT = { timeout: 20_000 };

describe.skipIf(CHROMIUM === null)(suite, () => {
  let opened: OpenedWorkbench;
  let one: Page;
  let other: Page;
  const told: string[] = [];

  beforeAll(async () => {
    opened = await openWorkbench(copyHome(inject('preparedHome')));
    one = opened.page;
    await openSample(one);
    other = await opened.context.newPage();
    other.on('console', (message) => message.type() === 'error' && told.push(message.text()));
    other.on('pageerror', (error) => told.push(error.message));
    await other.goto(one.url());
    await other.locator('.tile[data-image]').first().waitFor();
  }, 120_000);
  afterAll(async () => {
    await opened?.close();
    expect(told).toEqual([]);
  });

  const tile = (page: Page, image: number) => page.locator(`.tile[data-image="${image}"]`);
  const shown = async (page: Page, image: number): Promise<string | undefined> =>
    /label (\w+)/.exec((await tile(page, image).getAttribute('aria-label')) ?? '')?.[1]?.toLowerCase();
  const stored = (image: number) => opened.api.get('images.get', { image, run: null });
  /** Focuses the image and presses keys, each of them on that image: setting a label moves the focus on. */
  const press = async (page: Page, image: number, keys: string): Promise<void> => {
    for (const key of keys) {
      await tile(page, image).click();
      await page.keyboard.press(key);
    }
  };

  it('relabel one image at once: every change is in the log, and both show what the last one set', async () => {
    const image = Number(await one.locator('.tile[data-index="4"]').getAttribute('data-image'));
    const [first, second] = ['373737', '575757'];
    await Promise.all([press(one, image, first), press(other, image, second)]);
    const lines = async () => (await stored(image)).history;
    await expect.poll(async () => (await lines()).length, PATIENT).toBe(first.length + second.length);
    const { row } = await stored(image);
    const [last] = (await lines()).toSorted((a, b) => b.id - a.id);
    expect(row.label).toBe(last?.after);
    for (const page of [one, other]) await expect.poll(() => shown(page, image), PATIENT).toBe(row.label);
    // The log is one chain: each change begins at what the one before it set.
    const chain = (await lines()).toSorted((a, b) => a.id - b.id);
    for (const [index, { before }] of chain.entries()) if (index > 0) expect(before).toBe(chain[index - 1]?.after);
  });

  it('undo in one takes back what the other did, and both show it', async () => {
    const image = Number(await one.locator('.tile[data-index="6"]').getAttribute('data-image'));
    const before = (await stored(image)).row.label;
    const key = before === 'fear' ? '4' : '5';
    await press(one, image, key);
    await expect.poll(async () => (await stored(image)).row.label, PATIENT).not.toBe(before);
    const after = (await stored(image)).row.label;
    await expect.poll(() => shown(other, image), PATIENT).toBe(after);
    await tile(other, image).click();
    await other.keyboard.press('Control+z');
    await expect.poll(async () => (await stored(image)).row.label, PATIENT).toBe(before);
    for (const page of [one, other]) await expect.poll(() => shown(page, image), PATIENT).toBe(before ?? undefined);
  });
});
