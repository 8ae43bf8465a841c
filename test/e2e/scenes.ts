/** How to get each view, dialog and empty state of the workbench onto the screen. In order: later scenes build on earlier ones. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Api } from './api.ts';
import { openFewFaces } from './few-faces.ts';
import { sampleCheckpoint, writeForeign } from './foreign.ts';
import { openSample } from './page.ts';

export interface Place {
  readonly page: Page;
  readonly api: Api;
  readonly home: string;
  /** Goes to a hash route and waits until it has settled. */
  readonly go: (route: string) => Promise<void>;
}

export interface Scene {
  readonly name: string;
  /** Later scenes need it, also where only they are wanted. */
  readonly always?: boolean;
  readonly show: (place: Place) => Promise<void>;
  readonly leave?: (place: Place) => Promise<void>;
}

const escape = async ({ page }: Place): Promise<void> => {
  await page.keyboard.press('Escape');
  await page.waitForTimeout(200);
};

/** A view that needs no more than its address. */
const view = (name: string, route: string): Scene => ({ name, show: ({ go }) => go(route) });

/** The large view of the fourth tile in one of its layouts. The keys are pressed again on leaving: each is a toggle. */
const large = (
  name: string,
  toggles: readonly string[],
  further: (place: Place) => Promise<unknown>,
  after: (place: Place) => Promise<unknown> = () => Promise.resolve(),
): Scene[] => [
  {
    name: `large-${name}`,
    show: async (place) => {
      const { page } = place;
      await page.locator('.tile[data-index="3"]').click();
      await page.keyboard.press('Enter');
      await page.waitForTimeout(1_000);
      for (const key of toggles) await page.keyboard.press(key);
      await further(place);
      await page.waitForTimeout(800);
    },
    leave: async (place) => {
      for (const key of toggles) await place.page.keyboard.press(key);
      await escape(place);
      await after(place);
    },
  },
];

/** Types the path of a checkpoint into a file browser; the sample's own weights stand there under another writer's names. */
async function pickCheckpoint(page: Page, label: string, file: string): Promise<void> {
  if (!existsSync(file)) writeForeign(sampleCheckpoint, file);
  const path = page.getByRole('textbox', { name: `${label}: path` });
  await path.fill(file);
  await path.press('Enter');
}

export const SCENES: readonly Scene[] = [
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
  {
    name: 'settings',
    show: async ({ page }) => {
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.waitForTimeout(400);
    },
    leave: escape,
  },
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
  view('triage-duplicates', '/triage/duplicates'),
  view('data', '/data'),
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
  view('train', '/train'),
  {
    name: 'train-form',
    show: async ({ page }) => {
      await page.getByRole('button', { name: 'Reset', exact: true }).focus();
      await page.evaluate(() => {
        for (const box of document.querySelectorAll('form, form *, aside, aside *')) box.scrollTop = box.scrollHeight;
      });
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'train-changed',
    show: async ({ page, go }) => {
      await go('/train');
      const choose = (group: string, name: string) =>
        page.getByRole('radiogroup', { name: group }).getByRole('radio', { name }).click();
      await choose('Optimizer', 'SGD');
      await choose('Schedule', 'Cosine');
      await page.getByRole('combobox', { name: 'Sampling' }).selectOption('balanced');
      await page.getByRole('textbox', { name: 'Frozen parameters' }).fill('ir_back');
      await page.getByRole('textbox', { name: 'Warm-up, epochs' }).fill('2');
      await page.getByRole('combobox', { name: 'Sampling' }).scrollIntoViewIfNeeded();
      await page.getByRole('textbox', { name: 'Frozen parameters' }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'train-augmented',
    show: async ({ page }) => {
      await page.getByRole('button', { name: 'Show eight versions of an image' }).click();
      await page.locator('figure canvas').nth(7).waitFor({ timeout: 120_000 });
      await page.getByRole('button', { name: 'Another image' }).scrollIntoViewIfNeeded();
      await page.waitForTimeout(1_000);
    },
    leave: async ({ page }) => page.getByRole('button', { name: 'Reset', exact: true }).click(),
  },
  {
    name: 'train-run',
    show: async ({ api, go }) => {
      const run = (await api.get('runs.list', {}))[0]?.id;
      await go(`/train/${run}`);
    },
  },
  {
    name: 'train-weights',
    show: async ({ page, go, home }) => {
      await go('/train');
      await page.getByRole('button', { name: 'Add file' }).click();
      await pickCheckpoint(page, 'File of weights', join(home, 'foreign.safetensors'));
      await page.waitForTimeout(1_000);
    },
    leave: escape,
  },
  {
    name: 'models',
    show: async ({ api, go, home }) => {
      const [run] = await api.get('runs.list', {});
      const out = join(home, 'drawn.onnx');
      const { job } = await api.get('models.export', { run: run?.id ?? 0, format: 'onnx', precision: 'float32', out });
      await api.finished(job);
      await go('/models');
    },
  },
  {
    name: 'models-import',
    show: async ({ page, go, home }) => {
      await go('/models');
      await page.getByRole('button', { name: 'Import model' }).first().click();
      await pickCheckpoint(page, 'Checkpoint', join(home, 'foreign.safetensors'));
      await page.getByText(/all numbers are finite/).waitFor();
      await page.getByRole('combobox', { name: /Class order/ }).selectOption('hand');
      await page.waitForTimeout(300);
    },
    leave: escape,
  },
  {
    name: 'models-export',
    show: async ({ page, go, home }) => {
      await go('/models');
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('radio', { name: 'safetensors' }).click();
      await dialog.getByRole('textbox', { name: 'File' }).fill(join(home, 'drawn.safetensors'));
      await dialog.getByRole('button', { name: 'Export', exact: true }).click();
      await dialog.getByText(/largest difference/).waitFor();
    },
    leave: escape,
  },
  {
    name: 'devices',
    show: async ({ api, go }) => {
      const model = { kind: 'network', size: 'tiny', vich: true } as const;
      const plan = { devices: ['cpu' as const], batches: [1, 8, 32], warmUp: 2, repeats: 10 };
      await api.finished((await api.get('devices.benchmark', { ...plan, model })).job);
      await go('/devices');
    },
  },
  {
    name: 'devices-results',
    show: async ({ page }) => {
      await page.getByRole('region', { name: 'Results, table' }).scrollIntoViewIfNeeded();
      await page.waitForTimeout(300);
    },
  },
  view('runs', '/runs'),
  {
    name: 'compare',
    show: async ({ api, go }) => {
      const head = (await api.get('train.presets', {})).presets.find(({ name }) => name === 'head');
      const [dataset] = await api.get('datasets.list', {});
      const run = (await api.get('runs.list', {}))[0]?.id ?? 0;
      if (head === undefined) throw new Error('There is no preset for a head alone.');
      const { run: second, job } = await api.get('train.start', {
        dataset: dataset?.id ?? 0,
        trainSplit: 'train',
        valSplit: 'val',
        device: 'cpu',
        initialRun: run,
        settings: { ...head.settings, epochs: 5 },
      });
      await api.finished(job);
      await go(`/compare?ds=${dataset?.id}&base=${run}&pins=${second}&q=split%3Aval`);
    },
  },
  {
    name: 'passport',
    show: async ({ api, go, page }) => {
      const quick = (await api.get('train.presets', {})).presets.find(({ name }) => name === 'quick');
      const [dataset] = await api.get('datasets.list', {});
      if (quick === undefined) throw new Error('There is no quick preset.');
      const { run, job } = await api.get('train.start', {
        ...{ dataset: dataset?.id ?? 0, trainSplit: 'train', valSplit: 'val', device: 'cpu', name: 'quick, short' },
        ...{ initialRun: (await api.get('runs.list', {})).at(-1)?.id ?? 0 },
        settings: { ...quick.settings, epochs: 1, learningRate: 1e-4, seed: 7 },
      });
      await api.finished(job);
      await go(`/runs?of=${run}`);
      await page.getByRole('button', { name: 'Passport' }).click();
      await page.getByText('SHA-256', { exact: true }).waitFor();
    },
    leave: escape,
  },
  {
    name: 'left-runs',
    show: async ({ api, home, go }) => {
      const quick = (await api.get('train.presets', {})).presets.find(({ name }) => name === 'quick');
      const [dataset] = await api.get('datasets.list', {});
      if (quick === undefined) throw new Error('There is no quick preset.');
      for (const name of ['first', 'second'])
        await api.get('train.start', {
          ...{ dataset: dataset?.id ?? 0, trainSplit: 'train', valSplit: 'val', device: 'cpu', name },
          settings: { ...quick.settings, batch: 4 },
        });
      // Another project closes the one with both at work or waiting; opened again, it offers them.
      await api.get('project.create', { path: join(home, 'elsewhere'), name: 'Elsewhere' });
      await api.get('project.openSample', {});
      await go('/gallery');
    },
    leave: async ({ api }) => void (await api.get('runs.forgetLeft', {})),
  },
  {
    name: 'ablation-form',
    show: async ({ api, home, page, go }) => {
      await go('/home');
      await openFewFaces(api, home);
      await go('/train');
      await page.getByRole('textbox', { name: 'Epochs', exact: true }).fill('2');
      await page.getByRole('textbox', { name: 'Batch', exact: true }).fill('8');
      await page.getByRole('button', { name: 'Ablation', exact: true }).click();
      await page.getByRole('textbox', { name: 'Seeds' }).fill('2');
    },
    leave: escape,
  },
  {
    name: 'ablation',
    show: async ({ page }) => {
      await page.getByRole('button', { name: 'Ablation', exact: true }).click();
      await page.getByRole('textbox', { name: 'Seeds' }).fill('2');
      await page.getByRole('button', { name: 'Queue 8 runs' }).click();
      await page.getByText(/^[3-8] of 8 done/).waitFor({ timeout: 300_000 });
      await page.getByRole('combobox', { name: /what the paper reports/ }).selectOption('rafdb');
    },
    leave: async ({ page }) => page.getByText('All 8 done').waitFor({ timeout: 300_000 }),
  },
  {
    name: 'trial-rate',
    show: async ({ page }) => {
      await page.getByRole('button', { name: 'Find learning rate' }).click();
      await page.getByRole('heading', { name: 'Learning-rate range test' }).waitFor({ timeout: 300_000 });
    },
  },
  {
    name: 'trial-batch',
    show: async ({ page }) => {
      await page.getByRole('button', { name: 'Find batch' }).click();
      await page.getByRole('heading', { name: 'Batch size test' }).waitFor({ timeout: 300_000 });
    },
  },
  {
    name: 'import-report',
    show: async ({ api, home, go, page }) => {
      await api.get('project.create', { path: join(home, 'own'), name: 'Own faces' });
      await go('/home');
      await go(`/data/import?source=${encodeURIComponent(join(home, 'sample', 'faces'))}`);
      for (let step = 0; step < 2; step++) {
        await page.waitForTimeout(1_500);
        await page.getByRole('button', { name: 'Next', exact: true }).click();
      }
      await page.getByRole('button', { name: 'Start import' }).click();
      await page.waitForTimeout(20_000);
    },
  },
];
