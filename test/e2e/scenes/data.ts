/** Data, the import wizard, analysis and history. */
import { join } from 'node:path';
import { chooseWay, dialog, escape, view, type Place, type Scene } from './scene.ts';

export const DATA: readonly Scene[] = [
  view('data', '/data'),
  {
    name: 'versions',
    show: async ({ api, go, page }) => {
      const [dataset] = await api.get('datasets.list', {});
      if (dataset === undefined) throw new Error('There is no dataset.');
      await api.get('versions.create', { dataset: dataset.id, name: 'as imported', note: '' });
      await go(`/data/versions/${dataset.id}`);
      await page.getByRole('cell', { name: 'as now' }).waitFor();
    },
  },
  dialog('merge', 'Merge annotations'),
  {
    name: 'duplicates',
    show: async ({ api, go }) => {
      const [dataset] = await api.get('datasets.list', {});
      const { job } = await api.get('duplicates.find', { dataset: dataset?.id ?? 0, near: 7 });
      await api.finished(job);
      await go(`/data/duplicates/${dataset?.id}`);
    },
  },
  {
    name: 'jobs-dock',
    show: async ({ page }) => {
      await page.getByRole('button', { name: 'Jobs', exact: true }).click();
      await page.waitForTimeout(400);
    },
    leave: async ({ page }) => page.getByRole('button', { name: 'Jobs', exact: true }).click(),
  },
  view('import-source', '/data/import'),
  {
    name: 'import-format',
    show: async ({ home, go, page }) => {
      await go('/home');
      await go(`/data/import?source=${encodeURIComponent(join(home, 'sample', 'faces'))}`);
      await page.waitForTimeout(1_500);
    },
  },
  ...['labels', 'check'].map((name) => ({
    name: `import-${name}`,
    show: async ({ page }: Place) => {
      if (name === 'labels') await chooseWay(page);
      await page.getByRole('button', { name: 'Next', exact: true }).click();
      await page.waitForTimeout(2_500);
    },
  })),
  view('analysis', '/analysis'),
  ...['intervals', 'calibration', 'uncertainty', 'balance', 'slices'].map((tab) => ({
    name: `analysis-${tab}`,
    show: async ({ go, page }: Place) => {
      await go(`/analysis/${tab}`);
      // Intervals are computed for these.
      await page.waitForTimeout(4_000);
    },
  })),
  {
    name: 'face-box',
    show: async ({ page, go }) => {
      await go('/gallery');
      await page.locator('.tile').first().click();
      await page.locator('.inspector').getByRole('button', { name: 'Mark' }).waitFor();
      await page.locator('.tile').first().press('Shift+F');
      await page.waitForTimeout(1_000);
    },
    leave: escape,
  },
  {
    name: 'history',
    show: async ({ page, go }) => {
      await go('/gallery');
      for (const [tile, key] of ['3', '7', 'x'].entries()) {
        await page.locator(`.tile[data-index="${tile}"]`).click();
        await page.keyboard.press(key);
        await page.waitForTimeout(400);
      }
      await go('/history');
    },
  },
];
