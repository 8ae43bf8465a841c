import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Api } from './api.ts';
import { expectAccessible } from './axe.ts';
import { browserSuite, type OpenedWorkbench, useWorkbench } from './open-workbench.ts';

browserSuite('triage in a browser', () => {
  let api: Api;
  let page: Page;
  let go: OpenedWorkbench['go'];
  useWorkbench({ fresh: 'test' }, (opened) => {
    ({ api, page, go } = opened);
  });

  const stage = () => page.locator('[data-keys~=triage][tabindex="0"]');
  const pad = () => page.getByRole('complementary', { name: 'Label pad' });

  async function openQueue(queue: string): Promise<void> {
    await go(`/triage/${queue}`);
    await stage().and(page.locator('[data-image]')).waitFor();
    await stage().focus();
  }
  async function current(): Promise<number> {
    return Number(await stage().getAttribute('data-image'));
  }
  const detail = (image: number) => api.get('images.get', { image, run: null });
  async function leaves(image: number): Promise<void> {
    await expect.poll(current, { timeout: 10_000 }).not.toBe(image);
  }

  it('2: 3 sets Sad and advances; Ctrl+Z restores label and place; Ctrl+Shift+Z reapplies, also after a reload', async () => {
    await openQueue('mislabelled');
    const image = await current();
    const before = (await detail(image)).row.label;
    await page.keyboard.press('3');
    await leaves(image);
    await expect.poll(async () => (await detail(image)).row.label, { timeout: 10_000 }).toBe('sad');
    // Nothing of the page is left but what is stored.
    await page.reload();
    await stage().and(page.locator('[data-image]')).waitFor();
    await stage().focus();
    await page.keyboard.press('Control+z');
    await expect.poll(async () => (await detail(image)).row.label, { timeout: 10_000 }).toBe(before);
    await expect.poll(current, { timeout: 10_000 }).toBe(image);
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(async () => (await detail(image)).row.label, { timeout: 10_000 }).toBe('sad');
  });

  it('3: Shift+2, Shift+5, Enter on an unlabelled image stores 50/50', async () => {
    const dataset = (await api.get('datasets.list', {}))[0]?.id ?? -1;
    const query = { dataset, run: null, q: '', sort: 'id', descending: false } as const;
    const { snapshot } = await api.get('images.open', query);
    const image = (await api.get('images.page', { snapshot, offset: 7, limit: 1 }))[0]?.id ?? -1;
    await api.get('labels.apply', { on: { images: [image] }, change: { kind: 'clear' }, as: 'decision' });
    await go('/triage/view?q=unlabelled');
    await page.locator(`[data-image="${image}"][tabindex="0"]`).waitFor();
    await stage().focus();
    await page.keyboard.press('Shift+2');
    await page.keyboard.press('Shift+5');
    expect(await pad().locator('[data-label][aria-pressed="true"]').count()).toBe(2);
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await detail(image)).target, { timeout: 10_000 }).toEqual({ happy: 0.5, fear: 0.5 });
    expect((await detail(image)).opinions).toMatchObject([
      { opinion: { kind: 'soft', soft: { happy: 0.5, fear: 0.5 } } },
    ]);
  });

  it('4 and 5: 3 typed into the note labels nothing; with single keys off 3 is inert, and the pad works', async () => {
    await openQueue('mislabelled');
    const image = await current();
    const note = page.getByRole('textbox', { name: 'Note' });
    await note.waitFor();
    await page.keyboard.press('m');
    await expect.poll(() => note.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.type('3');
    expect(await note.inputValue()).toContain('3');
    await page.keyboard.press('Escape');
    await page.evaluate(() => localStorage.setItem('poster-var.settings', JSON.stringify({ singleKeys: false })));
    await page.reload();
    await stage().and(page.locator('[data-image]')).waitFor();
    await stage().focus();
    await page.keyboard.press('3');
    await page.keyboard.press('Shift+2');
    await page.keyboard.press('0');
    expect((await detail(image)).opinions).toEqual([]);
    expect(await current()).toBe(image);
    await pad().locator('[data-label="sad"]').click();
    await expect.poll(async () => (await detail(image)).row.label, { timeout: 10_000 }).toBe('sad');
  });

  /** Holds back the answers of a method until the returned function is called. */
  async function held(method: string): Promise<() => void> {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await page.route(`**/api/${method}`, async (route) => {
      await gate;
      await route.continue();
    });
    return release;
  }

  it('M takes the keys at once, also before an image’s details are there: what is typed then labels nothing', async () => {
    const release = await held('images.get');
    await openQueue('mislabelled');
    const image = await current();
    await page.keyboard.press('m');
    await page.keyboard.type('3');
    expect(await current()).toBe(image);
    release();
    await expect.poll(() => pad().getByRole('textbox', { name: 'Note' }).isEditable(), { timeout: 10_000 }).toBe(true);
    await page.keyboard.type('4 of them');
    // An image without a note needs no details for it: the field takes text from the first key on.
    expect(await pad().getByRole('textbox', { name: 'Note' }).inputValue()).toBe('34 of them');
    await page.keyboard.press('Escape');
    await page.waitForTimeout(300);
    expect((await detail(image)).opinions).toEqual([]);
  });

  it('no key judges while a queue opens: the face on screen is still the old one’s', async () => {
    await openQueue('mislabelled');
    const image = await current();
    const release = await held('queues.open');
    await page.getByRole('button', { name: /^Queue:/ }).click();
    await page
      .getByRole('menuitem', { name: /Hard/ })
      .or(page.getByRole('menuitemradio', { name: /Hard/ }))
      .click();
    await stage().focus();
    await page.keyboard.press('3');
    await expect
      .poll(() => page.locator('[aria-live=polite]').allInnerTexts(), { timeout: 5_000 })
      .toContainEqual(expect.stringContaining('still opening'));
    release();
    await expect.poll(() => page.locator('main h1').first().innerText(), { timeout: 10_000 }).toMatch(/Hard/);
    await page.waitForTimeout(300);
    expect((await detail(image)).opinions).toEqual([]);
  });

  it('judges every label out of sample at the press of a button; the queue then opens anew', async () => {
    await openQueue('mislabelled');
    const bar = page.locator('.head');
    await bar.getByRole('button', { name: /^Judge (again|out of sample)$/ }).click();
    await bar.getByRole('status').waitFor();
    const jobs = (await api.get('jobs.list', {})).filter(({ kind }) => kind === 'judge');
    const last = jobs.toSorted((a, b) => b.id - a.id)[0];
    expect(await api.finished(last?.id ?? -1)).toMatchObject({ status: 'done', total: 600 });
    await bar.getByRole('button', { name: 'Judge again' }).waitFor({ timeout: 20_000 });
    expect(await bar.getByRole('button', { name: /^Caution/ }).count()).toBe(0);
  });

  it('6 and 7: the place of 3 labels on AZERTY; 8 in 7-class data says that it is inactive', async () => {
    await openQueue('mislabelled');
    const image = await current();
    await page.keyboard.press('8');
    await expect
      .poll(() => page.locator('[aria-live=polite]').allInnerTexts(), { timeout: 5_000 })
      .toContainEqual(expect.stringContaining('Contempt is inactive'));
    expect(await current()).toBe(image);
    await stage().evaluate((element) =>
      element.dispatchEvent(
        new KeyboardEvent('keydown', { code: 'Digit3', key: '"', bubbles: true, cancelable: true }),
      ),
    );
    await expect.poll(async () => (await detail(image)).row.label, { timeout: 10_000 }).toBe('sad');
  });

  it('9: a key that is taken is refused, naming its owner', async () => {
    await openQueue('mislabelled');
    await page.keyboard.press('?');
    await page.getByRole('button', { name: /^Unsure: 0/ }).click();
    await page.keyboard.press('e');
    expect(await page.getByRole('alert').innerText()).toContain('“Soft label”');
    await page.getByRole('button', { name: /^Unsure: 0/ }).click();
    await page.keyboard.press('y');
    await page.getByRole('button', { name: 'Done' }).click();
    const image = await current();
    await stage().focus();
    await page.keyboard.press('y');
    await leaves(image);
    await expect
      .poll(async () => (await detail(image)).opinions.map(({ opinion }) => opinion), { timeout: 10_000 })
      .toEqual([{ kind: 'unsure' }]);
  });

  it('15: blind mode holds no prediction, Grad-CAM or label in the page before one’s own vote', async () => {
    await openQueue('mislabelled');
    await page.keyboard.press('h');
    await page.locator('canvas').first().waitFor({ timeout: 30_000 });
    await page.keyboard.press('b');
    await expect.poll(() => page.locator('canvas').count()).toBe(0);
    const image = await current();
    const { row } = await api.get('images.get', { image, run: (await api.get('runs.list', {}))[0]?.id ?? null });
    expect(row.prediction).not.toBeNull();
    expect(await page.locator('svg.vich').count()).toBe(0);
    // The pad's eight rows name the classes and nothing more; nowhere else stands one.
    const main = await page.locator('main').innerText();
    const tree = await page.locator('main').ariaSnapshot();
    for (const text of [main, tree]) {
      expect(text).not.toMatch(/[μ±≠]|Accept|labelled|score|predicts/);
      for (const title of ['Happy', 'Sad', 'Surprise', 'Fear', 'Disgust', 'Anger'])
        expect(text.split(title).length - 1).toBe(1);
    }
    expect(await pad().locator('[data-label][aria-pressed="true"]').count()).toBe(0);
    expect(await page.locator('header.ctx').innerText()).toContain('Filter hidden while blind');
    await page.keyboard.press('a');
    expect((await detail(image)).opinions).toEqual([]);
    // The vote opens what was hidden.
    await page.keyboard.press('t');
    await page.keyboard.press('5');
    await page.locator('svg.vich').waitFor({ timeout: 10_000 });
    expect(await pad().innerText()).toMatch(/Accept/);
  });

  it('16: two annotators’ opinions persist; a vote and its undo are two events of the log', async () => {
    await openQueue('mislabelled');
    const image = await current();
    await page.keyboard.press('5');
    await leaves(image);
    await expect.poll(async () => (await detail(image)).opinions.length, { timeout: 10_000 }).toBe(1);
    await page.evaluate(() => {
      const stored: unknown = JSON.parse(localStorage.getItem('poster-var.settings') ?? '{}');
      localStorage.setItem('poster-var.settings', JSON.stringify({ ...(stored as object), annotator: 'Bea' }));
    });
    await go('/triage/second');
    await page.reload();
    await page.locator(`[data-image="${image}"][tabindex="0"]`).waitFor();
    await stage().focus();
    await page.keyboard.press('2');
    await expect.poll(async () => (await detail(image)).opinions.length, { timeout: 10_000 }).toBe(2);
    const { opinions, row } = await detail(image);
    expect(opinions.find(({ annotator }) => annotator === 'Bea')?.opinion).toEqual({ kind: 'hard', label: 'happy' });
    // A second opinion changes no label.
    expect(row.label).toBe('fear');
    const before = (await detail(image)).history.length;
    await page.keyboard.press('Control+z');
    await expect.poll(async () => (await detail(image)).opinions.length, { timeout: 10_000 }).toBe(1);
    const { history } = await detail(image);
    expect(history.length).toBe(before + 1);
    expect(history.slice(-2).map(({ annotator, reversal }) => [annotator, reversal])).toEqual([
      ['Bea', false],
      ['Bea', true],
    ]);
  });

  it('finds a command by its words', async () => {
    await openQueue('mislabelled');
    const image = await current();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Command' }).fill('unsure');
    await page.keyboard.press('Enter');
    await leaves(image);
    await expect.poll(async () => (await detail(image)).opinions[0]?.opinion.kind, { timeout: 10_000 }).toBe('unsure');
  });

  it('E opens shares that sum to 100; digits are percents and Enter saves', async () => {
    await openQueue('mislabelled');
    const image = await current();
    await page.keyboard.press('e');
    await page.getByRole('textbox', { name: 'Happy, percent' }).fill('30');
    await page.getByRole('textbox', { name: 'Fear, percent' }).fill('45');
    expect(await page.getByTestId('sum').innerText()).toBe('Sum 100');
    await page.keyboard.press('Enter');
    await leaves(image);
    await expect.poll(async () => (await detail(image)).target?.fear, { timeout: 10_000 }).toBe(0.45);
    const shares = Object.values((await detail(image)).target ?? {});
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  it('works down a queue: progress, the next unresolved, and an end that names the next queue', async () => {
    await openQueue('mislabelled');
    const total = Number(/of ([\d,]+)/.exec(await page.getByTestId('progress').innerText())?.[1]?.replaceAll(',', ''));
    const image = await current();
    await page.keyboard.press('Enter');
    await leaves(image);
    await expect
      .poll(() => page.getByTestId('progress').innerText(), { timeout: 10_000 })
      .toContain(`${total - 1} unresolved`);
    await page.keyboard.press('Shift+N');
    await expect.poll(current, { timeout: 10_000 }).not.toBe(image);
    await go('/triage/second');
    await page.getByText('Queue clear').waitFor();
    expect(await page.getByRole('button', { name: /^Next:/ }).count()).toBe(1);
  });

  it('has nothing serious for axe, in both themes, open, in the editor and blind', async () => {
    await openQueue('mislabelled');
    await expectAccessible(page);
    await page.keyboard.press('e');
    await page.getByRole('textbox', { name: 'Happy, percent' }).waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await stage().focus();
    await page.keyboard.press('b');
    await page.getByText('Filter hidden while blind').waitFor();
    await expectAccessible(page);
  });
});
