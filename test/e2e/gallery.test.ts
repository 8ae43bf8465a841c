import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { largeProject, type LargeProject } from '../fixtures/large-project.ts';
import type { Api } from './api.ts';
import { CHROMIUM, NO_CHROMIUM } from './chromium.ts';
import { openWorkbench, type OpenedWorkbench } from './open-workbench.ts';
import { countedImages, focusedTile } from './page.ts';

const suite = CHROMIUM === null ? `a large gallery in a browser (${NO_CHROMIUM})` : 'a large gallery in a browser';
/** Beyond what an element may be high at this width, so that the scroll space is scaled as it is at a million. */
const IMAGES = 20_000;
/** Long enough for a busy machine. */
const PATIENT = { timeout: 20_000 };

describe.skipIf(CHROMIUM === null)(suite, () => {
  let opened: OpenedWorkbench;
  let page: Page;
  let api: Api;
  let project: LargeProject;

  beforeAll(async () => {
    const home = mkdtempSync(join(tmpdir(), 'poster-var-large-'));
    project = await largeProject(join(home, 'project'), IMAGES, undefined, 24);
    opened = await openWorkbench(home);
    ({ page, api } = opened);
    await api.get('project.open', { path: project.folder });
    await opened.go('/gallery');
    await page.locator('.tile[data-image]').first().waitFor();
  }, 300_000);
  afterAll(() => opened?.close());

  const box = () => page.getByRole('combobox', { name: 'Filter' });
  const options = () => page.getByRole('listbox', { name: 'Completions' }).getByRole('option');
  const chips = async (): Promise<string[]> =>
    (await page.locator('.query .chip .what').allInnerTexts()).map((text) =>
      text.replace('Change filter', '').replace(/\s+/g, ' ').trim(),
    );

  async function clear(): Promise<void> {
    await opened.go(`/gallery?q=&n=${Math.random()}`);
    await expect.poll(() => countedImages(page), PATIENT).toBe(IMAGES);
  }

  /** The images that the service gives for a query, in order. */
  async function asked(q: string, sort = 'loss'): Promise<{ total: number; first: number[] }> {
    const [run] = project.runs;
    const query = { dataset: project.dataset, run, q, sort: sort as 'loss', descending: true };
    const { snapshot, total } = await api.get('images.open', query);
    const rows = await api.get('images.page', { snapshot, offset: 0, limit: 10 });
    return { total, first: rows.map(({ id }) => id) };
  }

  it('12: Ctrl+End focuses the last image; at most 400 tiles are in the document, wherever one is', async () => {
    await page.locator('#grid').focus();
    const last = async (): Promise<number> => (await focusedTile(page)).index;
    for (const [key, index] of [
      ['Control+End', IMAGES - 1],
      ['Control+Home', 0],
      ['Control+End', IMAGES - 1],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(last, PATIENT).toBe(index);
      await page.locator(`.tile.current[data-index="${index}"][data-image]`).waitFor();
      expect(await page.locator('.tile').count()).toBeLessThanOrEqual(400);
    }
    // The last tile is in view, not only in the document.
    const seen = await page.locator('.tile.current').evaluate((tile) => {
      const [own, grid] = [tile.getBoundingClientRect(), document.querySelector('#grid')!.getBoundingClientRect()];
      return own.top >= grid.top && own.bottom <= grid.bottom + 1;
    });
    expect(seen).toBe(true);
    await page.keyboard.press('Control+Home');
  });

  it('11: filter, focus and selection survive another view; filter and focus survive reloading', async () => {
    await opened.go('/gallery?q=label%3Asad%20wrong&sort=-sigma');
    const { total } = await asked('label:sad wrong');
    await expect.poll(() => countedImages(page), PATIENT).toBe(total);
    await page.locator('.tile[data-index="5"]').click();
    await page.locator('.tile[data-index="7"]').click({ modifiers: ['Control'] });
    await page.locator('.tile[data-index="9"]').click({ modifiers: ['Control'] });
    const before = await focusedTile(page);
    const selected = () => page.locator('.tile[aria-selected="true"]').count();
    expect(await selected()).toBe(2);
    await expect.poll(() => page.url(), PATIENT).toContain(`focus=${before.image}`);

    await page.getByRole('link', { name: 'History' }).click();
    await page.waitForURL(/#\/history/);
    await page.getByRole('link', { name: 'Gallery' }).click();
    await expect.poll(async () => (await focusedTile(page)).image, PATIENT).toBe(before.image);
    expect(await countedImages(page)).toBe(total);
    expect(await selected()).toBe(2);
    expect(await chips()).toEqual(['label sad', 'wrong']);

    await page.reload();
    await page.locator('.tile[data-image]').first().waitFor();
    await expect.poll(async () => (await focusedTile(page)).image, PATIENT).toBe(before.image);
    expect((await focusedTile(page)).index).toBe(before.index);
    expect(await countedImages(page)).toBe(total);
    expect(await chips()).toEqual(['label sad', 'wrong']);
    expect(await page.getByRole('button', { name: /Sigma, highest first/ }).count()).toBe(1);
  });

  it('completes by keyboard as a combobox does: what is active is named, Enter takes it, Escape closes the list', async () => {
    await clear();
    await page.keyboard.press('/');
    await page.keyboard.type('lab');
    await options().first().waitFor();
    expect(await box().getAttribute('aria-expanded')).toBe('true');
    expect(await box().getAttribute('aria-activedescendant')).toBeNull();
    await page.keyboard.press('ArrowDown');
    const active = await box().getAttribute('aria-activedescendant');
    expect(await page.locator(`#${active}`).innerText()).toMatch(/^label:/);
    await page.keyboard.press('Enter');
    await expect.poll(() => box().inputValue(), PATIENT).toBe('label:');
    await page.keyboard.type('fe');
    // The count beside the value is the gallery's.
    const { total } = await asked('label:fear');
    await expect.poll(() => options().first().innerText(), PATIENT).toContain(total.toLocaleString('en'));
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => countedImages(page), PATIENT).toBe(total);
    expect(await chips()).toEqual(['label fear']);
    await page.keyboard.type('-spl');
    await options().first().waitFor();
    await page.keyboard.press('Escape');
    expect(await options().count()).toBe(0);
    expect(await box().inputValue()).toBe('-spl');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Delete');
  });

  it('the whole sentence of words filters as the service does, and chips mirror it both ways', async () => {
    await clear();
    const q = 'label:sad sigma>.6 -split:test wrong';
    await box().fill(q);
    await page.keyboard.press('Enter');
    const { total, first } = await asked(q);
    await expect.poll(() => countedImages(page), PATIENT).toBe(total);
    expect(await chips()).toEqual(['label sad', 'sigma >.6', '-split test', 'wrong']);
    expect(Number(await page.locator('.tile[data-index="0"]').getAttribute('data-image'))).toBe(first[0]);
    // Back from a chip into the box, and again.
    await page.getByRole('button', { name: 'Change filter sigma' }).click();
    expect(await box().inputValue()).toBe('sigma>.6');
    await box().fill('sigma>1.2');
    await page.keyboard.press('Enter');
    await expect.poll(() => chips(), PATIENT).toEqual(['label sad', '-split test', 'wrong', 'sigma >1.2']);
    const narrower = await asked('label:sad -split:test wrong sigma>1.2');
    await expect.poll(() => countedImages(page), PATIENT).toBe(narrower.total);
  });

  it('a filter with a name: saved, opened by its link, renamed, measured in Analysis, removed', async () => {
    await opened.go('/gallery?q=label%3Afear%20wrong&sort=-sigma');
    const { total, first } = await asked('label:fear wrong', 'sigma');
    await expect.poll(() => countedImages(page), PATIENT).toBe(total);
    const saved = page.getByRole('region', { name: 'Saved slices' });
    await saved.getByRole('button', { name: 'Save this filter' }).click();
    await page.getByRole('textbox', { name: 'Name of the slice' }).fill('Fear missed');
    await page.keyboard.press('Enter');
    await saved.getByRole('button', { name: 'Fear missed', exact: true }).waitFor();
    await saved.getByRole('button', { name: 'Rename Fear missed' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'New name of Fear missed' }).fill('Missed fear');
    await page.keyboard.press('Enter');
    await saved.getByRole('button', { name: 'Missed fear', exact: true }).waitFor();

    const [slice] = await api.get('slices.list', { dataset: project.dataset });
    expect(slice).toMatchObject({ name: 'Missed fear', q: 'label:fear wrong', sort: 'sigma', descending: true });
    await clear();
    await opened.go(`/gallery?slice=${slice?.id}`);
    await expect.poll(() => countedImages(page), PATIENT).toBe(total);
    expect(await chips()).toEqual(['label fear', 'wrong']);
    await expect
      .poll(async () => Number(await page.locator('.tile[data-index="0"]').getAttribute('data-image')), PATIENT)
      .toBe(first[0]);

    await opened.go('/analysis/slices');
    await page.getByRole('columnheader', { name: 'Saved slice' }).waitFor(PATIENT);
    await page.getByRole('link', { name: 'Missed fear' }).click();
    await page.waitForURL(/#\/gallery/);
    await saved.getByRole('button', { name: 'Remove Missed fear' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => saved.getByRole('button', { name: 'Missed fear', exact: true }).count(), PATIENT).toBe(0);
  });

  it('an error stands under its word with what was meant, and one click mends it', async () => {
    await clear();
    await box().fill('wrong lable:sad');
    await page.keyboard.press('Enter');
    const error = page.locator('#query-error');
    await error.waitFor();
    expect(await error.innerText()).toMatch(/There is no field “lable”.*Did you mean “label”\?/s);
    expect(await box().getAttribute('aria-invalid')).toBe('true');
    const [under, chip] = await Promise.all([error.boundingBox(), page.locator('.chip.bad').boundingBox()]);
    expect(Math.abs((under?.x ?? 0) - (chip?.x ?? 999))).toBeLessThan(4);
    await error.getByRole('button', { name: 'Use label:sad' }).click();
    await expect.poll(() => chips(), PATIENT).toEqual(['wrong', 'label sad']);
    expect(await error.count()).toBe(0);
  });
});
