import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { SEVEN } from '../../src-shared/domain/expression.ts';
import { Api } from './api.ts';
import { CHROMIUM, launch, NO_CHROMIUM } from './chromium.ts';
import { copyHome, Host, removeHome } from './host.ts';
import { countedImages, openPage, openSample } from './page.ts';
import { root } from './paths.ts';

const suite = CHROMIUM === null ? `two runs in a browser (${NO_CHROMIUM})` : 'two runs in a browser';

describe.skipIf(CHROMIUM === null)(suite, () => {
  let home: string;
  let host: Host;
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
    home = copyHome(inject('preparedHome'));
    host = await Host.start(home, []);
  });
  afterAll(async () => {
    await browser?.close();
    await host?.stop();
    removeHome(home);
  });

  it('stand side by side, and each count of images opens exactly these in the gallery', async () => {
    // The sample's trained model beside one that never learned.
    const untrained = join(home, 'untrained.safetensors');
    const made = spawnSync(
      process.execPath,
      [
        join(root, 'src-main', 'cli.ts'),
        'model',
        'init',
        '--size',
        'tiny',
        '--classes',
        '7',
        '--seed',
        '1',
        '--out',
        untrained,
      ],
      { env: { ...process.env, POSTER_VAR_HOME: join(home, 'cli') }, encoding: 'utf8' },
    );
    expect(made.status, made.stderr).toBe(0);
    const api = await Api.connect(host.url);
    const { page, context, problems } = await openPage(browser, host.url);
    await openSample(page);
    const dataset = (await api.get('datasets.list', {}))[0]?.id ?? -1;
    const trained = (await api.get('runs.list', {}))[0]?.id ?? -1;
    const { id: run } = await api.get('models.import', { path: untrained, order: [...SEVEN], name: 'Untrained' });
    const { job } = await api.get('runs.predict', { run, dataset, split: 'val', device: 'cpu' });
    expect((await api.finished(job)).status).toBe('done');

    await page.goto(`${new URL(host.url).origin}/#/compare?ds=${dataset}&base=${run}&pins=${trained}&q=split%3Aval`);
    const cell = (name: RegExp) => page.getByRole('button', { name });
    await cell(/fixed$/).waitFor();
    const comparison = await api.get('runs.compare', { baseline: run, run: trained, dataset, split: 'val' });
    expect(comparison.outcomes.fixed).toBeGreaterThan(0);
    expect(comparison.mcnemar).toBeLessThan(0.001);
    for (const [title, images] of [
      ['both right', comparison.outcomes.bothRight],
      ['fixed', comparison.outcomes.fixed],
      ['regressed', comparison.outcomes.regressed],
      ['both wrong', comparison.outcomes.bothWrong],
    ] as const)
      expect(await cell(new RegExp(`^${images} ?${title}$`)).count()).toBe(1);
    await expect.poll(() => page.getByText('“Untrained” was imported').count()).toBe(1);

    const found = await new AxeBuilder({ page }).analyze();
    expect(found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);

    await page.getByRole('link', { name: /Open in gallery/ }).click();
    await page.locator('[role=gridcell][data-image]').first().waitFor();
    await expect.poll(() => countedImages(page)).toBe(comparison.outcomes.fixed);
    // Back to the comparison: the baseline is still in the address.
    await page.goBack();
    await cell(/fixed$/).waitFor();
    expect(page.url()).toContain(`base=${run}`);
    await context.close();
    expect(problems).toEqual([]);
  });
});
