import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Api } from './api.ts';
import { CHROMIUM, launch, NO_CHROMIUM } from './chromium.ts';
import { openFewFaces } from './few-faces.ts';
import { copyHome, Host, removeHome } from './host.ts';
import { openPage } from './page.ts';

const suite = CHROMIUM === null ? `a protocol in a browser (${NO_CHROMIUM})` : 'a protocol in a browser';

describe.skipIf(CHROMIUM === null)(suite, () => {
  let home: string;
  let host: Host;
  let browser: Browser;
  let api: Api;
  let page: Page;
  let context: BrowserContext;
  let problems: string[];

  beforeAll(async () => {
    browser = await launch();
    home = copyHome(inject('preparedHome'));
    host = await Host.start(home, []);
    api = await Api.connect(host.url);
    await openFewFaces(api, home);
    ({ page, context, problems } = await openPage(browser, host.url));
    await page.goto(`${new URL(host.url).origin}/#/train`);
    const presets = page.getByRole('combobox', { name: /^Preset/ });
    await presets.selectOption({ label: 'Quick trial on the processor' });
  });
  afterAll(async () => {
    await context?.close();
    await browser?.close();
    await host?.stop();
    removeHome(home);
  });

  const field = (label: string) => page.getByRole('textbox', { name: label, exact: true });

  async function nothingSerious(): Promise<void> {
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  }

  async function downloaded(item: string): Promise<string> {
    await page.getByRole('button', { name: /^Export Two variants/ }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: item }).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  }

  it('marks each value that differs from the preset, and puts it back', async () => {
    const marks = page.getByRole('button', { name: /: back to the preset’s / });
    expect(await marks.count()).toBe(0);
    const radio = (group: string, name: string) =>
      page.getByRole('radiogroup', { name: group }).getByRole('radio', { name }).click();
    await radio('Model size', 'Paper');
    await radio('Optimizer', 'SGD');
    await radio('Schedule', 'Cosine');
    await radio('KL term as in', 'the code');
    await page.getByRole('combobox', { name: 'Sampling' }).selectOption('certainty');
    await page.getByRole('textbox', { name: 'Frozen parameters' }).fill('ir_back');
    await page.getByRole('switch', { name: 'Layer embedding' }).click();
    await field('Rotation, ±°').fill('30');
    await radio('What learns', 'Head alone');
    const named = async () =>
      (await marks.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))).toSorted();
    const others = [
      'KL term as in: back to the preset’s the paper',
      'Layer embedding: back to the preset’s on',
      'Model size: back to the preset’s Tiny',
      'Optimizer: back to the preset’s AdamW',
      'Rotation, ±°: back to the preset’s 8',
      'Sampling: back to the preset’s Shuffled',
      'Schedule: back to the preset’s Exponential',
    ];
    // A head alone freezes nothing of its own: the field is away with its mark.
    expect(await named()).toEqual([...others, 'What learns: back to the preset’s Whole network'].toSorted());
    await page.getByRole('button', { name: 'What learns: back to the preset’s Whole network' }).click();
    expect(await named()).toEqual([...others, 'Frozen parameters: back to the preset’s none'].toSorted());
    await nothingSerious();
    for (let left = others.length + 1; left > 0; left--) {
      await marks.first().click();
      await expect.poll(() => marks.count()).toBe(left - 1);
    }
    expect(
      await page.getByRole('radiogroup', { name: 'Schedule' }).getByRole('radio', { checked: true }).innerText(),
    ).toBe('Exponential');
    expect(await page.getByText('changed', { exact: true }).count()).toBe(0);
  });

  it('shows eight versions of an image, and others for other settings', async () => {
    await page.getByRole('button', { name: 'Show eight versions of an image' }).click();
    const canvases = page.getByRole('figure', { name: /Eight augmented versions/ }).locator('canvas');
    await expect.poll(() => canvases.count(), { timeout: 120_000 }).toBe(8);
    const pictures = () => canvases.evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).toDataURL()));
    const [first] = await pictures();
    expect(new Set(await pictures()).size).toBe(8);
    for (const label of ['Colour jitter', 'Rotation, ±°', 'Crop padding, px', 'Random erasing'])
      await field(label).fill('0');
    await page.getByRole('switch', { name: 'Horizontal flip' }).click();
    await expect.poll(async () => new Set(await pictures()).size, { timeout: 30_000 }).toBe(1);
    expect(await pictures()).not.toContain(first);
    await nothingSerious();
    await page.getByRole('button', { name: 'Hide', exact: true }).click();
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await field('Epochs').fill('1');
    await field('Batch').fill('8');
  });

  it('finds a learning rate by a trial, and takes it into the form', async () => {
    await page.getByRole('button', { name: 'Find learning rate' }).click();
    const heading = page.getByRole('heading', { name: 'Learning-rate range test' });
    await heading.waitFor({ timeout: 240_000 });
    const [trial] = await api.get('trials.list', {});
    if (trial?.result.kind !== 'learning-rate') throw new Error('There is no trial of rates.');
    expect(trial.result.loss.length).toBeGreaterThan(10);
    const { suggested } = trial.result;
    const take = page.getByRole('button', { name: 'Take into the form' });
    if (suggested === null) expect(await take.count()).toBe(0);
    else {
      await take.click();
      expect(Number(await field('Learning rate').inputValue())).toBe(suggested);
    }
    await nothingSerious();
  });

  it('runs an ablation from one form to its table, which leaves as CSV and LaTeX', async () => {
    await page.getByRole('button', { name: 'Ablation', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Two variants');
    for (const title of ['without layer embedding', 'without VICH'])
      await dialog.getByRole('checkbox', { name: title }).click();
    await dialog.getByRole('textbox', { name: 'Seeds' }).fill('2');
    await nothingSerious();
    await dialog.getByRole('button', { name: 'Queue 4 runs' }).click();
    await page.getByRole('heading', { name: 'Two variants', exact: true }).waitFor();
    await page.getByText('All 4 done').waitFor({ timeout: 240_000 });

    const [ablation] = await api.get('suites.list', {});
    const runs = await api.get('runs.list', {});
    const bestOf = (variant: string, seed: number): number => {
      const entry = ablation?.runs.find((one) => one.variant === variant && one.seed === seed);
      return 100 * (runs.find(({ id }) => id === entry?.run)?.best?.value ?? NaN);
    };
    for (const [variant, title] of [
      ['full', 'POSTER-Var'],
      ['baseline', 'baseline'],
    ] as const) {
      const [one, two] = [bestOf(variant, 1), bestOf(variant, 2)];
      const [mean, deviation] = [(one + two) / 2, Math.abs(one - two) / Math.SQRT2];
      const row = page.getByRole('row', { name: new RegExp(`^${title}`) });
      for (const [seed, value] of [
        [1, one],
        [2, two],
      ] as const)
        expect(await row.getByRole('link', { name: `${title}, seed ${seed}: ${value.toFixed(2)}` }).count()).toBe(1);
      expect(await row.innerText()).toContain(`${mean.toFixed(2)} ± ${deviation.toFixed(2)}`);
    }
    // The paper's figures stand there only where they are asked for, and under its name.
    expect(await page.getByText(/Paper reports/).count()).toBe(0);
    await page.getByRole('combobox', { name: /what the paper reports/ }).selectOption('rafdb');
    await page.getByRole('columnheader', { name: 'Paper reports, RAF-DB' }).waitFor();
    expect(await page.getByRole('row', { name: /^baseline/ }).innerText()).toContain('92.21');
    await nothingSerious();

    const csv = await downloaded('CSV, every run');
    expect(csv.split('\r\n')[0]).toMatch(/^variant,layer_embedding,vich,accuracy_seed_1,accuracy_seed_2,seeds_done,/);
    expect(csv).toContain(`full,1,1,${bestOf('full', 1) / 100},`);
    expect(await downloaded('LaTeX')).toMatch(
      /\\begin\{tabular\}[^]*POSTER-Var & \\checkmark\{\} & \\checkmark\{\} & [^]*92\.76 \\\\/,
    );
  });

  it('has made no error of its own', () => expect(problems).toEqual([]));
});
