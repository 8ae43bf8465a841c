import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Api } from './api.ts';
import { browserSuite, type OpenedWorkbench, useWorkbench } from './open-workbench.ts';
import { countedImages } from './page.ts';

/** One host and one page for all: each test goes to its own view first. */
browserSuite('analysis in a browser', () => {
  let api: Api;
  let page: Page;
  let go: OpenedWorkbench['go'];
  useWorkbench({}, (opened) => {
    ({ api, page, go } = opened);
  });

  /** Opens the first mark whose text matches, and says how many images it claimed. */
  async function openMark(scope: string, text: RegExp): Promise<number> {
    const mark = page.getByRole('figure', { name: scope }).getByRole('button', { name: text }).first();
    await mark.waitFor();
    const name = (await mark.getAttribute('aria-label')) ?? '';
    // By keyboard: the mark is one of a walk with arrows, Enter drills.
    await mark.focus();
    await page.keyboard.press('Enter');
    await page.locator('[role=gridcell][data-image]').first().waitFor();
    return Number(/([\d,]+) images?/.exec(name)?.[1]?.replaceAll(',', ''));
  }

  it('every mark of the charts opens exactly its images', async () => {
    for (const [tab, figure, text] of [
      ['calibration', 'Reliability', /^Confidence/],
      ['balance', 'Balance', /^Fear: \d+ images/],
      ['uncertainty', 'Errors by σ', /^σ .* wrong/],
      ['uncertainty', 'σ and loss', /^σ /],
    ] as const) {
      await go(`/analysis/${tab}`);
      const claimed = await openMark(figure, text);
      expect(claimed).toBeGreaterThan(0);
      await expect.poll(() => countedImages(page), { timeout: 10_000 }).toBe(claimed);
      expect(await page.locator('.query .chip').count()).toBeGreaterThan(1);
      await page.getByRole('button', { name: 'Clear' }).click();
    }
  });

  it('shows every figure with its bootstrap interval, as the service draws it', async () => {
    await go('/analysis/intervals');
    const dataset = (await api.get('datasets.list', {}))[0]?.id ?? -1;
    const run = (await api.get('runs.list', {}))[0]?.id ?? -1;
    const measure = { run, dataset, split: null };
    const [found, { metrics, perClass }] = [
      await api.get('runs.evaluate', measure),
      await api.get('runs.intervals', measure),
    ];
    const ends = (interval: readonly [number, number] | null | undefined): string =>
      `${(100 * (interval?.[0] ?? NaN)).toFixed(1)} to ${(100 * (interval?.[1] ?? NaN)).toFixed(1)}`;
    const row = page
      .getByRole('table', { name: 'Figures with their intervals' })
      .getByRole('row', { name: /^Macro F1/ });
    await row.waitFor({ timeout: 60_000 });
    expect(await row.innerText()).toContain((100 * found.macroF1).toFixed(1));
    expect(await row.innerText()).toContain(ends(metrics.macroF1));
    const fear = found.classes.indexOf('fear');
    const classes = page.getByRole('table', { name: /^Scores of each class with/ });
    expect(await classes.getByRole('row', { name: /Fear/ }).innerText()).toContain(ends(perClass[fear]?.recall));
  });

  it('says plainly whether sigma is worth anything, as the service does, and exports it', async () => {
    await go('/analysis/uncertainty');
    const dataset = (await api.get('datasets.list', {}))[0]?.id ?? -1;
    const run = (await api.get('runs.list', {}))[0]?.id ?? -1;
    const found = await api.get('runs.uncertainty', { run, dataset, split: null });
    await expect
      .poll(() => page.getByTestId('verdict').innerText({ timeout: 30_000 }), { timeout: 30_000 })
      .toBe(found.verdict[0]);
    const sigma = found.scores.find(({ score }) => score === 'sigma');
    expect(await page.locator('[data-score=sigma]').innerText()).toContain(sigma?.auroc.toFixed(3));
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export CSV' }).click();
    const lines = readFileSync(await (await waiting).path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(1 + found.scores.length);
    expect(lines[1]).toContain(String(sigma?.auroc));
  });

  it('labels make the page old, and it says so', async () => {
    await go('/analysis/slices');
    await page.getByRole('columnheader', { name: 'Split' }).waitFor();
    const image = (await api.get('images.open', { dataset: 1, run: null, q: '', sort: 'id', descending: false }))
      .snapshot;
    const [row] = await api.get('images.page', { snapshot: image, offset: 0, limit: 1 });
    await api.get('labels.apply', { on: { images: [row?.id ?? 0] }, change: { kind: 'hard', label: 'fear' } });
    await page.getByText('Stale').waitFor();
    await page.getByRole('button', { name: 'Recompute' }).click();
    await expect.poll(() => page.getByText('Stale').count()).toBe(0);
    // Somebody has judged now: the annotator is a slice, and small.
    await page.getByRole('columnheader', { name: 'Annotator' }).waitFor();
    await page.getByText('too few to say').first().waitFor();
    await api.get('labels.undo', {});
  });

  it('under the curves stand three sentences that lead on to the page', async () => {
    await go('/gallery');
    await page.locator('.tile').first().click();
    const reading = page.getByRole('list', { name: 'What the curves mean' });
    // The rank of sigma comes a moment after the other two.
    await expect
      .poll(() => reading.innerText(), { timeout: 10_000 })
      .toMatch(/% of draws[\s\S]*conten[\s\S]*other images predicted/);
    await page.getByRole('link', { name: 'Is sigma worth anything here?' }).click();
    await page.getByRole('heading', { name: 'Is sigma worth anything here?' }).waitFor();
  });
});
