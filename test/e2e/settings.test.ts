/** What a person sets here: keys, theme, annotator, colours, and what is kept on the disk. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Api } from './api.ts';
import { expectAccessible } from './axe.ts';
import { browserSuite, type OpenedWorkbench, useWorkbench } from './open-workbench.ts';
import { expectTile, focusedTile } from './page.ts';

/** A busy machine takes its time. */
const PATIENCE = { timeout: 20_000 };

browserSuite('settings in a browser', () => {
  let home: string;
  let api: Api;
  let page: Page;
  let go: OpenedWorkbench['go'];
  useWorkbench({ width: 1280, height: 800 }, (opened) => {
    ({ home, api, page, go } = opened);
  });

  const region = (name: string) => page.getByRole('region', { name, exact: true });
  const warnings = () => page.getByTestId('colour-warnings');
  const swatch = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--c-fe').trim().toLowerCase());

  async function open(): Promise<void> {
    await go('/settings');
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
  }

  it('opens by G S and from the status bar, and has nothing serious for axe', async () => {
    await page.locator('.tile').first().click();
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.waitForURL(/#\/settings/);
    await page.locator('tr[data-storage=records]').waitFor();
    await expectAccessible(page);
    await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
    await go('/gallery');
    await page
      .locator('footer')
      .getByRole('button', { name: /^Annotator/ })
      .click();
    await page.waitForURL(/#\/settings/);
  });

  it('5: with single keys switched off a digit labels nothing; switched on again it does', async () => {
    await open();
    const single = page.getByRole('switch', { name: 'Single keys label and act' });
    await single.click();
    await go('/gallery');
    await page.locator('.tile:not([aria-label*="label Sad"])').first().click();
    const { image, name } = await focusedTile(page);
    await page.keyboard.press('3');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Command' }).waitFor();
    await page.keyboard.press('Escape');
    expect((await focusedTile(page)).name).toBe(name);
    expect((await api.get('images.get', { image, run: null })).history).toEqual([]);
    await open();
    await single.click();
    await go('/gallery');
    await page.locator(`.tile[data-image="${image}"]`).click();
    await page.keyboard.press('3');
    await expectTile(page, image, /label Sad/);
  });

  it('a changed key works after a reload, gives way to a view that needs it, and is reset', async () => {
    await go('/history');
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await page.getByRole('button', { name: /^Keyboard shortcuts: \?/ }).click();
    await page.keyboard.press('e');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.reload();
    await page.getByRole('heading', { name: 'History' }).waitFor();
    await page.locator('body').press('e');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await open();
    await region('Keys').getByText('1 key changed.').waitFor();
    // E is the soft-label editor in triage: there it has to be, so that what was chosen elsewhere gives way.
    await go('/triage/mislabelled');
    const stage = page.locator('[data-keys~=triage][tabindex="0"]');
    await stage.and(page.locator('[data-image]')).waitFor();
    await stage.focus();
    await page.keyboard.press('e');
    await page.getByRole('textbox', { name: 'Happy, percent' }).waitFor();
    await page.keyboard.press('Escape');
    await open();
    await page.getByRole('button', { name: 'Reset keys' }).or(page.getByText('No key is changed.')).first().waitFor();
    if (await page.getByRole('button', { name: 'Reset keys' }).isEnabled())
      await page.getByRole('button', { name: 'Reset keys' }).click();
    await region('Keys').getByText('No key is changed.').waitFor();
    await page.locator('body').press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('theme and annotator hold, and the next label is signed with the name', async () => {
    await open();
    await page.getByRole('radio', { name: 'Light' }).click();
    await page.getByRole('combobox', { name: 'Annotator' }).fill('Ada');
    await page.keyboard.press('Tab');
    await page.reload();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('light');
    expect(await page.getByRole('combobox', { name: 'Annotator' }).inputValue()).toBe('Ada');
    await go('/gallery');
    await page.locator('.tile:not([aria-label*="label Fear"])').first().click();
    const { image } = await focusedTile(page);
    await page.keyboard.press('5');
    await expect
      .poll(async () => (await api.get('images.get', { image, run: null })).history.at(-1)?.annotator, PATIENCE)
      .toBe('Ada');
    await open();
    await page.getByRole('radio', { name: 'Dark' }).click();
  });

  it('colours: a change shows everywhere, holds, is judged, and is taken back; each theme has its own', async () => {
    await open();
    await warnings().getByText('Every two can be told apart').waitFor();
    const given = await swatch();
    const field = page.getByRole('textbox', { name: 'Fear, as #rrggbb' });
    await field.fill('purple');
    await page.keyboard.press('Tab');
    await page.getByRole('alert').getByText('“purple” is no colour').waitFor();
    expect(await swatch()).toBe(given);
    await field.fill('#1b70f0');
    await page.keyboard.press('Tab');
    await warnings()
      .getByText(/^Sad and Fear are hard to tell apart/)
      .waitFor();
    await field.fill('#202020');
    await page.keyboard.press('Tab');
    await warnings()
      .getByText(/^Fear is hard to see here: contrast/)
      .waitFor();
    await expectAccessible(page);
    await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'));
    await page.reload();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
    expect(await swatch()).toBe('#202020');
    await page.getByRole('radio', { name: 'Light' }).click();
    await warnings().getByText('Every two can be told apart').waitFor();
    await page.getByRole('radio', { name: 'Dark' }).click();
    await page.getByRole('button', { name: 'Reset colours' }).click();
    await expect.poll(swatch, PATIENCE).toBe(given);
    await warnings().getByText('Every two can be told apart').waitFor();
  });

  it('thumbnails are cleared after a sentence says what goes; they come again, and nothing else went', async () => {
    const project = (await api.get('project.current', {}))?.path ?? '';
    const folder = join(project, 'cache', 'thumbnails');
    await go('/gallery');
    await page.locator('.tile img').first().waitFor();
    await expect.poll(() => existsSync(folder) && readdirSync(folder).length > 0, PATIENCE).toBe(true);
    const datasets = await api.get('datasets.list', {});
    await open();
    await page.getByRole('button', { name: 'Clear thumbnails' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/Labels, runs and image files are not touched/).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(existsSync(folder)).toBe(true);
    await page.getByRole('button', { name: 'Clear thumbnails' }).click();
    await dialog.getByRole('button', { name: /^Clear \d/ }).click();
    await page
      .getByText(/^Cleared .* they come again when needed/)
      .first()
      .waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Clear thumbnails' }).isDisabled(), PATIENCE).toBe(true);
    expect(existsSync(folder)).toBe(false);
    expect(await api.get('datasets.list', {})).toEqual(datasets);
    expect(existsSync(join(home, 'sample'))).toBe(true);
    // Of a size that nobody has asked for yet: past what the browser and the host have in memory.
    const [row] = await api.get('images.rows', { images: [1], run: null });
    expect(row?.id).toBe(1);
    expect(
      await page.evaluate(async () => (await fetch('media/thumbnail/1/384?whole', { cache: 'reload' })).status),
    ).toBe(200);
    expect(existsSync(folder)).toBe(true);
  });
});
