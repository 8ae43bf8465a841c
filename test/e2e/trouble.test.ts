/** Every view says why its list cannot be made, and Retry makes it. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { MethodName } from '../../src-shared/contract/methods/index.ts';
import type { Api } from './api.ts';
import { serious } from './axe.ts';
import { browserSuite, type OpenedWorkbench, useWorkbench } from './open-workbench.ts';

const PATIENCE = { timeout: 30_000 };
const REFUSED = {
  ok: false,
  error: { kind: 'unavailable', message: 'The disk is tired.', remedy: 'Let it rest, then try again.' },
};

browserSuite('views whose service fails, in a browser', () => {
  let api: Api;
  let page: Page;
  let go: OpenedWorkbench['go'];
  useWorkbench({ width: 1280, height: 800 }, (opened) => {
    ({ api, page, go } = opened);
  });

  /** The methods fail from now on; the returned function mends them. */
  async function failing(...methods: readonly MethodName[]): Promise<() => Promise<void>> {
    for (const method of methods) await page.route(`**/api/${method}`, (route) => route.fulfill({ json: REFUSED }));
    return async () => {
      for (const method of methods) await page.unroute(`**/api/${method}`);
    };
  }

  const told = () => page.getByRole('main').getByRole('alert').filter({ hasText: 'The disk is tired.' });

  async function expectRetry(mend: () => Promise<void>, there: () => Promise<void>): Promise<void> {
    await told().first().waitFor(PATIENCE);
    expect(await told().first().innerText()).toContain('Let it rest, then try again.');
    expect(await serious(page)).toEqual([]);
    await mend();
    await told().first().getByRole('button', { name: 'Retry' }).click();
    await expect.poll(() => told().count(), PATIENCE).toBe(0);
    await there();
  }

  /** Where the page starts anew, so that nothing of the view is there yet. */
  async function startAt(route: string): Promise<void> {
    await go(route);
    await page.reload();
  }

  const main = () => page.getByRole('main');

  it.each<[string, string, MethodName, (run: number) => ReturnType<Page['locator']>]>([
    ['Home', '/home', 'project.recent', () => main().getByRole('table').first()],
    ['Gallery', '/gallery', 'images.open', () => page.locator('.tile[data-image]').first()],
    ['Triage', '/triage/mislabelled', 'queues.open', () => page.locator('[data-keys~=triage][data-image]')],
    ['Analysis', '/analysis', 'runs.evaluate', () => page.locator('[data-cell]').first()],
    [
      'Intervals',
      '/analysis/intervals',
      'runs.intervals',
      () => page.getByRole('table', { name: 'Figures with their intervals' }),
    ],
    ['Sigma', '/analysis/uncertainty', 'runs.uncertainty', () => page.getByTestId('verdict')],
    ['Slices', '/analysis/slices', 'runs.slices', () => page.getByRole('columnheader', { name: 'Split' })],
    ['Balance', '/analysis/balance', 'datasets.balance', () => page.getByRole('figure', { name: 'Balance' })],
    ['History', '/history', 'history.page', () => page.getByText('Nothing has happened yet')],
    ['Train', '/train', 'train.presets', () => page.getByRole('textbox', { name: 'Epochs', exact: true })],
    ['Duplicates', '/data/duplicates/1', 'duplicates.report', () => page.getByText('Not compared yet')],
    ['Settings', '/settings', 'storage.measure', () => page.locator('tr[data-storage=records]')],
  ])('%s (%s) says that %s fails', async (_, route, method, there) => {
    const mend = await failing(method);
    await startAt(route);
    await expectRetry(mend, async () => {
      await there(0).waitFor(PATIENCE);
    });
  });

  it('the project’s own lists: no view claims that there is nothing, and Retry brings all of them', async () => {
    for (const method of ['datasets.list', 'runs.list'] as const) {
      const mend = await failing(method);
      await startAt('/gallery');
      await told().first().waitFor(PATIENCE);
      for (const route of ['/data', '/triage', '/analysis', '/history', '/train', '/runs', '/compare', '/models']) {
        await go(route);
        await told().first().waitFor(PATIENCE);
        expect(await main().innerText(), route).not.toMatch(/No images yet|No run|No dataset|Nothing has happened/);
      }
      await go('/runs');
      await expectRetry(mend, async () => {
        const [run] = await api.get('runs.list', {});
        await main()
          .getByText(run?.name ?? 'never')
          .first()
          .waitFor(PATIENCE);
      });
    }
  });

  it('what is there already stays when a later fetch fails, and a notice says why', async () => {
    await startAt('/gallery');
    await page.locator('.tile[data-image]').first().waitFor(PATIENCE);
    const mend = await failing('images.open');
    await go('/gallery?q=label%3Asad');
    await page.getByText('The disk is tired.').first().waitFor(PATIENCE);
    expect(await page.locator('.tile[data-image]').count()).toBeGreaterThan(10);
    await mend();
    await page.getByRole('button', { name: 'Retry' }).click();
    await expect
      .poll(() => page.locator('.tile[data-image]').first().getAttribute('aria-label'), PATIENCE)
      .toMatch(/label Sad/);
  });
});
