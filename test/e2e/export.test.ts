import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Api } from './api.ts';
import { expectAccessible } from './axe.ts';
import { browserSuite, type OpenedWorkbench, useWorkbench } from './open-workbench.ts';
import { countedImages, focusedTile } from './page.ts';

/** A busy machine takes its time. */
const PATIENCE = { timeout: 20_000 };

browserSuite('exports and versions in a browser', () => {
  let home: string;
  let api: Api;
  let page: Page;
  let go: OpenedWorkbench['go'];
  useWorkbench({ fresh: 'test' }, (opened) => {
    ({ home, api, page, go } = opened);
  });

  /** Chooses the folder to write to, by its path. */
  async function writeInto(dialog: Locator, folder: string): Promise<void> {
    await dialog.getByRole('button', { name: 'Change' }).click();
    const path = dialog.getByRole('textbox', { name: 'Folder to write to: path' });
    await path.fill(folder);
    await path.press('Enter');
    await expect.poll(() => dialog.getByRole('button', { name: 'Write it here' }).isEnabled(), PATIENCE).toBe(true);
    await dialog.getByText(`${folder}`).last().waitFor();
    await dialog.getByRole('button', { name: 'Write it here' }).click();
  }

  async function exported(): Promise<void> {
    const { id } = (await api.get('jobs.list', {})).find(({ kind }) => kind === 'export') ?? { id: -1 };
    expect(await api.finished(id)).toMatchObject({ status: 'done', error: null });
  }

  it('the gallery’s filter goes out as a table of predictions', async () => {
    await go(`/gallery?q=${encodeURIComponent('label:sad')}`);
    await expect.poll(() => countedImages(page), PATIENCE).toBeLessThan(600);
    const shown = await countedImages(page);
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await expectAccessible(page, 'dialog[open]');
    await dialog.getByRole('radio', { name: 'Predictions' }).click();
    await expect
      .poll(() => dialog.getByRole('checkbox', { name: /label:sad/ }).getAttribute('aria-checked'), PATIENCE)
      .toBe('true');
    await dialog.getByRole('textbox', { name: 'Name of the file' }).fill('sad');
    await writeInto(dialog, home);
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await exported();
    const lines = readFileSync(join(home, 'sad.csv'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(shown + 1);
    expect(lines[0]).toMatch(/^path,label,prediction,mu_neutral,logvar_neutral,.*,flip,split,dataset,box$/);
    expect(lines.slice(1).every((line) => line.split(',')[1] === 'sad')).toBe(true);
  });

  it('a dataset goes out as a workbench folder; what cannot be written says why', async () => {
    await go('/data');
    await page
      .getByRole('button', { name: /^Export / })
      .first()
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Image files' }).selectOption('link');
    await dialog.getByRole('textbox', { name: 'Name of the folder' }).fill('faces');
    await writeInto(dialog, home);
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    await exported();
    const manifest = JSON.parse(readFileSync(join(home, 'faces', 'manifest.json'), 'utf8')) as { images: number };
    expect(manifest.images).toBe(600);
    expect(existsSync(join(home, 'faces', 'images.jsonl'))).toBe(true);
    await page
      .getByRole('button', { name: /^Export / })
      .first()
      .click();
    await dialog.getByRole('textbox', { name: 'Name of the folder' }).fill('a/b');
    await dialog.getByText('A name without slashes').waitFor();
    await page.keyboard.press('Escape');
  });

  it('a version is made, shown, compared and gone back to; the label that it had is there again', async () => {
    await page.locator('.tile[data-index="2"]').click();
    const { image } = await focusedTile(page);
    const before = (await api.get('images.get', { image, run: null })).row.label;
    await go('/data');
    await page.getByRole('button', { name: /^Versions of / }).click();
    await page.getByRole('button', { name: 'New version' }).first().click();
    await expectAccessible(page, 'dialog[open]');
    await page.getByRole('textbox', { name: 'Name' }).fill('start');
    await page.getByRole('button', { name: 'Make version' }).click();
    await page.getByRole('cell', { name: 'as now' }).waitFor();
    expect(await page.getByTestId('version').innerText()).toBe('@start');
    const other = before === 'fear' ? 'sad' : 'fear';
    await api.get('labels.apply', { on: { images: [image] }, change: { kind: 'hard', label: other } });
    await page.getByRole('cell', { name: '1 image', exact: true }).waitFor();
    await expect.poll(() => page.getByTestId('version').innerText(), PATIENCE).toBe('@start +1');
    await page.getByRole('button', { name: 'Compare start' }).click();
    await expect.poll(() => page.getByTestId('difference').innerText(), PATIENCE).toMatch(/^1 image differs, by/);
    await expectAccessible(page, 'dialog[open]');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Go back to start' }).click();
    await page.getByRole('button', { name: 'Go back', exact: true }).click();
    await expect.poll(async () => (await api.get('images.get', { image, run: null })).row.label, PATIENCE).toBe(before);
    await page.getByRole('cell', { name: 'as now' }).waitFor();
    expect((await api.get('labels.state', {})).canUndo).toBe(true);
  });
});
