import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Api } from './api.ts';
import { expectAccessible } from './axe.ts';
import { browserSuite, useWorkbench } from './open-workbench.ts';

const PATIENCE = { timeout: 20_000 };

browserSuite('a face in a browser', () => {
  let api: Api;
  let page: Page;
  useWorkbench({}, (opened) => {
    ({ api, page } = opened);
  });

  it('is drawn, moved by keys, saved, shown at once, predicted again and undone', async () => {
    const tile = page.locator('.tile[data-index="0"]');
    await tile.click();
    const image = Number(await tile.getAttribute('data-image'));
    const run = (await api.get('runs.list', {}))[0]?.id ?? null;
    const row = async () => (await api.get('images.rows', { images: [image], run }))[0];
    const picture = page.locator('.inspector .img img').first();
    const before = await picture.getAttribute('src');

    const { width: side, height } = await api.get('images.get', { image, run });
    expect(height).toBe(side);
    await page.locator('.inspector').getByRole('button', { name: 'Mark' }).waitFor();
    await tile.press('Shift+F');
    const dialog = page.getByRole('dialog');
    const stage = dialog.getByRole('application');
    const told = () => stage.getAttribute('aria-label');
    await expect.poll(told, PATIENCE).toMatch(new RegExp(`at 0, 0, ${side} × ${side}`));
    await expectAccessible(page, 'dialog[open]');
    const frame = await stage.boundingBox();
    if (frame === null) throw new Error('The picture is not shown.');
    await dialog.getByRole('textbox', { name: 'Width' }).fill('50');
    await dialog.getByRole('textbox', { name: 'Height' }).fill('50');
    const pixel = frame.width / side;
    await page.mouse.move(frame.x + 70.4 * pixel, frame.y + 80.4 * pixel);
    await page.mouse.down();
    await page.mouse.move(frame.x + 20.4 * pixel, frame.y + 30.4 * pixel, { steps: 4 });
    await page.mouse.up();
    await expect.poll(told, PATIENCE).toMatch(/at 20, 30, 50 × 50/);
    await stage.focus();
    await stage.press('Shift+ArrowLeft');
    await stage.press('ArrowUp');
    await stage.press('Control+ArrowRight');
    await expect.poll(told, PATIENCE).toMatch(/at 10, 29, 51 × 50/);
    await stage.press('Enter');
    await dialog.waitFor({ state: 'hidden' });

    const box = { x: 10, y: 29, width: 51, height: 50 };
    await expect.poll(async () => (await row())?.box, PATIENCE).toEqual(box);
    expect(await row()).toMatchObject({ stale: true });
    const detail = await api.get('images.get', { image, run });
    expect(detail.history.at(-1)).toMatchObject({ kind: 'box', value: 'face at 10, 29, 51 × 50 px' });
    // The crop that is on screen is the new one: the same row, another address.
    await expect.poll(() => picture.getAttribute('src'), PATIENCE).toMatch(/\?10\.29\.51\.50$/);
    await expect
      .poll(() => picture.evaluate((one) => (one instanceof HTMLImageElement ? one.naturalWidth : 0)), PATIENCE)
      .toBe(51);

    await page.getByRole('button', { name: 'Predict again' }).click();
    await expect.poll(async () => (await row())?.stale, PATIENCE).toBe(false);
    await expect.poll(() => page.getByText('marked anew').count(), PATIENCE).toBe(0);

    await page.locator('.tile.current').press('Control+z');
    await expect.poll(async () => (await row())?.box, PATIENCE).toBeNull();
    // What was predicted last is of the crop that was taken back.
    expect(await row()).toMatchObject({ stale: true });
    await expect.poll(() => picture.getAttribute('src'), PATIENCE).toBe(before);
  });
});
