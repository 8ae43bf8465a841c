/** The train form, models and devices. */
import { join } from 'node:path';
import { escape, pickCheckpoint, view, type Scene } from './scene.ts';

export const TRAINING: readonly Scene[] = [
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
];
