import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Api } from './api.ts';
import { expectAccessible } from './axe.ts';
import { browserSuite, type OpenedWorkbench, useWorkbench } from './open-workbench.ts';

/** One host for all: later tests build on what earlier ones labelled. */
browserSuite('the history in a browser', () => {
  let api: Api;
  let page: Page;
  let go: OpenedWorkbench['go'];
  let ids: number[];
  useWorkbench({}, async (opened) => {
    ({ api, page, go } = opened);
    const dataset = (await api.get('datasets.list', {}))[0]?.id ?? -1;
    const { snapshot } = await api.get('images.open', { dataset, run: null, q: '', sort: 'id', descending: false });
    ids = (await api.get('images.page', { snapshot, offset: 0, limit: 6 })).map(({ id }) => id);
    const [a = 0, b = 0, c = 0] = ids;
    const as = (annotator: string, image: number, label: 'sad' | 'fear' | 'anger', queue?: string) =>
      api.get('labels.apply', {
        on: { images: [image] },
        change: { kind: 'hard', label },
        annotator,
        ...(queue === undefined ? {} : { context: { queue, run: null, score: 0.83 } }),
      });
    await as('Ann', a, 'fear', 'mislabelled');
    await as('Ann', b, 'fear', 'mislabelled');
    await as('Bob', c, 'anger');
    await api.get('labels.apply', {
      on: { images: [a, b, c] },
      change: { kind: 'flag', flagged: true },
      annotator: 'Bob',
    });
  });

  const rows = () => page.locator('tr[data-event]');
  const label = async (image: number) => (await api.get('images.get', { image, run: null })).row.label;
  const history = async (params = '') => {
    await go(`/history${params}`);
    await rows().first().waitFor();
  };

  it('shows who did what to which image, where and on what score, the newest first', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('y');
    await rows().first().waitFor();
    expect(await page.getByTestId('events').innerText()).toMatch(/^6\s+events/);
    expect(await rows().first().innerText()).toMatch(/Bob[\s\S]*flagged/);
    expect(await rows().last().innerText()).toMatch(/Ann[\s\S]*Fear[\s\S]*Mislabelled[\s\S]*0\.83/);
  });

  it('filters, by fields whose values stay in the address', async () => {
    await page.getByRole('combobox', { name: 'Annotator' }).selectOption('Ann');
    await expect.poll(() => rows().count()).toBe(2);
    await page.getByRole('combobox', { name: 'Decided in' }).selectOption('none');
    await page.getByText('No event matches').waitFor();
    await page.reload();
    await page.getByText('No event matches').waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).last().click();
    await expect.poll(() => rows().count()).toBe(6);
  });

  it('reverts a chosen event as a new one, and Ctrl+Z takes the revert back', async () => {
    const [a = 0, b = 0] = ids;
    const [before] = [(await api.get('images.get', { image: a, run: null })).datasetLabel];
    await history('?part=label&who=Ann');
    await rows().last().focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Revert 1 event' }).click();
    await expect.poll(() => label(a)).toBe(before);
    expect(await label(b)).toBe('fear');
    await expect.poll(() => page.locator('tr', { hasText: 'taken back' }).count()).toBe(1);
    await page.keyboard.press('Control+z');
    await expect.poll(() => label(a)).toBe('fear');
  });

  it('reverts everything that a filter leaves, after asking', async () => {
    const [a = 0, b = 0, c = 0] = ids;
    await history('?part=flag');
    await page.getByRole('button', { name: /^Revert all 3 events/ }).click();
    await page.getByRole('button', { name: 'Revert 3 events' }).click();
    const flags = async () =>
      (await Promise.all([a, b, c].map((image) => api.get('images.get', { image, run: null })))).map(
        ({ row }) => row.flagged,
      );
    await expect.poll(flags).toEqual([false, false, false]);
    expect(await label(c)).toBe('anger');
  });

  it('exports what the filter leaves as CSV', async () => {
    await history('?source=mislabelled');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export CSV' }).click();
    const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\r\n');
    expect(lines[0]).toMatch(/^event,act,at,annotator,path,kind,label_before,label_after/);
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/,Ann,.*,hard,.*,fear,Fear,mislabelled,0\.83,/);
  });

  it('opens the image of an event, and has nothing serious for axe in both themes', async () => {
    await history();
    await expectAccessible(page);
    await rows().last().focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain(`focus=${ids[0]}`);
    expect(page.url()).toContain('/gallery');
  });
});
