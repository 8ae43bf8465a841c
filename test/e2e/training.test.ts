import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Api } from './api.ts';
import { CHROMIUM, launch, NO_CHROMIUM } from './chromium.ts';
import { copyHome, Host, removeHome } from './host.ts';
import { openPage, openSample } from './page.ts';

const suite = CHROMIUM === null ? `a training in a browser (${NO_CHROMIUM})` : 'a training in a browser';
/** Long enough for a busy machine. */
const PATIENT = { timeout: 60_000 };

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

  /** A training on the sample that takes minutes, opened in the page. */
  async function training() {
    const api = await Api.connect(host.url);
    const { page, context, problems } = await openPage(browser, host.url);
    await openSample(page);
    const dataset = (await api.get('datasets.list', {}))[0]?.id ?? -1;
    const quick = (await api.get('train.presets', {})).presets.find((preset) => preset.name === 'quick');
    if (quick === undefined) throw new Error('There is no quick preset.');
    const { run } = await api.get('train.start', {
      dataset,
      ...{ trainSplit: 'train', valSplit: 'val', device: 'cpu' },
      settings: { ...quick.settings, batch: 4, epochs: 40 },
    });
    await page.goto(`${new URL(host.url).origin}/#/train/${run}`);
    const steps = async (): Promise<number> => (await api.get('runs.metrics', { run })).steps.at(-1) ?? 0;
    const row = async () => (await api.get('runs.list', {})).find(({ id }) => id === run);
    const state = (word: string) => expect.poll(() => page.locator('h2 + .badge').innerText(), PATIENT).toBe(word);
    const pastStep = (step: number) => expect.poll(steps, PATIENT).toBeGreaterThan(step);
    return { api, page, context, problems, run, steps, row, state, pastStep };
  }

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

  async function discard(page: Page): Promise<void> {
    await button(page, 'Stop').click();
    await button(page, 'Discard').click();
    await expect.poll(() => button(page, 'Stop').count(), PATIENT).toBe(0);
  }

  it('17: a pause freezes the step, resume goes on at the next one, and the process time skips the pause', async () => {
    const { api, page, context, problems, run, steps, row, state, pastStep } = await training();
    const since = Date.now();
    await pastStep(2);
    await button(page, 'Pause').click();
    await state('Paused');
    const [frozen, paused] = [await steps(), await row()];
    expect(frozen).toBeGreaterThan(2);
    const log = page.getByRole('log', { name: 'Training log' });
    await expect.poll(() => log.innerText()).toContain(`Paused at step ${frozen}.`);
    const pausedAt = Date.now();
    const shown = await page.locator('.facts-row').innerText();
    await page.waitForTimeout(3_000);
    expect(await steps()).toBe(frozen);
    expect(await page.locator('.facts-row').innerText()).toBe(shown);

    const pauseSeconds = (Date.now() - pausedAt) / 1_000;
    await button(page, 'Resume').click();
    await state('Running');
    await pastStep(frozen + 1);
    await expect.poll(() => log.innerText()).toContain(`Resumed at step ${frozen}.`);
    const { steps: all } = await api.get('runs.metrics', { run });
    expect([...all]).toEqual(Array.from(all, (_, index) => index + 1));
    await expect.poll(async () => (await row())?.processSeconds, PATIENT).toBeGreaterThan(paused?.processSeconds ?? 0);
    const processSeconds = (await row())?.processSeconds ?? Infinity;
    expect(processSeconds).toBeLessThanOrEqual((Date.now() - since) / 1_000 - pauseSeconds);

    await page.getByRole('radio', { name: 'Process time' }).click();
    const found = await new AxeBuilder({ page }).analyze();
    expect(found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);
    await discard(page);
    await context.close();
    expect(problems).toEqual([]);
  });

  it('18: Stop and Cancel keeps it running; a killed trainer shows "Interrupted" and Resume', async () => {
    const { page, context, problems, steps, state, pastStep } = await training();
    await pastStep(1);
    await button(page, 'Stop').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel', exact: true }).click();
    await state('Running');
    await pastStep(await steps());

    host.killEngine();
    await state('Interrupted');
    await page
      .getByRole('alert')
      .getByText(/ended unexpectedly \(signal SIGKILL\)/)
      .waitFor();
    await button(page, 'Resume').click();
    await state('Running');
    await pastStep(0);
    await discard(page);
    await context.close();
    expect(problems).toEqual([]);
  });

  it('that is left unfinished is offered when the project is opened again', async () => {
    const { page, context, pastStep, run } = await training();
    await pastStep(1);
    await host.stop('SIGKILL');
    await context.close();
    host = await Host.start(home, []);
    const again = await openPage(browser, host.url);
    await openSample(again.page);
    const strip = again.page.getByRole('complementary', { name: 'Unfinished runs' });
    await expect.poll(() => strip.innerText(), PATIENT).toContain('1 run left unfinished');
    await strip.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => strip.count(), PATIENT).toBe(0);
    const api = await Api.connect(host.url);
    const status = async () => (await api.get('runs.list', {})).find(({ id }) => id === run)?.status;
    await expect.poll(status, PATIENT).toBe('running');
    await api.get('runs.stop', { run, keep: false });
    expect(page.isClosed()).toBe(true);
    expect(again.problems).toEqual([]);
    await again.context.close();
  });
});
