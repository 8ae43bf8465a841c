/** Several people in a browser: a round is dealt and worked down blind, and their consensus is applied as one act. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Api } from './api.ts';
import { expectAccessible } from './axe.ts';
import { browserSuite, type OpenedWorkbench, useWorkbench } from './open-workbench.ts';

browserSuite('several people in a browser', () => {
  let api: Api;
  let page: Page;
  let go: OpenedWorkbench['go'];
  useWorkbench({ fresh: 'test' }, (opened) => {
    ({ api, page, go } = opened);
  });

  const stage = () => page.locator('[data-keys~=triage][tabindex="0"]');
  const current = async () => Number(await stage().getAttribute('data-image'));

  it('deals a round, works down one’s list blind, and shows everybody’s progress', async () => {
    await go('/triage/second');
    await page.getByRole('button', { name: 'Rounds' }).click();
    const dialog = page.getByRole('dialog', { name: 'Rounds of second opinions' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Pilot');
    await dialog.getByRole('textbox', { name: 'Slice' }).fill('split:val label:sad');
    await dialog.getByRole('textbox', { name: 'Annotators' }).fill('Ada, Ben');
    await dialog.getByRole('textbox', { name: 'Overlap, percent' }).fill('50');
    await dialog.getByText(/each gets up to \d+, \d+ of them judged by everybody/).waitFor();
    await dialog.getByRole('button', { name: 'Deal' }).click();
    await dialog.getByRole('button', { name: 'Work as Ada' }).waitFor();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Work as Ada' }).click();
    await stage().and(page.locator('[data-image]')).waitFor();
    await stage().focus();
    const image = await current();
    // All of the slice are sad: nothing on screen may say so.
    expect((await page.locator('main').innerText()).match(/Sad/g)).toHaveLength(1);
    await page.keyboard.press('5');
    await expect.poll(current, { timeout: 10_000 }).not.toBe(image);
    await expect
      .poll(async () => (await api.get('images.get', { image, run: null })).opinions, { timeout: 10_000 })
      .toMatchObject([{ annotator: 'Ada', opinion: { kind: 'hard', label: 'fear' } }]);
    expect((await api.get('images.get', { image, run: null })).row.label).toBe('sad');
    await page.getByRole('button', { name: 'Rounds' }).click();
    await dialog.getByRole('button', { name: 'Work on' }).waitFor();
    expect(await dialog.locator('.person').first().innerText()).toMatch(/1 of \d+/);
  });

  it('shows a consensus before it is applied; applied but for one image, one undo takes it back', async () => {
    const dataset = (await api.get('datasets.list', {}))[0]?.id ?? -1;
    const query = { dataset, run: null, q: 'label:sad', sort: 'id', descending: false } as const;
    const { snapshot } = await api.get('images.open', query);
    const images = (await api.get('images.page', { snapshot, offset: 0, limit: 3 })).map(({ id }) => id);
    // The drawn faces bring ten votes for sad each: more people than that must say otherwise.
    for (const annotator of ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gus', 'Hana', 'Ida', 'Jo', 'Kim'])
      await api.get('labels.apply', {
        on: { images },
        change: { kind: 'hard', label: 'fear' },
        as: 'opinion',
        annotator,
      });
    await go('/triage/adjudicate');
    await page.getByRole('button', { name: 'Agreement' }).click();
    const dialog = page.getByRole('dialog', { name: 'Agreement' });
    await dialog.getByText('3 changes proposed').waitFor();
    await dialog.getByRole('radio', { name: 'Dawid-Skene' }).click();
    await dialog.getByText(/Right by this model: Ada/).waitFor();
    await dialog.getByRole('radio', { name: 'Majority' }).click();
    await dialog.getByText('3 changes proposed').waitFor();
    await expectAccessible(page);
    const labels = async () =>
      (await Promise.all(images.map((image) => api.get('images.get', { image, run: null })))).map(
        ({ row }) => row.label,
      );
    expect(await labels()).toEqual(['sad', 'sad', 'sad']);
    await dialog.getByRole('checkbox').first().click();
    await dialog.getByRole('button', { name: 'Apply to 2 images' }).click();
    await expect.poll(async () => (await labels()).toSorted(), { timeout: 10_000 }).toEqual(['fear', 'fear', 'sad']);
    await page.getByRole('button', { name: /^Undo/ }).first().click();
    await expect.poll(labels, { timeout: 10_000 }).toEqual(['sad', 'sad', 'sad']);
  });

  it('blind is blind in the gallery too: no label, prediction, facet or filter tells', async () => {
    await go('/triage/view');
    await stage().and(page.locator('[data-image]')).waitFor();
    await stage().focus();
    await page.keyboard.press('b');
    await page.keyboard.press('g');
    await page.keyboard.press('g');
    await page.locator('[role=gridcell][data-image]').first().waitFor();
    for (const text of [await page.locator('main').innerText(), await page.locator('main').ariaSnapshot()])
      expect(text).not.toMatch(/Happy|Sad|Surprise|Fear|Disgust|Anger|[μ≠→]|prediction [A-Z]|Annotator|Disagreement/);
    expect(await page.locator('[data-label], [data-prediction]').count()).toBe(0);
    expect(await page.locator('header.ctx').innerText()).toContain('Filter hidden while blind');
    await page.getByRole('button', { name: 'Blind off' }).click();
    await page.locator('[role=gridcell][data-label]').first().waitFor();
  });
});
