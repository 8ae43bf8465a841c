/** Runs, comparisons, what is left unfinished, the ablation and the trials; last, for it opens other projects, an import of its own. */
import { join } from 'node:path';
import { openFewFaces } from '../few-faces.ts';
import { chooseWay, escape, view, type Scene } from './scene.ts';

export const RUNS: readonly Scene[] = [
  view('runs', '/runs'),
  {
    name: 'compare',
    show: async ({ api, go, page }) => {
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
      await page.getByText('McNemar', { exact: false }).first().waitFor({ timeout: 120_000 });
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
        if (step === 0) await chooseWay(page);
        await page.getByRole('button', { name: 'Next', exact: true }).click();
      }
      await page.getByRole('button', { name: 'Start import' }).click();
      await page.waitForTimeout(20_000);
    },
  },
];
