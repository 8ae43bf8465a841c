import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { drawFaces, type Face } from '../fixtures/faces.ts';
import * as fixtures from '../fixtures/formats.ts';
import { Api } from './api.ts';
import { CHROMIUM, launch, NO_CHROMIUM } from './chromium.ts';
import { Host, removeHome } from './host.ts';
import { openPage } from './page.ts';

/** A busy machine takes its time. */
const PATIENCE = { timeout: 20_000 };

const suite =
  CHROMIUM === null ? `datasets in a browser (${NO_CHROMIUM})` : 'datasets in a browser, in a project of one’s own';

describe.skipIf(CHROMIUM === null)(suite, () => {
  let home: string;
  let host: Host;
  let api: Api;
  let browser: Browser;
  let page: Page;
  let context: BrowserContext;
  let problems: string[];
  let faces: Face[];

  beforeAll(async () => {
    [browser, faces] = await Promise.all([launch(), drawFaces(2)]);
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    // Without the sample: every project here is made of a folder of its own.
    home = mkdtempSync(join(tmpdir(), 'poster-var-home-'));
    host = await Host.start(home, []);
    api = await Api.connect(host.url);
    await api.get('project.create', { path: join(home, 'own'), name: 'Own' });
    ({ page, context, problems } = await openPage(browser, host.url));
    await page.getByRole('button', { name: 'New project' }).waitFor();
  });
  afterEach(async () => {
    await context.close();
    await host.stop();
    removeHome(home);
    expect(problems).toEqual([]);
  });

  const go = (route: string): Promise<unknown> => page.goto(`${page.url().split('#')[0]}#${route}`);

  function plant(files: Readonly<Record<string, Buffer | string>>, folder = 'faces'): string {
    const root = join(home, folder);
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), bytes);
    }
    return root;
  }

  const jpegOf = (index: number): Buffer => faces[index]?.jpeg ?? Buffer.alloc(0);

  /** Imports class folders through the door that the page uses, without the page. */
  async function imported(source: string): Promise<number> {
    const { job } = await api.get('import.start', { source, format: 'folders', name: 'Faces' });
    const { dataset } = await api.finished(job);
    if (dataset === null) throw new Error('The import has no dataset.');
    return dataset;
  }

  async function expectAccessible(selector: string): Promise<void> {
    const { violations } = await new AxeBuilder({ page }).include(selector).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  }

  const next = async (): Promise<void> => page.getByRole('button', { name: 'Next', exact: true }).click();

  it('duplicates and leaks: found in a job, shown with their pictures, left out one, the rest or all, and undone', async () => {
    const root = plant({
      ...Object.fromEntries(faces.map(({ expression, jpeg }, index) => [`train/${expression}/${index}.jpg`, jpeg])),
      'train/happy/again.jpg': jpegOf(0),
      'test/neutral/leak.jpg': jpegOf(1),
      'val/happy/near.jpg': await sharp(jpegOf(2)).jpeg({ quality: 70 }).toBuffer(),
    });
    const dataset = await imported(root);
    await go('/data');
    await page.getByRole('button', { name: 'Duplicates of Faces' }).click();
    await page.getByText('Not compared yet').waitFor();
    await page.getByRole('button', { name: 'Compare images' }).first().click();
    const leak = page.getByRole('region', { name: /^Equal, across .*test/ });
    const near = page.getByRole('region', { name: /^Nearly equal, across/ });
    await leak.waitFor();
    await expect.poll(() => page.getByTestId('figures').innerText()).toMatch(/Across splits\s*2 groups of 4 images/);
    expect((await api.get('jobs.list', {})).find(({ kind }) => kind === 'duplicates')).toMatchObject({
      status: 'done',
      unit: 'comparisons',
    });
    const loaded = () =>
      page.locator('.group img').evaluateAll((images) => images.every((i) => (i as HTMLImageElement).naturalWidth > 0));
    await expect.poll(loaded, PATIENCE).toBe(true);
    await expectAccessible('.duplicates');

    const excluded = async (): Promise<number> =>
      (await api.get('images.open', { dataset, run: null, q: 'excluded', sort: 'id', descending: false })).total;
    await near.getByRole('button', { name: 'Keep near.jpg, leave the rest out' }).click();
    await near.getByText('1 left out').waitFor();
    expect(await excluded()).toBe(1);
    await near.getByRole('button', { name: 'Take 2.jpg in again' }).click();
    await expect.poll(excluded, PATIENCE).toBe(0);
    await near.getByRole('button', { name: 'Leave 2.jpg out' }).click();
    await expect.poll(excluded, PATIENCE).toBe(1);
    await page.getByRole('button', { name: 'Leave out what leaks (1)' }).click();
    await expect.poll(excluded, PATIENCE).toBe(2);
    await page.getByRole('button', { name: 'Leave out what leaks (0)' }).waitFor();
    await page.getByRole('button', { name: /^Undo/ }).first().click();
    await expect.poll(excluded, PATIENCE).toBe(1);

    await page.getByRole('radio', { name: 'Across splits' }).click();
    await expect.poll(() => page.locator('.group').count(), PATIENCE).toBe(2);
    await leak.getByRole('link', { name: 'Open in gallery' }).click();
    await expect.poll(() => page.locator('[role=gridcell][data-image]').count(), PATIENCE).toBe(2);
    expect(await page.locator('[role=gridcell][data-image]').first().getAttribute('aria-label')).toMatch(/^leak\.jpg/);
  });

  it('the wizard to its end: what was wrong with single rows, the report as a file, and the images in the gallery', async () => {
    const root = plant({
      ...Object.fromEntries(faces.map(({ jpeg }, index) => [`pictures/${index}.jpg`, jpeg])),
      'pictures/cut.jpg': jpegOf(0).subarray(0, 300),
      'table.csv': [
        'file,emotion',
        ...faces.map(({ expression }, index) => `pictures/${index}.jpg,${expression}`),
        'pictures/cut.jpg,sad',
        'pictures/none.jpg,sad',
        '../outside.jpg,sad',
        'pictures/0.jpg,=grumpy',
      ].join('\n'),
    });
    await go(`/data/import?source=${encodeURIComponent(join(root, 'table.csv'))}`);
    await page.getByText(`${faces.length + 3} images`).waitFor();
    await next();
    await page.getByText('1 name unknown').waitFor();
    await next();
    await page.getByRole('textbox', { name: 'Name of the dataset' }).fill('Own faces');
    await page.getByRole('button', { name: 'Start import' }).click();
    const report = page.getByRole('region', { name: 'Report' });
    await report.waitFor(PATIENCE);
    await report.getByText(`Own faces: ${faces.length + 3} images imported`).waitFor();
    // The fifth: one row names the same file as another.
    await report.getByText('5 problems').click();
    for (const [path, kind] of [
      ['pictures/cut.jpg', 'unreadable image'],
      ['pictures/none.jpg', 'missing file'],
      ['../outside.jpg', 'file outside the folder'],
      ['pictures/0.jpg', 'unknown label'],
    ] as const)
      await report.getByRole('row', { name: new RegExp(`${path.replace(/\./g, '\\.')} ${kind}`) }).waitFor();
    await expectAccessible('.import');
    const downloaded = page.waitForEvent('download');
    await report.getByRole('button', { name: 'Save the whole report' }).click();
    const file = await downloaded;
    expect(file.suggestedFilename()).toBe('Own faces import report.csv');
    const lines = readFileSync(await file.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(6);
    expect(lines.join('\n')).toMatch(/pictures\/cut\.jpg,unreadable,/);
    expect(lines.join('\n')).not.toMatch(/^=/m);
    await report.getByRole('button', { name: 'Open in gallery' }).click();
    await expect.poll(() => page.locator('[role=gridcell][data-image]').count(), PATIENCE).toBe(faces.length + 3);
    // A broken image stands there by its path and its reason.
    await page.locator('.tile.broken').first().waitFor();
  });

  it('FER+: what each vote rule keeps and drops is shown before anything is written', async () => {
    const root = join(home, 'ferplus');
    await fixtures.ferplus(root, faces);
    await go(`/data/import?source=${encodeURIComponent(root)}`);
    const votes = page.getByRole('region', { name: 'Votes' });
    await votes.waitFor(PATIENCE);
    const row = (split: string) => votes.getByRole('row', { name: new RegExp(`^${split} `) }).innerText();
    const cells = async (split: string): Promise<string[]> => (await row(split)).split(/\s+/);
    const train = faces.length - 6;
    // Row 0 has no face: it counts in no rule; row 1 is a tie.
    expect(await cells('train')).toEqual(['train', 'majority', String(train - 2), '1']);
    const bars = () => votes.getByRole('list', { name: 'Images of each class' }).innerText();
    expect(await bars()).not.toBe('');
    const rule = votes.getByRole('combobox', { name: 'Labels from votes' });
    await rule.selectOption('probability');
    await expect.poll(() => cells('train'), PATIENCE).toEqual(['train', 'probability', String(train - 1), '0']);
    expect(await cells('val')).toEqual(['val', 'majority', '3', '0']);
    await rule.selectOption('votes-sum');
    await expect.poll(() => cells('val'), PATIENCE).toEqual(['val', 'votes-sum', '3', '0']);
    expect(await api.get('datasets.list', {})).toEqual([]);
    await next();
    await next();
    await page.getByText('kept but left out').waitFor();
    await page.getByRole('button', { name: 'Start import' }).click();
    await page.getByRole('region', { name: 'Report' }).waitFor(PATIENCE);
    const [dataset] = await api.get('datasets.list', {});
    const report = await api.get('import.report', { dataset: dataset?.id ?? 0 });
    expect(report).toMatchObject({ choices: { voteRule: 'votes-sum' }, images: faces.length, excluded: 1 });
  });

  it('two ways to read a source are both shown, and none is taken before somebody chooses', async () => {
    const root = join(home, 'both');
    await fixtures.folders(root, faces);
    await fixtures.csv(root, faces);
    await go(`/data/import?source=${encodeURIComponent(root)}`);
    await page.getByText('This can be read in more than one way.').waitFor();
    const ways = page.getByRole('radiogroup', { name: 'How to read the source' }).getByRole('radio');
    expect(await ways.evaluateAll((all) => all.map((way) => way.getAttribute('aria-checked')))).toEqual([
      'false',
      'false',
    ]);
    expect(await page.getByRole('button', { name: 'Next', exact: true }).isDisabled()).toBe(true);
    await ways.filter({ hasText: 'Class folders' }).click();
    const step = page.getByRole('button', { name: 'Next', exact: true });
    await expect.poll(() => step.isDisabled(), PATIENCE).toBe(false);
  });

  it('copied into the project by choice: the source may then go', async () => {
    const root = plant(
      Object.fromEntries(faces.map(({ expression, jpeg }, index) => [`train/${expression}/${index}.jpg`, jpeg])),
    );
    await go(`/data/import?source=${encodeURIComponent(root)}`);
    await page.getByText(`${faces.length} images`).waitFor();
    await page.getByRole('checkbox', { name: 'Copy the image files into the project' }).click();
    await next();
    await next();
    await page.getByRole('button', { name: 'Start import' }).click();
    await page.getByRole('region', { name: 'Report' }).waitFor(PATIENCE);
    const [dataset] = await api.get('datasets.list', {});
    expect(dataset?.root.startsWith(join(home, 'own', 'images'))).toBe(true);
    renameSync(root, `${root}-gone`);
    expect(await api.get('datasets.files', { dataset: dataset?.id ?? 0 })).toMatchObject({ missing: 0 });
  });

  it('files that have moved are shown as missing, and found again', async () => {
    const root = plant({
      ...Object.fromEntries(faces.map(({ expression, jpeg }, index) => [`train/${expression}/${index}.jpg`, jpeg])),
    });
    const dataset = await imported(root);
    const moved = join(home, 'elsewhere', 'faces');
    mkdirSync(dirname(moved), { recursive: true });
    renameSync(root, moved);
    await go('/data');
    const told = `${faces.length} of ${faces.length} files looked for are missing`;
    await page.getByText(told).waitFor(PATIENCE);
    // In the gallery each tile says so, instead of a picture.
    await go(`/gallery?ds=${dataset}`);
    await page.locator('.tile.broken').first().waitFor(PATIENCE);
    problems.splice(0);
    await go('/data');
    await page.getByRole('button', { name: 'Find them' }).click();
    const dialog = page.getByRole('dialog');
    await expectAccessible('dialog[open]');
    const path = dialog.getByRole('textbox', { name: 'Folder: path' });
    // Pictures of the same names, but other ones, are refused.
    const others = join(home, 'others');
    for (const [index, { expression }] of faces.entries()) {
      mkdirSync(join(others, 'train', expression), { recursive: true });
      const other = faces[(index + 5) % faces.length]?.jpeg ?? Buffer.alloc(0);
      writeFileSync(join(others, 'train', expression, `${index}.jpg`), other);
    }
    await path.fill(others);
    await path.press('Enter');
    await dialog.getByText(others).last().waitFor();
    await dialog.getByRole('button', { name: 'Choose this folder' }).click();
    await page.getByText(/other images/).waitFor();
    expect((await api.get('datasets.list', {}))[0]?.root).toBe(root);
    await path.fill(join(home, 'elsewhere'));
    await path.press('Enter');
    await dialog.getByText(join(home, 'elsewhere')).last().waitFor();
    await dialog.getByRole('button', { name: 'Choose this folder' }).click();
    await page.getByText(told).waitFor({ state: 'hidden' });
    expect((await api.get('datasets.list', {}))[0]?.root).toBe(moved);
    await go(`/gallery?ds=${dataset}`);
    await page.locator('[role=gridcell][data-image]').first().waitFor();
    await expect.poll(() => page.locator('.tile.broken').count(), PATIENCE).toBe(0);
  });

  it('a file that was replaced since the import is noticed; looked at again, it is the other picture', async () => {
    const root = plant(
      Object.fromEntries(faces.map(({ expression, jpeg }, index) => [`train/${expression}/${index}.jpg`, jpeg])),
    );
    const dataset = await imported(root);
    await go('/data');
    await page.getByText('Faces').first().waitFor();
    const told = page.getByText(`1 of ${faces.length} files looked for were replaced since the import`);
    expect(await told.count()).toBe(0);
    const other = await sharp(jpegOf(1)).resize(96, 96).jpeg().toBuffer();
    writeFileSync(join(root, 'train', faces[0]?.expression ?? '', '0.jpg'), other);
    await go('/home');
    await go('/data');
    await told.waitFor(PATIENCE);
    await expectAccessible('main');
    await page.getByRole('button', { name: 'Look again' }).click();
    await told.waitFor({ state: 'hidden', ...PATIENCE });
    expect(await api.get('datasets.files', { dataset })).toMatchObject({ missing: 0, changed: 0 });
    await go(`/gallery?ds=${dataset}`);
    const widths = () =>
      page
        .locator('.tile[data-image] img')
        .evaluateAll((all) => all.map((image) => (image as HTMLImageElement).naturalWidth));
    await expect.poll(widths, PATIENCE).toContain(96);
  });

  it('an image that was missing at the import is looked at again once its folder is found', async () => {
    const root = plant(
      Object.fromEntries(faces.map(({ expression, jpeg }, index) => [`train/${expression}/${index}.jpg`, jpeg])),
    );
    const lines = faces.map(({ expression }, index) => `train/${expression}/${index}.jpg,${expression}`);
    writeFileSync(join(root, 'table.csv'), ['path,label', ...lines, 'train/sad/late.jpg,sad'].join('\n'));
    const { job } = await api.get('import.start', {
      source: join(root, 'table.csv'),
      format: 'csv',
      name: 'Faces',
      mapping: { path: 'path', label: 'label' },
    });
    await api.finished(job);
    expect((await api.get('datasets.list', {}))[0]).toMatchObject({ broken: 1 });
    await go('/data');
    await page.getByRole('button', { name: 'Find them' }).click();
    const dialog = page.getByRole('dialog');
    copyFileSync(join(root, 'train', 'happy', '2.jpg'), join(root, 'train', 'sad', 'late.jpg'));
    const path = dialog.getByRole('textbox', { name: 'Folder: path' });
    await path.fill(root);
    await path.press('Enter');
    await dialog.getByText(root).last().waitFor();
    await dialog.getByRole('button', { name: 'Choose this folder' }).click();
    await expect.poll(async () => (await api.get('datasets.list', {}))[0]?.broken, PATIENCE).toBe(0);
  });
});
