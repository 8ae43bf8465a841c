import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { BENCHMARK_COLUMNS } from '../../src-shared/domain/benchmark.ts';
import type { Api } from './api.ts';
import { expectAccessible } from './axe.ts';
import { browserSuite, type OpenedWorkbench, useWorkbench } from './open-workbench.ts';
import { openSample } from './page.ts';

/** A busy machine takes its time. */
const PATIENCE = { timeout: 90_000 };

browserSuite('devices in a browser', () => {
  let api: Api;
  let page: Page;
  let go: OpenedWorkbench['go'];
  useWorkbench({ sample: false, width: 1280, height: 800 }, (opened) => {
    ({ api, page, go } = opened);
  });

  const card = (id: string) => page.locator(`[data-device="${id}"]`);
  const field = (name: string) => page.getByRole('form', { name: 'Benchmark' }).getByRole('textbox', { name });

  it('G H lists every device, with a sentence where it cannot be used, and what auto takes', async () => {
    await page.locator('main').waitFor();
    await page.locator('body').press('g');
    await page.keyboard.press('h');
    await page.waitForURL(/#\/devices/);
    await card('cpu').waitFor(PATIENCE);
    const devices = await api.get('devices.list', {});
    expect(await page.locator('[data-device]').count()).toBe(devices.length);
    for (const { id, available, reason, name } of devices) {
      const text = await card(id).innerText();
      expect(text).toContain(name);
      expect(text).toContain(available ? 'Ready' : 'Cannot be used');
      if (reason !== null) expect(text).toContain(reason);
    }
    const usable = devices.filter(({ available }) => available);
    const auto = page.getByRole('region', { name: 'Automatic choice' });
    await auto.waitFor(PATIENCE);
    expect(await auto.innerText()).toMatch(
      usable.length === 1 ? /Predictions: cpu, the only device that can be used\./ : /Predictions: /,
    );
    // The status bar names what predictions take, not what might be there beside it.
    const taken = (await api.get('devices.auto', { measure: 'no' })).find(({ work }) => work === 'inference')?.device;
    const named = devices.find(({ id }) => id === taken)?.name ?? 'not measured';
    await expect.poll(() => page.getByTestId('device').innerText(), PATIENCE).toContain(named);
    // Without a project there is no list of jobs: nothing can be measured, and the view says why.
    expect(await page.getByRole('button', { name: 'Measure', exact: true }).last().isDisabled()).toBe(true);
    await page.getByText(/Open a project to measure/).waitFor();
  });

  it('a benchmark runs as a job; its numbers stand in a table, a plot and a file', async () => {
    await go('/home');
    await openSample(page);
    await go('/devices');
    await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'Tiny network' });
    await field('Batch sizes').fill('1, x');
    await page.getByText(/Whole numbers from 1/).waitFor();
    const measure = page.getByRole('form', { name: 'Benchmark' }).getByRole('button', { name: 'Measure' });
    expect(await measure.isDisabled()).toBe(true);
    await field('Batch sizes').fill('1, 3');
    await field('Passes to warm up').fill('1');
    await field('Passes that count').fill('5');
    await measure.click();
    const rows = page.locator('table', { hasText: 'Results of benchmarks' }).locator('tbody tr');
    await expect.poll(() => rows.count(), PATIENCE).toBe(2);
    const kept = await api.get('devices.benchmarks', {});
    expect(kept.map(({ device, batch, repeats, model }) => [device, batch, repeats, model])).toEqual([
      ['cpu', 3, 5, 'Tiny network'],
      ['cpu', 1, 5, 'Tiny network'],
    ]);
    await page.getByRole('figure', { name: 'Images a second' }).locator('[data-mark="1"]').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV', exact: true }).click(),
    ]);
    const lines: Record<string, string>[] = parse(readFileSync(await download.path()), { columns: true });
    expect(Object.keys(lines[0] ?? {})).toEqual(BENCHMARK_COLUMNS.map(({ name }) => name));
    expect(lines.map((line) => Number(line['median_seconds']))).toEqual(kept.map(({ medianSeconds }) => medianSeconds));
  });

  it('a long one is cancelled, and what was measured before stays', async () => {
    await field('Batch sizes').fill('1');
    await field('Passes that count').fill('10000');
    await page.getByRole('form', { name: 'Benchmark' }).getByRole('button', { name: 'Measure' }).click();
    const running = page.getByRole('status').filter({ hasText: /cpu, batch 1: [\d,]+ of 10,001\s+images/ });
    await running.waitFor(PATIENCE);
    await running.getByRole('button', { name: 'Cancel' }).click();
    await running.waitFor({ state: 'detached', ...PATIENCE });
    const [job] = await api.get('jobs.list', {});
    expect(job).toMatchObject({ kind: 'benchmark', status: 'cancelled' });
    expect(await api.get('devices.benchmarks', {})).toHaveLength(2);
    await page.getByRole('button', { name: 'Delete all' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Nothing is measured yet.').waitFor();
    expect(await api.get('devices.benchmarks', {})).toEqual([]);
  });

  it('a list that cannot be made says why, and Retry makes it', async () => {
    const refused = { ok: false, error: { kind: 'engine', message: 'The engine is tired.', remedy: 'Let it rest.' } };
    await page.route('**/api/devices.list', (route) => route.fulfill({ json: refused }));
    await page.getByRole('button', { name: 'Look again' }).click();
    const alert = page.getByRole('main').getByRole('alert');
    await alert.getByText('Let it rest.').waitFor();
    await expectAccessible(page);
    await page.unroute('**/api/devices.list');
    await alert.getByRole('button', { name: 'Retry' }).click();
    await alert.waitFor({ state: 'detached', ...PATIENCE });
  });
});
