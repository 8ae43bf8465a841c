/** Empty views, the gallery, the large view and triage. */
import { join } from 'node:path';
import { sampleCheckpoint, writeForeign } from '../foreign.ts';
import { openSample } from '../page.ts';
import { dialog, escape, large, view, type Scene } from './scene.ts';

export const FACES: readonly Scene[] = [
  view('home-fresh', '/home'),
  view('gallery-none', '/gallery'),
  view('data-none', '/data'),
  view('train-none', '/train'),
  view('runs-none', '/runs'),
  view('analysis-none', '/analysis'),
  view('devices-none', '/devices'),
  {
    name: 'jobs',
    always: true,
    show: async ({ page, go }) => {
      await go('/home');
      await page.getByRole('button', { name: /Open sample/ }).click();
      await page.waitForTimeout(1_500);
    },
    leave: async ({ api }) => {
      for (const { id } of await api.get('jobs.list', {})) await api.finished(id);
    },
  },
  {
    name: 'home',
    show: ({ go }) => go('/home'),
  },
  {
    name: 'gallery',
    always: true,
    show: async ({ page, go }) => {
      await go('/home');
      await openSample(page);
      await page.locator('.tile[data-index="4"]').click();
      await page.keyboard.press('h');
      await page.waitForTimeout(4_000);
    },
  },
  {
    name: 'gallery-selected',
    show: async ({ page }) => {
      await page.locator('.tile[data-index="2"]').click();
      await page.locator('.tile[data-index="12"]').click({ modifiers: ['Shift'] });
      await page.waitForTimeout(800);
    },
    leave: escape,
  },
  {
    name: 'gallery-large',
    show: async ({ page }) => {
      await page.locator('.tile[data-index="3"]').click();
      await page.keyboard.press('Enter');
      await page.waitForTimeout(1_500);
    },
    leave: escape,
  },
  {
    name: 'cam-kinds',
    show: async ({ page }) => {
      await page.locator('.tile[data-index="4"]').click();
      await page.locator('.inspector').getByRole('button', { name: 'Kind of map' }).click();
      await page.waitForTimeout(600);
    },
    leave: escape,
  },
  ...large('picture', ['p'], () => Promise.resolve()),
  ...large('zoom', ['l', 'r'], async ({ page }) => {
    for (const key of ['+', '+', '+', '+', 'Shift+ArrowUp']) await page.keyboard.press(key);
  }),
  ...large('error', ['e'], async ({ page }) => page.waitForTimeout(4_000)),
  ...large(
    'runs',
    ['b'],
    async ({ page, api, home }) => {
      const file = join(home, 'second.safetensors');
      writeForeign(sampleCheckpoint, file);
      const order = (await api.get('runs.list', {}))[0]?.classes ?? [];
      await api.get('models.import', { path: file, order: [...order], name: 'Second' });
      await page.waitForTimeout(5_000);
    },
    async ({ api }) => {
      const second = (await api.get('runs.list', {})).find(({ name }) => name === 'Second');
      if (second !== undefined) await api.get('runs.remove', { run: second.id });
    },
  ),
  {
    name: 'similar',
    show: async ({ page, api }) => {
      await page.locator('.tile[data-index="6"]').click();
      const [run] = await api.get('runs.list', {});
      const { job } = await api.get('runs.features', { run: run?.id ?? 0, dataset: run?.dataset ?? 0 });
      await api.finished(job);
      await page.keyboard.press('s');
      await page.waitForTimeout(1_500);
      await page.getByRole('list', { name: 'Nearest images' }).scrollIntoViewIfNeeded();
      await page.waitForTimeout(500);
    },
    leave: async ({ page }) => page.keyboard.press('s'),
  },
  {
    name: 'gallery-completions',
    show: async ({ page, go }) => {
      await go('/gallery');
      await page.locator('.tile').first().click();
      await page.keyboard.press('/');
      await page.keyboard.type('label:s');
      await page.getByRole('listbox', { name: 'Completions' }).waitFor();
    },
    leave: escape,
  },
  {
    name: 'gallery-slices',
    show: async ({ api, page, go }) => {
      const [dataset] = await api.get('datasets.list', {});
      const sorted = { sort: 'sigma', descending: true } as const;
      for (const [name, q] of [
        ['Fear missed', 'label:fear wrong'],
        ['Unsure of happy', 'pred:happy sigma>.8'],
      ] as const)
        await api.get('slices.save', { dataset: dataset?.id ?? 0, name, q, ...sorted });
      await go('/gallery?q=label%3Afear%20wrong');
      await page.getByRole('button', { name: 'Fear missed', exact: true }).waitFor();
    },
  },
  view('gallery-nothing', '/gallery?q=label:happy%20sigma>99'),
  view('gallery-mistake', '/gallery?q=label:hapy'),
  {
    name: 'keys',
    show: async ({ page, go }) => {
      await go('/gallery');
      await page.locator('.tile').first().click();
      await page.keyboard.press('?');
      await page.waitForTimeout(400);
    },
    leave: escape,
  },
  view('settings', '/settings'),
  view('triage', '/triage/mislabelled'),
  {
    name: 'triage-cam',
    show: async ({ page }) => {
      await page.keyboard.press('h');
      await page.waitForTimeout(3_000);
    },
    leave: async ({ page }) => page.keyboard.press('h'),
  },
  {
    name: 'triage-soft',
    show: async ({ page, go }) => {
      await go('/triage/mislabelled');
      await page.locator('[data-keys~=triage][tabindex="0"]').focus();
      await page.keyboard.press('e');
      await page.waitForTimeout(500);
    },
    leave: escape,
  },
  {
    name: 'triage-blind',
    show: async ({ page }) => {
      await page.keyboard.press('b');
      await page.waitForTimeout(500);
    },
    leave: async ({ page }) => page.keyboard.press('b'),
  },
  view('triage-empty', '/triage/second'),
  dialog('rounds', 'Rounds'),
  {
    name: 'agreement',
    show: async ({ page, go }) => {
      await go('/triage/adjudicate');
      await page.getByRole('button', { name: 'Agreement' }).click();
      await page.getByRole('dialog', { name: 'Agreement' }).waitFor();
    },
    leave: escape,
  },
  view('triage-duplicates', '/triage/duplicates'),
];
